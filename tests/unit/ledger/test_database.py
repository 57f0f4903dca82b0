"""How the ledger's address is read, and what is said of it."""

import sys

import pytest

from connector.errors import ConfigurationError
from connector.ledger import database


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("sqlite:////srv/project/connector.db", "/srv/project/connector.db"),
        ("postgresql://ledger:secret@db.example:5432/ledger", "postgresql+psycopg://ledger:***@db.example:5432/ledger"),
        ("postgres://ledger:secret@db.example/ledger", "postgresql+psycopg://ledger:***@db.example/ledger"),
    ],
)
def test_a_ledger_is_named_without_its_password(url, place):
    """People read a file's path or a server's address, and never a secret."""
    assert place == database.place_of(url)


def test_only_sqlite_lies_in_a_file():
    """A server has no file to lock or copy."""
    assert "/srv/connector.db" == str(database.file_of("sqlite:////srv/connector.db"))
    assert database.file_of("postgresql://ledger@db.example/ledger") is None


def test_a_missing_driver_is_told_with_the_way_to_get_it(monkeypatch):
    """Who names a server without its driver learns what to install."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigurationError, match=r"needs psycopg.*pip install") as raised:
        database.connect("postgresql://ledger:secret@db.example/ledger", busy_seconds=1, writes=True)
    assert "secret" not in str(raised.value)


def test_the_writer_waits_for_the_disk_only_where_asked(url):
    """A durable commit reaches the disk before it returns; every other one survives the process, not the power."""
    engine = database.connect(url, busy_seconds=1, writes=True)
    for durable, level in ((False, 1), (True, 2), (False, 1)):
        with engine.connect() as connection:
            database.choose_durability(connection, durable=durable)
            with connection.begin():
                assert level == connection.exec_driver_sql("PRAGMA synchronous").scalar()
    engine.dispose()
