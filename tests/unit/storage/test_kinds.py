from pathlib import Path

import pytest

from connector.errors import ConfigurationError
from connector.storage import open_storage

HOME = Path("/projects/acme")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/data/exports", "/data/exports"),
        ("/data/exports/", "/data/exports"),
        ("exports", "/projects/acme/exports"),
        ("./exports/../other", "/projects/acme/other"),
        ("exports:2026", "/projects/acme/exports:2026"),
        ("file:///data/exports", "/data/exports"),
        ("FILE:///data/exports", "/data/exports"),
        ("file://localhost/data/exports", "/data/exports"),
        ("file:///data/g%C3%A5rden%20%231", "/data/gården #1"),
        ("/data/100%25", "/data/100%25"),
    ],
)
def test_a_folder_is_named_by_path_or_file_address(address, expected):
    """A plain path and a file:// address name a folder, a relative one below the project folder."""
    assert expected == open_storage(address, {}, HOME).address


def test_a_tilde_is_the_users_own_folder(monkeypatch):
    """A path that begins with ~ lies in the user's own folder."""
    monkeypatch.setenv("HOME", "/home/anna")
    assert "/home/anna/exports" == open_storage("~/exports", {}, HOME).address


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("ftp://host/folder", "ftp:// is not a known kind"),
        ("fil:///data", "did you mean 'file'"),
        ("file://otherhost/data", "another machine"),
        ("  ", "is empty"),
    ],
)
def test_an_address_that_names_nothing_known_is_refused(address, message):
    """An unknown scheme, another machine and an empty address are mistakes of the job, with their remedy."""
    with pytest.raises(ConfigurationError, match=message) as caught:
        open_storage(address, {}, HOME)
    assert all(problem.hint for problem in caught.value.problems)


def test_an_unknown_option_is_refused_by_name():
    """Every option that the kind does not know is named at once; no value of it is repeated."""
    with pytest.raises(ConfigurationError) as caught:
        open_storage("/data", {"password": "hunter2", "user": "x"}, HOME)
    assert ["options.password", "options.user"] == [problem.field for problem in caught.value.problems]
    assert "hunter2" not in str(caught.value)
