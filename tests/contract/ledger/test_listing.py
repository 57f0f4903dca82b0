"""How a listing is compared with what the ledger knows."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from connector import ledger
from connector.ledger import ListedFile, Listing, Window


def test_a_place_keeps_its_number(book):
    """The same storage of one tenant, source and target is one place; another of any of them is another."""
    known = ("acme", "ccai", book.target, "file:///export")
    assert book.place == ledger.place_id(book.connection, *known)
    others = {ledger.place_id(book.connection, *(*known[:part], "other", *known[part + 1 :])) for part in range(4)}
    assert 4 == len(others - {book.place})


def test_new_files_wait_and_known_ones_are_left_alone(book, listed):
    """What is listed the first time waits to be judged; the same listing again changes nothing."""
    files = [listed(f"call-{number}.json", str(number)) for number in range(3)]
    assert Listing(3, 0, 0, 0) == book.list(*files)
    assert {"call-0.json", "call-1.json", "call-2.json"} == book.waiting()
    assert Listing(0, 0, 3, 0) == book.list(*files, done=[1, 2, 3])
    assert Listing(0, 0, 3, 0) == book.list(*files)
    assert set() == book.waiting()


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ({}, {"size_bytes": 11}, True),
        ({}, {"modified_ns": 1_001}, True),
        ({"etag": "a"}, {"etag": "b"}, True),
        ({"etag": "a"}, {"etag": "a"}, False),
        ({"etag": "a"}, {"etag": None}, False),
        ({"etag": None}, {"etag": "a"}, False),
        ({}, {"session_id": "2", "role": "recording"}, False),
    ],
    ids=["size", "time", "version", "same version", "version no longer told", "version told now", "label"],
)
def test_a_file_waits_again_when_its_content_may_have_changed(book, listed, before, after, changed):
    """Size, time or version decide, a version only where both listings tell one; what the name says does not."""
    file = listed("call-1.json", "1", **before)
    book.list(file, done=[1])
    found = book.list(file._replace(**after))
    assert Listing(0, int(changed), int(not changed), 0) == found
    assert ({"call-1.json"} if changed else set()) == book.waiting()
    assert Listing(0, 0, 1, 0) == book.list(file._replace(**after), done=[1])


def test_a_name_that_told_nothing_is_asked_again(book, listed):
    """A file of no known name becomes what a new setting says it is, and waits; one that is known keeps its label."""
    other = listed("session-7.json", None, role="other", channel=None)
    known = listed("call-1.json", "1")
    assert Listing(2, 0, 0, 0) == book.list(other, known)
    assert Listing(0, 0, 2, 0) == book.list(other, known, done=[2])
    asked = []

    def label(file):
        asked.append(file.path)
        return file._replace(role="metadata", session_id="7", channel="chat")

    batch = ledger.ListedBatch([other, known], label)
    found = ledger.record_listing(book.connection, book.place, batch, now=book.now)
    assert (Listing(0, 1, 1, 0), ["session-7.json"]) == (found, asked)
    rows = book.connection.execute(text("SELECT path, role, channel, session_id, pending FROM file ORDER BY id"))
    assert [("session-7.json", "metadata", "chat", "7", True), ("call-1.json", "metadata", "call", "1", False)] == [
        (*row[:4], bool(row[4])) for row in rows
    ]


@pytest.mark.parametrize(
    ("role", "waits"),
    [
        ("metadata", True),
        ("recording", True),
        ("transcript", True),
        ("voicemail", True),
        ("media", False),
        ("other", False),
    ],
)
def test_only_files_that_decide_something_wait(book, listed, role, waits):
    """Files that are no session's metadata, recording, transcript or voicemail are known, and never wait."""
    file = listed("a", "1", role=role)
    book.list(file)
    assert ({"a"} if waits else set()) == book.waiting()
    book.list(file, done=[1])
    book.list(file._replace(size_bytes=99))
    assert ({"a"} if waits else set()) == book.waiting()


def test_the_same_path_in_two_places_is_two_files(book, listed):
    """What one target has says nothing about another: its place knows the file anew."""
    other = ledger.place_id(book.connection, "acme", "ccai", "capturi http://127.0.0.1:8787", "file:///export")
    assert 1 == book.list(listed("call-1.json", "1")).new
    assert 1 == book.list(listed("call-1.json", "1"), place=other).new


@pytest.mark.parametrize(
    ("state", "counted"), [("delivered", 1), ("skipped", 1), ("refused", 1), ("held", 0), ("sending", 0)]
)
def test_unchanged_entries_are_those_in_a_final_state(book, listed, state, counted):
    """An unchanged file counts with its delivered, skipped and refused entries; held ones are judged again."""
    file = listed("call-1.json", "1")
    book.list(file, done=[1])
    book.write("1", state=state, file_id=1)
    assert counted == book.list(file).unchanged_entries


def test_every_leg_counts_and_a_waiting_file_does_not(book, listed):
    """A split call counts once per leg, and not at all where its file is to be judged again."""
    file = listed("call-1.json", "1")
    book.list(file, done=[1])
    for leg in ("a5", "a7"):
        book.write("1", leg=leg, file_id=1)
    assert 2 == book.list(file).unchanged_entries
    ledger.mark_pending(book.connection, [1])
    assert Listing(0, 0, 1, 0) == book.list(file)


def test_the_window_takes_its_beginning_and_leaves_its_end(book, listed):
    """An entry that ended at `since` counts, one that ended at `until` does not, one without an end only unbounded."""
    files = [listed(f"call-{number}.json", str(number)) for number in range(4)]
    book.list(*files, done=[1, 2, 3, 4])
    for number, ended_at in enumerate([book.now, book.now + timedelta(hours=1), book.now + timedelta(hours=2), None]):
        book.write(str(number), file_id=number + 1, ended_at=ended_at)
    assert 2 == book.list(*files, window=Window(book.now, book.now + timedelta(hours=2))).unchanged_entries
    assert 2 == book.list(*files, window=Window(since=book.now + timedelta(hours=1))).unchanged_entries
    assert 1 == book.list(*files, window=Window(until=book.now + timedelta(microseconds=1))).unchanged_entries
    assert 4 == book.list(*files).unchanged_entries


def test_an_empty_listing_is_nothing(book):
    """A storage without files is compared like any other."""
    assert Listing(0, 0, 0, 0) == book.list()


PATHS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8)
VERSIONS = st.tuples(st.integers(0, 2), st.integers(0, 2**62), st.sampled_from([None, "a", "b"]))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(listings=st.lists(st.dictionaries(PATHS, VERSIONS, max_size=5), max_size=5))
def test_any_row_of_listings_is_compared_right(book, listings):
    """Whatever is listed in whatever order, the ledger tells new, changed and unchanged as a plain table would."""
    book.connection.execute(text("DELETE FROM file"))
    known = {}
    for listing in listings:
        files = [ListedFile(path, *version, "metadata", None, None, None) for path, version in listing.items()]
        new = [path for path in listing if path not in known]
        changed = [path for path in listing if path in known and differ(known[path], listing[path])]
        found = ledger.record_listing(book.connection, book.place, ledger.ListedBatch(files), now=book.now)
        assert (len(new), len(changed), len(listing) - len(new) - len(changed)) == found[:3]
        known |= {path: listing[path] for path in (*new, *changed)}
    rows = book.connection.execute(text("SELECT path, size_bytes, modified_ns, etag FROM file")).all()
    assert known == {row.path: tuple(row[1:]) for row in rows}


def differ(known, listed):
    return known[:2] != listed[:2] or (None not in {known[2], listed[2]} and known[2] != listed[2])


@pytest.mark.parametrize("facts", [{"channel": "file"}, {"channel": "row"}, {"code": "forgotten", "state": "skipped"}])
def test_what_tells_no_end_is_in_the_window_by_its_file(book, listed, facts):
    """What could not be read or was forgotten counts by its file's last change, as when a run meets it first."""
    seconds = timedelta(seconds=1)
    changed_at = book.now - timedelta(days=300)
    file = listed("call-1.json", "1", modified_ns=int(changed_at.timestamp()) * 10**9)
    book.list(file, done=[1])
    book.write("1", **{"state": "refused", **facts}, file_id=1)
    windows = [
        Window(changed_at, changed_at + seconds),
        Window(since=changed_at),
        Window(until=changed_at + seconds),
        Window(since=changed_at + seconds),
        Window(until=changed_at),
    ]
    counted = [book.list(file, window=window).unchanged_entries for window in windows]
    assert [1, 1, 1, 0, 0] == counted
    ids = [1]
    assert counted == [ledger.final_entries(book.connection, ids, window) for window in windows]
