"""Which files the ledger calls finished where one file holds many sessions."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from connector.ledger import UNREADABLE_ROW_CHANNEL, Source, change
from connector.ledger.model import Change
from connector.ledger.putting import PutFile, finished_shared_files, note_put_away, note_row_recordings

SOURCE = Source("acme", "ccai", "capturi https://capturi.example")
STATES = st.sampled_from(["delivered", "delivered", "delivered", "held", "skipped", "refused", "sending", "unreadable"])


def found(book, after=0, limit=100):
    return [one.path for one in finished_shared_files(book.connection, [book.place], SOURCE, after=after, limit=limit)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(st.tuples(st.booleans(), st.lists(STATES, max_size=6)), max_size=6))
def test_a_file_is_finished_only_where_every_row_of_it_is_delivered(book, listed, files):
    """Whatever the fates of its rows: one that is not delivered, or a file that waits, keeps it and its recording."""
    with book.connection.begin_nested() as inner:
        book.list(*(listed(f"{at}.csv") for at in range(len(files))))
        book.list(*(listed(f"{at}-{n}.wav", f"x{n}", "recording") for at in range(len(files)) for n in range(6)))
        known = {one.path: one.id for one in _all(book)}
        waits = {known[f"{at}.csv"] for at, (pending, _) in enumerate(files) if pending}
        change.apply_changes(book.connection, [Change(files_done=tuple(set(known.values()) - waits))])
        expected = set()
        for at, (pending, states) in enumerate(files):
            for n, state in enumerate(states):
                broken = state == "unreadable"
                facts = {"channel": UNREADABLE_ROW_CHANNEL, "state": "refused"} if broken else {"state": state}
                book.write(f"{at}.{n}", file_id=known[f"{at}.csv"], **facts)
                note_row_recordings(book.connection, [(known[f"{at}-{n}.wav"], f"{at}.{n}")])
                expected |= {f"{at}-{n}.wav"} if state == "delivered" else set()
            expected |= {f"{at}.csv"} if states and not pending and set(states) == {"delivered"} else set()
        told = found(book)
        inner.rollback()
    assert expected == set(told)
    assert len(told) == len(set(told))


def test_a_recording_waits_for_all_sessions_that_rows_give_it_to(book, listed):
    """One of two is held, or not yet an entry: the recording stays; what no row names stays as well."""
    book.list(listed("a.wav", "a", "recording"), listed("b.wav", "b", "recording"), done=[1, 2])
    note_row_recordings(book.connection, [(1, "one"), (1, "two"), (1, "one")])
    note_row_recordings(book.connection, [])
    book.write("one")
    assert [] == found(book)
    book.write("two", state="held")
    assert [] == found(book)
    book.write("two")
    assert ["a.wav"] == found(book)


def test_what_was_put_away_is_finished_once_in_each_version(book, listed):
    """It is left out until it is changed where it lies; pages follow each other by number."""
    book.list(listed("a.csv"), listed("b.csv"), done=[1, 2])
    book.write("one", file_id=1)
    book.write("two", file_id=2)
    assert ["a.csv"] == found(book, limit=1)
    assert ["b.csv"] == found(book, after=1)
    note_put_away(book.connection, [PutFile(1, "done/a.csv", 10, 2_000, None)], book.now)
    assert ["b.csv"] == found(book)
    book.list(listed("done/a.csv", size_bytes=11, modified_ns=3_000), done=[1])
    assert ["done/a.csv", "b.csv"] == found(book)


def _all(book):
    return book.connection.execute(text("SELECT id, path FROM file"))
