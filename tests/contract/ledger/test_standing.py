"""What the ledger says of a range of days, told apart by who brought it there."""

from datetime import timedelta

from connector import ledger
from connector.ledger import Source, Window
from connector.ledger.budget import spent
from connector.ledger.putting import PutFile, note_put_away
from connector.ledger.resting import next_tries
from connector.ledger.tally import standing

SOURCE = Source("acme", "ccai", "capturi https://capturi.example")


def told(book, places=None, *, away=None, began_at=None):
    window = Window(book.now - timedelta(days=1), book.now + timedelta(days=1))
    facts = {"window": window, "run_id": "run-2", "away": away, "began_at": began_at or book.now}
    found = standing(book.connection, places or [book.place], SOURCE, **facts)
    return {(one.state, one.code, one.by_run, one.listed): one.entries for one in found}


def test_entries_of_the_range_are_counted_by_who_wrote_them_last(book, listed):
    """By state, reason and run; what ended beside the range, and what came from another storage, is not counted."""
    other = book.add_place("file:///elsewhere")
    book.list(*(listed(f"call-{number}.json", str(number)) for number in range(5)))
    book.list(listed("call-9.json", "9"), place=other)
    rows = [
        ("0", {"run_id": "run-1"}),
        ("1", {"run_id": "run-2"}),
        ("2", {"run_id": "run-2", "state": "held", "code": "audio_awaited"}),
        ("3", {"run_id": "run-1", "state": "sending"}),
        ("4", {"run_id": "run-1", "ended_at": book.now + timedelta(days=1)}),
        ("9", {"run_id": "run-1"}),
    ]
    for number, (session, facts) in enumerate(rows, start=1):
        book.write(session, file_id=number, **{"ended_at": book.now, **facts})
    expected = {
        ("delivered", None, False, True): 1,
        ("delivered", None, True, True): 1,
        ("held", "audio_awaited", True, True): 1,
        ("sending", None, False, True): 1,
    }
    assert expected == told(book)
    assert {("delivered", None, False, True): 1} == told(book, [other])


def test_what_was_moved_away_or_is_gone_is_told_apart(book, listed):
    """A file that was moved before the run began, or vanished, is in no listing; one moved by the run itself was."""
    book.list(*(listed(f"call-{number}.json", str(number)) for number in range(3)))
    for number in range(3):
        book.write(str(number), file_id=number + 1, ended_at=book.now, run_id="run-1")
    ledger.mark_missing(book.connection, [1])
    note_put_away(book.connection, [PutFile(2, "done/call-1.json", 10, 1_000, None)], book.now - timedelta(hours=1))
    note_put_away(book.connection, [PutFile(3, "done/call-2.json", 10, 1_000, None)], book.now)
    found = told(book, away="done")
    assert {("delivered", None, False, True): 1, ("delivered", None, False, False): 2} == found


def test_what_rests_is_told_by_reason_with_the_first_of_its_tries(book):
    """Only held entries whose next try lies ahead, and not further than any rest lasts."""
    hour = timedelta(hours=1)
    tries = {"1": 2 * hour, "2": hour, "3": -hour, "4": 9 * hour}
    for session, ahead in tries.items():
        book.write(session, state="held", code="try_again", retry_at=book.now + ahead)
    book.write("5", state="delivered", retry_at=book.now + hour)
    found = next_tries(book.connection, ledger.Resting(book.now, book.now + 6 * hour))
    assert [("try_again", 2, book.now + hour)] == [(one.code, one.entries, one.first_at) for one in found]


def test_what_was_created_this_hour_and_today_is_read_without_taking_any(book):
    """Spending shows at once, in the hour and the day of the time zone; another token's does not."""
    assert {} == spent(book.connection, "token", book.now)
    ledger.spend(book.connection, "token", book.now, per_hour=5, per_day=8, wanted=3)
    ledger.spend(book.connection, "other", book.now, per_hour=5, per_day=8, wanted=1)
    assert {"hour": 3, "day": 3} == spent(book.connection, "token", book.now)
    assert {"day": 3} == spent(book.connection, "token", book.now + timedelta(hours=1))
