"""How the ledger deals with files that many sessions share."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector import ledger
from connector.ledger import UNREADABLE_CHANNEL, UNREADABLE_ROW_CHANNEL, Change, Source, change

SOURCE = Source("acme", "ccai", "capturi https://capturi.example")


def test_files_wait_in_the_order_of_their_last_change(book, listed):
    """The file changed last comes first; pages follow each other without a gap, whatever their size."""
    book.list(
        *(listed(f"{at}.csv", modified_ns=at % 4) for at in range(10)), listed("a.wav", "a", "recording"), done=[9]
    )
    expected = ["7.csv", "3.csv", "6.csv", "2.csv", "9.csv", "5.csv", "1.csv", "4.csv", "0.csv"]
    assert expected == [one.path for one in ledger.pending_files(book.connection, [book.place])]
    paged, after = [], None
    while page := ledger.pending_files(book.connection, [book.place], after, 2):
        paged += [one.path for one in page]
        after = page[-1]
    assert expected == paged
    assert [] == ledger.pending_files(book.connection, [book.place + 1])


def test_files_are_given_by_number(book, listed):
    """What the ledger does not know is left out."""
    book.list(listed("a.csv"), listed("b.csv"))
    assert {2: "b.csv"} == {id_: one.path for id_, one in ledger.files(book.connection, [2, 7]).items()}
    assert {} == ledger.files(book.connection, [])


@pytest.mark.parametrize(
    ("facts", "woken"),
    [
        ({"state": "skipped", "code": "audio_missing"}, True),
        ({"state": "refused", "code": "audio_invalid"}, True),
        ({"state": "refused", "code": "field_missing"}, False),
        ({"state": "skipped", "code": "filtered"}, False),
        ({"state": "delivered", "audio_state": "sent"}, False),
        ({"state": "delivered", "audio_state": "none"}, False),
        ({"state": "skipped", "code": "audio_missing", "tenant": "other"}, False),
    ],
)
def test_a_recording_wakes_files_of_sessions_that_lack_one(book, listed, facts, woken):
    """Whose it is only the rows tell, so every file with such a session is read again, and no other."""
    book.list(listed("a.csv"), done=[1])
    book.write("1", file_id=1, **facts)
    book.list(listed("x.wav", "x", "recording"))
    found = ledger.mark_lacking_audio(book.connection, [book.place], SOURCE, delivered=False)
    assert ((1,) if woken else ()) == found
    assert ({"a.csv", "x.wav"} if woken else {"x.wav"}) == book.waiting()


def test_without_a_new_recording_nothing_is_woken(book, listed):
    """What lacks a recording is read again only when one came."""
    book.list(listed("a.csv"), listed("x.wav", "x", "recording"), done=[1, 2])
    book.write("1", file_id=1, state="skipped", code="audio_missing")
    assert () == ledger.mark_lacking_audio(book.connection, [book.place], SOURCE, delivered=False)


def test_what_went_without_audio_is_woken_where_that_is_wanted(book, listed):
    """A delivered session without its recording counts only where the job sends such."""
    book.list(listed("a.csv"), done=[1])
    book.write("1", file_id=1, audio_state="none")
    book.list(listed("x.wav", "x", "recording"))
    assert () == ledger.mark_lacking_audio(book.connection, [book.place], SOURCE, delivered=False)
    assert (1,) == ledger.mark_lacking_audio(book.connection, [book.place], SOURCE, delivered=True)


def test_what_was_unreadable_is_read_again_under_another_policy(book, listed):
    """An option that mends the reading has the file read again; the same options leave it alone."""
    book.list(listed("a.csv"), listed("b.csv"), done=[1, 2])
    book.write("1", file_id=1, state="refused", code="unreadable", policy_hash="old", channel=UNREADABLE_CHANNEL)
    book.write("2", file_id=2, state="refused", code="unreadable", policy_hash="new", channel=UNREADABLE_ROW_CHANNEL)
    assert 1 == ledger.mark_unread(book.connection, SOURCE, "new")
    assert {"a.csv"} == book.waiting()
    assert 0 == ledger.mark_unread(book.connection, SOURCE, "new")


def test_entries_that_this_run_did_not_judge_are_given(book, listed):
    """What waits for a row that is gone is found; placeholders of files and rows are not meant."""
    book.list(listed("a.csv"))
    book.write("1", file_id=1, state="held", run_id="run-1")
    book.write("2", file_id=1, state="held", run_id="run-2")
    book.write("3", file_id=1, state="delivered", run_id="run-1")
    book.write("4", file_id=1, state="sending", run_id=None)
    book.write("5", file_id=1, state="held", run_id="run-1", channel=UNREADABLE_CHANNEL)
    book.write("6", file_id=2, state="held", run_id="run-1")
    found = ledger.waiting_entries(book.connection, [1], "run-2")
    assert {"1", "4"} == {one.session_id for one in found}


def test_the_entry_of_a_mended_row_goes(book, listed):
    """Rows that are still broken keep their entries, and readable sessions are not touched."""
    book.list(listed("a.csv"))
    still = book.write("x#1", file_id=1, state="refused", code="unreadable", channel=UNREADABLE_ROW_CHANNEL)
    book.write("x#2", file_id=1, state="refused", code="unreadable", channel=UNREADABLE_ROW_CHANNEL, steps=["refused"])
    book.write("7", file_id=1)
    ledger.drop_mended(book.connection, [1], [still.id])
    assert {"x#1", "7"} == {one.session_id for one in ledger.entries_of_file(book.connection, 1)}


def test_an_unreadable_row_outlives_the_reading_of_its_file(book, listed):
    """When a file is done, what stood for the whole file goes; what stands for one of its rows stays."""
    book.list(listed("a.csv"))
    for channel in (UNREADABLE_CHANNEL, UNREADABLE_ROW_CHANNEL):
        book.write("a.csv", file_id=1, state="refused", code="unreadable", channel=channel)
    change.apply_changes(book.connection, [Change(files_done=(1,))])
    assert [UNREADABLE_ROW_CHANNEL] == [one.channel for one in ledger.entries_of_file(book.connection, 1)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(st.lists(st.integers(0, 3), max_size=12), st.integers(1, 5))
def test_any_pages_hand_out_every_file_once(book, listed, times, size):
    """Whatever the times and the size of a page, no file is missed and none comes twice."""
    with book.connection.begin_nested() as inner:
        book.list(*(listed(f"{at}.csv", modified_ns=modified) for at, modified in enumerate(times)))
        found, after = [], None
        while page := ledger.pending_files(book.connection, [book.place], after, size):
            found += page
            after = page[-1]
        inner.rollback()
    assert len(times) == len({one.id for one in found}) == len(found)
    assert sorted(found, key=lambda one: (-one.modified_ns, -one.id)) == found
