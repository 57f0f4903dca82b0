from datetime import UTC, datetime, timedelta

import pytest

from connector.session import Direction, direction, is_voicemail, settles_at, was_handled, will_still_move

SETTLE = timedelta(minutes=20)


@pytest.mark.parametrize(
    "status",
    [
        *("scheduled", "queued", "assigned", "connecting", "switching", "connected", "selecting", "va_assigned"),
        *("va_connected", "preview_pending", "preview_ready", "campaign_connecting", "campaign_connected", "requeued"),
        *("preview_anything", "Connected", " QUEUED ", 0, 1, 2, 3, 4, 5, "5", 12, 13, 14, 15, 16, 17, 18, 19),
    ],
)
def test_a_status_on_the_way_will_still_move(parsed, status):
    """A status that is not the last, as a word in any case or as its number, means that the session goes on."""
    assert will_still_move(parsed("call-987.json", status=status))


@pytest.mark.parametrize(
    "status",
    [
        *("finished", "failed", "recovered", "deflected", "canceled", "no_response", "abandoned", "action_only"),
        *("voicemail", "never_heard_of", "", None, ..., 8, 9, 10, 11, "8", 99, {}, True),
    ],
)
def test_any_other_status_is_final(parsed, status):
    """An end, a word that nobody documented and no status at all do not keep a session waiting."""
    assert not will_still_move(parsed("call-987.json", status=status))


@pytest.mark.parametrize(
    ("status", "reason", "expected"),
    [
        ("voicemail", "not_voicemail", True),
        ("Voicemail_Received", None, True),
        ("voicemail_read", ..., True),
        ("finished", "example_reason_not_documented", True),
        ("finished", "not_voicemail", False),
        ("finished", "Not_Voicemail", False),
        ("finished", None, False),
        ("finished", " ", False),
        ("finished", ..., False),
        ("finished", [], False),
    ],
)
def test_a_voicemail_is_told_by_status_or_reason(parsed, status, reason, expected):
    """A voicemail's status and any reason for a voicemail make one; `not_voicemail` and no reason do not."""
    assert expected is is_voicemail(parsed("call-987.json", status=status, voicemail_reason=reason))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("call-1418.json", True),
        ("call-987.json", True),
        ("call-2001.json", False),
        ("call-2003.json", False),
        ("chat-135.json", True),
    ],
)
def test_handled_means_that_a_person_had_it(parsed, name, expected):
    """Calls and chats that a human agent had are handled; abandoned ones and those of virtual agents are not."""
    assert expected is was_handled(parsed(name))


def test_wrap_up_alone_is_not_handling(parsed):
    """A call whose only legs are wrap-up was not talked in; in a chat a leg is enough."""
    rows = [{"agent_id": 5, "call_duration": 0, "acw_duration": 8}]
    assert not was_handled(parsed("call-987.json", handle_durations=rows))
    assert was_handled(parsed("chat-135.json", handle_durations=[{"agent_id": 5}]))


def test_a_session_settles_after_the_later_of_end_and_change(parsed):
    """The wait counts from the later of `ends_at` and `updated_at`."""
    assert datetime(2026, 3, 23, 20, 36, 58, tzinfo=UTC) == settles_at(parsed("call-1418.json"), SETTLE)
    found = parsed("call-1418.json", updated_at="2026-03-23T13:00:00-07:00")
    assert datetime(2026, 3, 23, 20, 36, 46, tzinfo=UTC) == settles_at(found, SETTLE)


def test_a_session_without_an_end_settles_after_what_is_known(parsed):
    """Without end and change the beginning counts, and without that the file's time."""
    found = parsed("call-1418.json", updated_at=None, ends_at=None)
    assert datetime(2026, 3, 23, 20, 32, 51, tzinfo=UTC) == settles_at(found, SETTLE)
    found = parsed("call-1418.json", updated_at=None, ends_at=None, created_at=None)
    assert datetime(2026, 3, 25, 0, 20, tzinfo=UTC) == settles_at(found, SETTLE)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ({"session_type_v2": "Voice Outbound"}, Direction.OUTBOUND),
        ({"session_type_v2": "voice outbound (api)"}, Direction.OUTBOUND),
        ({"session_type_v2": "Voice Campaign (UJET)"}, Direction.OUTBOUND),
        ({"session_type_v2": None, "call_type": "Voice Internal"}, Direction.INTERNAL),
        ({"session_type_v2": ..., "call_type": ..., "session_type": "Voice Outbound"}, Direction.OUTBOUND),
        ({"session_type_v2": "Voice Scheduled (Web)", "call_type": "Voice Outbound"}, Direction.INBOUND),
        ({"session_type_v2": "Voice Callback (Web)"}, Direction.INBOUND),
        ({"session_type_v2": "Voice Inbound (Direct)"}, Direction.INBOUND),
        ({"session_type_v2": ["x"], "call_type": 5, "session_type": None}, Direction.INBOUND),
    ],
)
def test_direction_is_told_by_the_words_of_the_type(parsed, words, expected):
    """Outbound and campaign go out, internal stays inside, all else comes in; the current words count first."""
    assert expected is direction(parsed("call-1418.json", **words))


def test_a_chat_has_a_direction_too(parsed):
    """A chat's own type is read where the current words are missing."""
    found = parsed("chat-135.json", session_type_v2=None, chat_type="Messaging Outbound (SMS)")
    assert Direction.OUTBOUND is direction(found)
