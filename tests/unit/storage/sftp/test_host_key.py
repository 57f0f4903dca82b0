import base64
import hashlib
import hmac

import asyncssh
import pytest

from connector.errors import ConfigurationError
from connector.storage.sftp.address import Login
from connector.storage.sftp.host_key import read_host_keys

KEY = asyncssh.generate_private_key("ssh-ed25519").convert_to_public()
OTHER = asyncssh.generate_private_key("ssh-ed25519").convert_to_public()
ECDSA = asyncssh.generate_private_key("ecdsa-sha2-nistp256").convert_to_public()
USUAL, UNUSUAL = Login("ccai", "files.example.com"), Login("ccai", "files.example.com", 2222)


def line(name, key):
    return f"{name} {key.export_public_key().decode().strip()}\n"


def hashed(name):
    salt = b"0123456789abcdefghij"
    digest = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


@pytest.fixture
def known(tmp_path):
    def make(text, pins=()):
        (tmp_path / "known_hosts").write_text(text)
        return read_host_keys(pins, tmp_path / "known_hosts", field="options")

    return make


@pytest.mark.parametrize(
    ("login", "name"),
    [
        (USUAL, "files.example.com"),
        (USUAL, "files.example.com,10.0.0.1"),
        (USUAL, "*.example.com"),
        (USUAL, hashed("files.example.com")),
        (UNUSUAL, "[files.example.com]:2222"),
        (UNUSUAL, hashed("[files.example.com]:2222")),
    ],
)
def test_a_changed_key_is_told_from_an_unknown_one(known, login, name):
    """However the file names the host, another key of it is a changed key, and the old fingerprint is shown."""
    error = known(line(name, KEY)).refusal(login, OTHER)
    assert KEY.get_fingerprint() in error.message
    assert "somebody in between" in error.message
    unknown = known(line("elsewhere.example.com", KEY)).refusal(login, OTHER)
    assert KEY.get_fingerprint() not in unknown.message
    assert "nothing says" in unknown.message


def test_an_address_alone_makes_a_host_known(known):
    """An entry for the IP address that was met counts as one for the host."""
    assert KEY.get_fingerprint() in known(line("10.0.0.1", KEY)).refusal(USUAL, OTHER, "10.0.0.1").message


@pytest.mark.parametrize(("login", "name"), [(USUAL, "files.example.com"), (UNUSUAL, "[files.example.com]:2222")])
def test_the_line_to_add_makes_the_host_known(known, login, name):
    """The proposed line names the host as OpenSSH does, and once it is in the file the key is a known one."""
    hint = known("").refusal(login, KEY).hint
    proposed = hint.partition("the line: ")[2]
    assert line(name, KEY).strip() == proposed
    assert KEY in known(proposed).known.match(login.host, "", None if login.port == 22 else login.port)[0]


def test_a_revoked_key_is_never_proposed(known):
    """A key that the file revokes is refused without a way to trust it."""
    for login, name in ((USUAL, "files.example.com"), (UNUSUAL, "[files.example.com]:2222")):
        error = known(f"@revoked {line(name, KEY)}").refusal(login, KEY)
        assert "revoked" in error.message
        assert "AAAA" not in error.hint


def test_pins_count_instead_of_the_file(known):
    """A pinned fingerprint alone decides; what the file has of the host does not."""
    keys = known(line("files.example.com", KEY), pins=(OTHER.get_fingerprint(),))
    assert keys.accepts(OTHER)
    assert not keys.accepts(KEY)
    assert OTHER.get_fingerprint() in keys.refusal(USUAL, KEY).message


def test_the_known_kind_of_key_is_asked_for_first(known):
    """A server with several keys shows the known one; every other kind follows, so that a changed one is shown too."""
    assert "" == known("").algorithms(USUAL)
    asked = known(line("files.example.com", ECDSA)).algorithms(USUAL).split(",")
    assert "ecdsa-sha2-nistp*" == asked[0]
    assert {"ssh-ed25519", "rsa-sha2-*"} == set(asked[1:])


def test_the_users_own_file_need_not_be_there(tmp_path, monkeypatch):
    """Without a file of its own the job takes the user's; where that is missing nothing is known."""
    monkeypatch.setenv("HOME", str(tmp_path))
    keys = read_host_keys((), None, field="options")
    assert tmp_path / ".ssh" / "known_hosts" == keys.file
    assert "nothing says" in keys.refusal(USUAL, KEY).message


@pytest.mark.parametrize("content", [b"hello", b"\xff\xfe\x00", b"@nonsense host ssh-ed25519 AAAA"])
def test_a_file_that_is_none_is_told(tmp_path, content):
    """A file that names no hosts, and a named one that is missing, are mistakes of the job."""
    (tmp_path / "known_hosts").write_bytes(content)
    with pytest.raises(ConfigurationError, match="no file of known hosts"):
        read_host_keys((), tmp_path / "known_hosts", field="options")
    with pytest.raises(ConfigurationError, match="there is no file") as caught:
        read_host_keys((), tmp_path / "absent", field="options.jump")
    assert ["options.jump.known_hosts"] == [problem.field for problem in caught.value.problems]
