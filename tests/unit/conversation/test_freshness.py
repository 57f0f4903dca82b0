"""The newest fields of a case that are known, in whatever order they come."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from connector.conversation import Known, changed_fields, later_fields, newest_fields

BEGIN = datetime(2026, 2, 3, 9, 0, tzinfo=UTC)


def at(minute):
    return BEGIN + timedelta(minutes=minute)


def fields(minute, **more):
    return {"created": "2026-02-03T09:00:00Z", "updated": f"{at(minute):%Y-%m-%dT%H:%M:%SZ}", **more}


def test_newer_fields_replace_all_that_was_known():
    """A message that tells all of its case takes away what is no longer so."""
    known = Known(fields(1, status="open", priority="high"), at(1), whole=True)

    assert fields(2, status="solved") == newest_fields(known, fields(2, status="solved"), at(2))


def test_older_fields_change_nothing():
    """A late message goes with what is known, even where that leaves out what the late one told."""
    known = Known(fields(5, status="solved"), at(5), whole=True)

    assert fields(5, status="solved") == newest_fields(known, fields(1, status="open", priority="high"), at(1))


def test_what_was_told_without_a_message_fills_what_the_late_one_lacks():
    """Fields that came alone are newer where they speak, and silent elsewhere."""
    known = Known({"status": "solved"}, at(5))

    assert fields(1, status="solved") == newest_fields(known, fields(1, status="open"), at(1))


def test_a_message_that_does_not_tell_its_case_leaves_the_rest():
    """An escalation stays where the next message says nothing of it."""
    known = Known(fields(1, status="escalated"), at(1), whole=True)

    assert fields(2, status="escalated") == newest_fields(known, fields(2), at(2), tells_case=False)


def test_a_case_begins_when_it_was_first_told_of():
    """A sender that tells no begin has each message's own time there: the earliest counts."""
    known = Known(fields(1), at(1), whole=True)
    told = fields(2) | {"created": "2026-02-03T09:02:00Z"}

    assert "2026-02-03T09:00:00Z" == newest_fields(known, told, at(2))["created"]


def test_what_is_told_late_of_a_case_says_at_most_that_it_began_earlier():
    """The begin of a conversation may be told after its first message: nothing but the begin counts then."""
    known = Known(fields(5, status="open"), at(5), whole=True)
    told = fields(1, status="pending") | {"created": "2026-02-03T08:59:00Z"}

    assert fields(5, status="open") | {"created": "2026-02-03T08:59:00Z"} == later_fields(known, told, at(1))


def test_a_change_carries_nothing_that_no_change_can():
    """Begin and priority wait for the next message: Capturi takes neither of them without one."""
    before = fields(1, status="open")
    after = fields(2, status="open", priority="high") | {"created": "2026-02-03T08:59:00Z"}

    assert {} == changed_fields(before, after)


def test_a_change_carries_what_differs_and_no_more():
    """Nothing differs: nothing is sent; a change of time alone is none."""
    assert {"status": "solved", "updated": fields(2)["updated"]} == changed_fields(
        fields(1, status="open", inbox="A"), fields(2, status="solved", inbox="A")
    )
    assert {} == changed_fields(fields(1, status="open"), fields(2, status="open"))


@given(st.permutations(list(range(6))))
def test_the_newest_fields_win_in_any_order(order):
    """However late messages come, the case ends with the newest fields, and `updated` never goes back."""
    known, times = Known(), []
    for minute in order:
        now = newest_fields(known, fields(minute, status=str(minute)), at(minute))
        known = Known(now, max(at(minute), known.at or BEGIN), whole=True)
        times.append(now["updated"])
    assert "5" == known.fields["status"]
    assert sorted(times) == times
    assert dict(known.fields) == later_fields(known, {"status": "old"}, at(0))
