"""A look for damage beside another process that opens and closes the same ledger takes nothing sound for damaged."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from connector.clock import SystemClock
from connector.errors import LedgerError
from connector.ledger import database, schema
from connector.ledger.soundness import SMALL_BYTES, check_damage
from connector.ledger.trouble import translated


class Shared(type(Path())):
    """A path of files at which others are at work: something is done right after the first look at one of them."""

    name_looked_at = ""
    done = None

    def stat(self, *, follow_symlinks=True):
        try:
            return super().stat(follow_symlinks=follow_symlinks)
        finally:
            done = type(self).done
            if done is not None and self.name == self.name_looked_at:
                type(self).done = None
                done()


@pytest.fixture
def look(url, file):
    """Give the function that looks for damage; right after its first look at this file something else is done."""
    schema.upgrade(url, SystemClock())
    engine = database.connect(url, busy_seconds=1.0, writes=False)

    def check(name="", done=None):
        Shared.name_looked_at, Shared.done = name, done
        with translated("here"), engine.connect() as connection, connection.begin():
            check_damage(connection, Shared(file))
        assert Shared.done is None, "nobody looked at it"

    yield check
    engine.dispose()


def test_a_log_that_is_taken_away_meanwhile_is_no_error(look, file):
    """The last process that closes a ledger removes its log: between two looks at it that is nothing to fail at."""
    log = file.with_name(f"{file.name}-wal")
    log.write_bytes(b"a log")
    look(log.name, log.unlink)


def test_a_note_that_is_taken_away_meanwhile_is_no_error(look, file):
    """A large file has a note of its last reading beside it, which may go at any moment."""
    os.truncate(file, SMALL_BYTES + 4096)
    note = file.with_name(f"{file.name}-checked")
    note.touch()
    look(note.name, note.unlink)


def test_a_file_that_is_written_meanwhile_is_not_cut_off(look, file):
    """While a log is in use, the ledger has pages that are not in its file yet."""
    before = file.stat().st_size
    with closing(sqlite3.connect(file, isolation_level=None)) as other:

        def write():
            other.execute("CREATE TABLE filler (facts TEXT)")
            other.execute("INSERT INTO filler VALUES (?)", ("x" * 100_000,))

        look(f"{file.name}-wal", write)
        assert before == file.stat().st_size, "the log is in the file already"


@pytest.mark.parametrize("missing_bytes", [4096, 100])
def test_a_file_that_lacks_pages_is_told(look, file, missing_bytes):
    """Where nobody is at work on it, a file with fewer pages than it says is damaged, be it a part of one."""
    os.truncate(file, file.stat().st_size - missing_bytes)
    with pytest.raises(LedgerError, match="it is damaged"):
        look()
