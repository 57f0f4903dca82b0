"""How far an import of old messages came is remembered by intake and range, on every kind of ledger."""

from datetime import UTC, datetime

from connector import ledger

SINCE, UNTIL, NOW = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3))
RANGE = ("acme-zendesk", SINCE, UNTIL)


def test_a_range_that_never_began_has_no_place(book):
    """What was never imported is told from what stands at its beginning."""
    assert ledger.import_place(book.connection, RANGE) is None


def test_the_last_place_counts(book):
    """A place is written over the one before, of this intake and range alone."""
    others = [("other", SINCE, UNTIL), ("acme-zendesk", SINCE, NOW)]
    for place in ({"cursor": "a", "ticket": None}, {"cursor": "b", "ticket": "7"}):
        ledger.set_import_place(book.connection, RANGE, place, NOW)
    assert {"cursor": "b", "ticket": "7"} == ledger.import_place(book.connection, RANGE)
    assert [None, None] == [ledger.import_place(book.connection, of) for of in others]


def test_a_range_that_is_done_begins_anew(book):
    """Forgetting one range leaves the others."""
    other = ("other", SINCE, UNTIL)
    for of in (RANGE, other):
        ledger.set_import_place(book.connection, of, {"cursor": "a"}, NOW)
    ledger.drop_import(book.connection, RANGE)
    assert (None, {"cursor": "a"}) == tuple(ledger.import_place(book.connection, of) for of in (RANGE, other))
