"""What became of entries: by consent, agent, audio, delay, team, queue, day."""

from datetime import timedelta

import pytest

from connector.report import Wish, choose, make, read

DENIED = {"reason": "consent_refused", "consent": ["denied", False]}


@pytest.fixture
def told(connection, book):
    """Give a function that closes entries in one run, from (outcome, facts of the entry, facts of the step)."""

    def close(*closings, options=None):
        book.run("one", options=options or {})
        for number, (outcome, entry, facts) in enumerate(closings):
            at = facts.pop("at", book.start)
            book.entry(f"{number:03}", state=outcome, **entry)
            book.step(f"{number:03}", "one", outcome, at=at, **facts)
        return make(read(connection, choose(connection, Wish())))

    return close


def rows(report, name, *columns):
    return [tuple(one[column] for column in columns) for one in report.tables[name].records()]


def test_every_word_of_consent_is_told_with_what_it_became(told):
    """Each word stands with its meaning and outcome; what is no word of a platform is not repeated."""
    report = told(
        ("delivered", {}, {"consent": ["not_asked", True]}),
        ("delivered", {}, {"consent": ["not_asked", True]}),
        ("skipped", {}, dict(DENIED)),
        ("held", {}, {"reason": "consent_unknown", "consent": ["", None]}),
        ("skipped", {}, {"reason": "voicemail"}),
    )
    expected = [("not_asked", "consent", 2, 0), ("(nothing)", "unknown", 1, 1), ("denied", "refusal", 1, 1)]
    assert expected == rows(report, "consent", "word", "became", "entries", "waiting")


def test_unknown_agents_are_told_with_how_often_and_since_when(told, book):
    """An agent who is not in the file stands with his id, his conversations and the first of them."""
    facts = {"reason": "agent_unknown", "agent": {"id": "91", "number": "2091"}}
    early, late = book.start - timedelta(days=9), book.start - timedelta(days=1)
    report = told(
        ("held", {"ended_at": late}, dict(facts)),
        ("held", {"ended_at": early}, dict(facts)),
        ("held", {"ended_at": late}, {"reason": "agent_unknown", "agent": {}}),
    )
    expected = [("id 91, number 2091", 2, early, late), ("(the record names none)", 1, late, late)]
    assert expected == rows(report, "agents", "agent", "entries", "first", "last")


def test_recordings_are_told_by_channels_form_length_and_arrival(told):
    """Identical channels, one channel, lengths that do not fit, and recordings that never came are counted."""
    sent = {"audio_state": "sent"}
    audio = {"form": "wav pcm_16", "seconds": 60.0, "channels": 2, "identical": True, "told": 61.0}
    report = told(
        ("delivered", sent, {"audio": audio}),
        ("delivered", sent, {"audio": {**audio, "channels": 1, "identical": None, "told": 90.0}}),
        ("delivered", {}, {}),
        ("skipped", {}, {"reason": "audio_missing"}),
        ("held", {}, {"reason": "audio_awaited"}),
    )
    found = {(aspect, value): count for aspect, value, count in rows(report, "audio", "aspect", "value", "recordings")}
    assert {
        ("Recording", "delivered in time"): 2,
        ("Recording", "delivered without audio"): 1,
        ("Recording", "awaited"): 1,
        ("Recording", "missing: it never came"): 1,
        ("Channels", "two, identical"): 1,
        ("Channels", "one"): 1,
        ("Form", "wav pcm_16"): 2,
        ("Length against the record", "as the record says"): 1,
        ("Length against the record", "shorter"): 1,
    } == found


def test_a_recording_that_had_been_waited_for_is_late(connection, book):
    """A call held for its recording in an earlier run and delivered in this one counts as late."""
    book.run("earlier")
    book.run("now", started_at=book.start + timedelta(days=1))
    book.entry("1", audio_state="sent")
    book.step("1", "earlier", "held", reason="audio_awaited")
    book.step("1", "now", "delivered", at=book.start + timedelta(days=1))
    report = make(read(connection, choose(connection, Wish("now"))))
    assert [("delivered late: it had been waited for", 1)] == rows(report, "audio", "value", "recordings")


def test_the_delay_counts_from_the_end_of_the_conversation(told, book):
    """Half, ninety per cent and the longest, over what was delivered alone."""
    ends = [book.start - timedelta(hours=hours) for hours in (1, 2, 3)]
    report = told(*(("delivered", {"ended_at": end}, {}) for end in ends), ("skipped", {}, {"reason": "voicemail"}))
    assert ("all", 3, 7200, 10800) == rows(report, "delay", "kind", "entries", "median", "longest")[0]
    assert {"up to 1 h": 1, "up to 4 h": 2} == {k: n for k, n in rows(report, "delay_spread", "delay", "entries") if n}


def test_outcomes_are_told_by_team_queue_and_day(told):
    """Groups stand with what became of their entries; those without one come last."""
    report = told(
        ("delivered", {}, {"team": "Orders", "queue": "Menu/Orders"}),
        ("refused", {}, {"team": "Orders", "queue": "ida@example.org", "reason": "field_invalid"}),
        ("skipped", {"ended_at": None}, {"reason": "not_handled"}),
    )
    assert [("Orders", 2, 1, 1), ("(not told)", 1, 0, 0)] == rows(
        report, "by_team", "team", "entries", "delivered", "refused"
    )
    assert {"Menu/Orders", "[xxx@xxxxxxx.xxx]", "(not told)"} == {row[0] for row in report.tables["by_queue"].rows}
    assert [("2026-03-24", 2), ("(not told)", 1)] == rows(report, "by_day", "day", "entries")


def test_a_day_is_one_of_the_schedule_s_time_zone(told, book):
    """What ended at 23:30 in UTC belongs to the next day in Copenhagen."""
    late = book.start.replace(hour=23, minute=30) - timedelta(days=1)
    report = told(("delivered", {"ended_at": late}, {}), options={"timezone": "Europe/Copenhagen"})
    assert [("2026-03-24",)] == rows(report, "by_day", "day")


def test_remarks_that_differ_in_numbers_alone_count_as_one(told):
    """A note that names seconds is one note, however many lengths there were; names with digits stay."""
    notes = [["the audio has 31.5 s, less than the 60 s of talk"], ["the audio has 7 s, less than the 9 s of talk"]]
    report = told(*(("delivered", {}, {"notes": note}) for note in [*notes, ["v1 has no customProp7"]]))
    expected = [("the audio has … s, less than the … s of talk", 2), ("v1 has no customProp7", 1)]
    assert expected == rows(report, "remarks", "remark", "entries")


def test_facts_of_any_make_are_read(told):
    """Facts that an older or newer version wrote in another form are left out, and break nothing."""
    odd = {"consent": "yes", "audio": [1], "agent": "x", "notes": None, "team": None, "reason": "unheard_of"}
    report = told(("held", {}, odd), ("delivered", {"mapping": None}, {}))
    assert 2 == report.tables["by_day"].rows[0][1]
    assert [("held", "unheard_of", 1)] == rows(report, "reasons", "outcome", "reason", "count")


def test_reasons_and_entries_tell_for_how_long_they_wait(told, book):
    """Each reason stands with the oldest of its entries, each entry with the time since its end."""
    early, late = book.start - timedelta(days=9), book.start - timedelta(days=1)
    report = told(
        ("held", {"ended_at": late}, {"reason": "agent_unknown"}),
        ("held", {"ended_at": early}, {"reason": "agent_unknown"}),
        ("refused", {"ended_at": None}, {"reason": "unreadable"}),
    )
    expected = [("unreadable", 1, None, None), ("agent_unknown", 2, early, 9 * 86_400.0)]
    assert expected == rows(report, "reasons", "reason", "count", "oldest", "longest")
    assert [None, 9 * 86_400.0, 86_400.0] == [age for (age,) in rows(report, "entries", "age")]
