"""Who is at work on a target is known to the others, and who ended is not."""

import subprocess
import sys
from datetime import timedelta

from connector import ledger
from connector.ledger import Present
from connector.ledger.presence import ABSENT_AFTER


def announce(book, owner=None, **facts):
    values = {"target_key": "key", "job": "nightly", "kind": "run", "facts": {}, "seen_at": book.now, **facts}
    row = Present(id=owner or ledger.make_owner(), **values)
    ledger.announce(book.connection, row)
    return row


def test_who_is_at_work_is_seen_by_the_others_of_its_target(book):
    """A process that announced itself is there, with what it last said, until it withdraws."""
    row = announce(book)
    announce(book, row.id, facts={"worked": 7})
    announce(book, target_key="another")
    assert [{"worked": 7}] == [one.facts for one in ledger.present(book.connection, "key", book.now)]
    ledger.withdraw(book.connection, row.id)
    assert [] == ledger.present(book.connection, "key", book.now)


def test_a_process_of_this_machine_that_ended_is_not_there(book):
    """Killed without a word, it counts no more, and the next one that withdraws takes its row away."""
    code = "from connector.ledger import make_owner; print(make_owner())"
    dead = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    announce(book, dead)
    assert [] == ledger.present(book.connection, "key", book.now)
    assert ledger.is_gone(dead)
    assert not ledger.is_gone(ledger.make_owner())


def test_one_of_another_machine_counts_until_it_is_silent_for_long(book):
    """Nobody here can look for its process, so its last word decides."""
    announce(book, "another-machine:12345678:1/17/4711/abcdef")
    assert 1 == len(ledger.present(book.connection, "key", book.now + ABSENT_AFTER / 2))
    assert [] == ledger.present(book.connection, "key", book.now + ABSENT_AFTER + timedelta(seconds=1))
