"""Files that no session ever asked for are counted, with examples."""

from datetime import timedelta

from connector import ledger
from connector.ledger.orphan import Orphans, orphans, unused
from connector.ledger.putting import note_row_recordings


def test_what_belongs_to_no_session_is_counted(book, listed):
    """Neither metadata nor an entry bears the id: the file is told by storage and role, the oldest first."""
    alone = [listed(f"late/call-{number}.wav", str(number), role="recording") for number in range(1, 6)]
    text = listed("chat-9.txt", "9", role="transcript", channel="chat")
    with_metadata = [listed("call-7.json", "7"), listed("call-7.wav", "7", role="recording")]
    book.list(
        *alone, text, *with_metadata, listed("call-8.wav", "8", role="recording"), listed("x.pdf", None, role="other")
    )
    book.write("8")
    found = orphans(book.connection, book.now + timedelta(seconds=1))
    paths = ("late/call-1.wav", "late/call-2.wav", "late/call-3.wav")
    assert [
        Orphans("file:///export", "recording", 5, paths),
        Orphans("file:///export", "transcript", 1, ("chat-9.txt",)),
    ] == found


def test_a_young_file_is_given_time(book, listed):
    """What was first seen after the moment asked for is no orphan yet."""
    book.list(listed("call-1.wav", "1", role="recording"))
    assert [] == orphans(book.connection, book.now)


def test_metadata_of_another_storage_counts(book, listed):
    """Where recordings lie elsewhere, the metadata of the same source is looked for in all its storages."""
    elsewhere = book.add_place("s3://recordings")
    book.list(listed("call-1.json", "1"))
    recordings = [listed(f"call-{number}.wav", str(number), role="recording") for number in (1, 2)]
    book.list(*recordings, place=elsewhere)
    found = orphans(book.connection, book.now + timedelta(seconds=1))
    assert [Orphans("s3://recordings", "recording", 1, ("call-2.wav",))] == found
    book.list(listed("call-2.json", "2"))
    assert [] == orphans(book.connection, book.now + timedelta(seconds=1))


def test_files_of_unknown_names_are_told_beside_orphans(book, listed):
    """Hidden files and other tenants' are nobody's business; each sort is told with its number."""
    names = ("odd.pdf", "x/odd.doc", ".hidden", "x/.hidden", "gone.pdf")
    book.list(*(listed(name, None, role="other") for name in names), listed("call-1.wav", "1", role="recording"))
    ledger.mark_missing(book.connection, [5])
    found = unused(book.connection, book.now + timedelta(seconds=1), ["acme"])
    assert [
        Orphans("file:///export", "recording", 1, ("call-1.wav",)),
        Orphans("file:///export", "other", 2, ("odd.pdf", "x/odd.doc")),
    ] == found
    assert [] == unused(book.connection, book.now + timedelta(seconds=1), ["other"])


def test_where_rows_tell_whose_a_recording_is_the_named_ones_are_used(book, listed):
    """Of two recordings of a source of rows, the one that no row was read for is told."""
    place = ledger.place_id(book.connection, "acme", "files", book.target, "file:///rows")
    book.list(listed("a.wav", "a", role="recording"), listed("b.wav", "b", role="recording"), place=place)
    note_row_recordings(book.connection, [(1, "one")])
    found = unused(book.connection, book.now + timedelta(seconds=1), ["acme"])
    assert [Orphans("file:///rows", "recording", 1, ("b.wav",))] == found


def test_a_recording_that_bears_the_id_of_a_row_judged_long_ago_is_used(book, listed):
    """Rows that were delivered before it was noted whose recordings are whose are read no more: the id tells it."""
    place = ledger.place_id(book.connection, "acme", "files", book.target, "file:///rows")
    book.list(listed("1.wav", "1", role="recording"), listed("2.wav", "2", role="recording"), place=place)
    book.write("1", source_kind="files")
    book.write("2")
    found = unused(book.connection, book.now + timedelta(seconds=1), ["acme"])
    assert [Orphans("file:///rows", "recording", 1, ("2.wav",))] == found
