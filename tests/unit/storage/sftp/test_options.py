from pathlib import Path

import pytest

from connector.errors import ConfigurationError
from connector.storage import open_storage
from connector.storage.sftp.options import read_options

PIN = "SHA256:" + "A" * 43


def test_defaults_are_careful():
    """A password alone is enough; nothing but known hosts is trusted, and few connections are made."""
    found = read_options({"password": "x"})
    assert (None, (), 4, 30, 120) == (
        found.known_hosts,
        found.host_key,
        found.connections,
        found.timeout_seconds,
        found.reconnect_seconds,
    )
    assert found.agent is False


@pytest.mark.parametrize("written", [PIN, f"{PIN}=", f" {PIN} ", [PIN], [PIN, PIN]])
def test_a_fingerprint_may_be_padded_and_several(written):
    """A fingerprint is taken with or without its padding, alone or in a list."""
    assert {PIN} == set(read_options({"password": "x", "host_key": written}).host_key)


@pytest.mark.parametrize(
    ("options", "field", "message"),
    [
        ({}, "options", "names no way to log in"),
        ({"agent": False}, "options", "names no way to log in"),
        ({"password": 5}, "options.password", "must be text"),
        ({"agent": 5}, "options.agent", "true, false or the path"),
        ({"agent": True, "host_key": "MD5:00:11"}, "options.host_key", "is no fingerprint"),
        ({"agent": True, "host_key": 5}, "options.host_key", "must be a fingerprint"),
        ({"agent": True, "connections": 0}, "options.connections", "must be 1 or more"),
        ({"agent": True, "connections": 17}, "options.connections", "must be 16 or less"),
        ({"agent": True, "timeout_seconds": 0}, "options.timeout_seconds", "must be more than 0"),
        ({"private_key": "x", "private_key_file": "x"}, "options", "both given"),
        ({"password": "x", "passphrase": "x"}, "options", "passphrase opens a private key"),
        ({"agent": True, "jump": {"address": "a@b", "known_host": "x"}}, "options.jump.known_host", "known key"),
        ({"agent": True, "jump": {}}, "options.jump.address", "missing"),
        ({"agent": True, "jump": 5}, "options.jump", "must be keys with values"),
    ],
)
def test_a_wrong_option_is_told_by_its_field(options, field, message):
    """Each mistake names its option and what is wrong with it."""
    with pytest.raises(ConfigurationError, match=message) as caught:
        read_options(options)
    assert [field] == [problem.field for problem in caught.value.problems]


def test_all_mistakes_are_told_at_once():
    """Options, key, known hosts and jump host are all looked at before the person is told."""
    options = {
        "private_key_file": "absent",
        "known_hosts": "absent_hosts",
        "jump": {"address": "bastion", "private_key_file": "absent_too"},
    }
    with pytest.raises(ConfigurationError) as caught:
        open_storage("sftp://ccai@host/x", options, Path("/nowhere"))
    fields = {problem.field for problem in caught.value.problems}
    assert {"options.private_key_file", "options.known_hosts", "options.jump.address"} == fields


def test_no_value_is_repeated():
    """Whatever is wrong, no secret stands in the message."""
    options = {"password": {"hunter2": "hunter2"}, "private_key": ["hunter2"], "host_key": "hunter2", "agent": 1.5}
    with pytest.raises(ConfigurationError) as caught:
        read_options(options)
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(read_options({"password": "hunter2"}))


def test_a_jump_host_is_a_login_or_an_object():
    """A jump host may be named in one line or with options of its own."""
    assert "anna@bastion" == read_options({"agent": True, "jump": "anna@bastion"}).jump.address
    own = read_options({"agent": True, "jump": {"address": "anna@bastion", "password": "y"}}).jump
    assert own.can_log_in


def test_a_password_is_not_told_to_the_jump_host(tmp_path):
    """Where only a password lets us in, a jump host without means of its own is a mistake, not a second confidant."""
    with pytest.raises(ConfigurationError, match="not told to another host") as caught:
        open_storage("sftp://ccai@host/x", {"password": "x", "jump": "anna@bastion"}, tmp_path)
    assert ["options.jump"] == [problem.field for problem in caught.value.problems]


def test_an_agent_must_be_there(tmp_path, monkeypatch):
    """An agent that is not running is told before anything is tried."""
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with pytest.raises(ConfigurationError, match="SSH_AUTH_SOCK is not set"):
        open_storage("sftp://ccai@host/x", {"agent": True}, tmp_path)
    with pytest.raises(ConfigurationError, match="no agent's socket"):
        open_storage("sftp://ccai@host/x", {"agent": str(tmp_path / "absent")}, tmp_path)
