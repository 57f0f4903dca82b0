from datetime import UTC, datetime, timedelta, timezone

import pytest

from connector.conversation import Circumstances, Segment, build
from connector.errors import RulesBrokenError, SkipError
from connector.mapping.model import SpansReading
from connector.reason import Code

ORIGIN = datetime(2026, 3, 23, 20, 14, 41, tzinfo=UTC)


def fields(made, *names):
    return tuple(made.fields.get(name) for name in names)


def broken_by(draft, audio=None, **options):
    with pytest.raises(RulesBrokenError) as caught:
        build(draft, audio, has_consent=True, **options)
    return caught.value


def test_a_full_draft_becomes_a_conversation(draft, audio, span):
    """Every field arrives under its name, the file says the layout, the spans say the segments."""
    spans = SpansReading((span(0, 28, "5", 28), span(45, 200, "9", 80)), (span(54, 57),), ORIGIN)
    extra = {f"customProp{n}": f"text {n}" for n in range(1, 11)} | {f"customNumberProp{n}": n for n in range(1, 11)}

    made = build(
        draft(spans, labels=["inbound", "inbound", "", " en "], team="Orders", **extra), audio(), has_consent=True
    )

    assert ("acme-call-1418", "9", "+15550100100") == fields(made, "externalIdentity", "agentId", "customer")
    assert ("2026-03-23T20:14:41Z", True, "Orders") == fields(made, "dateTime", "hasConsent", "team")
    assert ("Stereo", 2) == fields(made, "audioChannels", "salesPersonAudioChannel")
    assert ("inbound", "en") == made.fields["labels"]
    assert (Segment(0, 28), Segment(45, 9), Segment(57, 68)) == made.segments
    assert ("text 10", 10.0) == fields(made, "customProp10", "customNumberProp10")
    assert () == made.notes


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("2026-03-23T13:14:41.000-07:00", "2026-03-23T20:14:41Z"),
        ("2026-03-23T20:14:41.250Z", "2026-03-23T20:14:41.250Z"),
        (datetime(2026, 3, 23, 21, 14, 41, tzinfo=timezone(timedelta(hours=1))), "2026-03-23T20:14:41Z"),
    ],
)
def test_times_go_out_in_utc(draft, written, sent):
    """Whatever the offset was, Capturi gets the moment in UTC, written with Z."""
    assert sent == build(draft(dateTime=written), None, has_consent=True).fields["dateTime"]


@pytest.mark.parametrize("written", ["2026-03-23T13:14:41", "yesterday", "2026-02-30T10:00:00Z", 1774296881, True])
def test_a_time_that_is_none_is_refused(draft, written):
    """A time without a zone, outside the calendar or of another type breaks its rule."""
    (rule,) = broken_by(draft(dateTime=written)).rules

    assert "dateTime" == rule[0]


def test_all_broken_rules_come_at_once(draft, audio, span):
    """One refusal names every field that has to be mended, so that a mapping is mended in one go."""
    bad = draft(
        SpansReading((span(500, 600),), (), ORIGIN),
        {"agentEmail": "no_value", "customProp3": "phone_failed"},
        agentEmail=None,
        customer=None,
        subject="  ",
        agentName=7,
        dateTime="2026-03-23T13:14:41",
        labels=["fine", 3],
        customNumberProp1="5",
        customNumberProp2=float("nan"),
        surprise="x",
    )
    error = broken_by(bad, audio())

    assert Code.FIELD_MISSING == error.code
    assert {
        "agentEmail": "is missing (no_value)",
        "customProp3": "does not fit (phone_failed)",
        "customer": "is missing",
        "subject": "is blank",
        "agentName": "is not text",
        "dateTime": "is not a time with a zone, such as 2026-03-23T20:14:41Z",
        "labels[1]": "is not text",
        "customNumberProp1": "is not a number",
        "customNumberProp2": "is not a finite number",
        "surprise": "is no field of the target",
    }.items() <= dict(error.rules).items()
    assert "nothing left" in dict(error.rules)["cutAudio"]
    assert len(error.rules) == 11


@pytest.mark.parametrize(
    ("refusals", "changes", "code"),
    [
        ({"customer": "no_rule"}, {"customer": None}, Code.FIELD_MISSING),
        ({"customer": "condition_not_met"}, {"customer": None}, Code.FIELD_MISSING),
        ({"customer": "phone_failed"}, {"customer": None}, Code.FIELD_INVALID),
        ({"dateTime": "not_a_time"}, {"dateTime": None}, Code.FIELD_INVALID),
        ({"team": "no_value"}, {}, Code.FIELD_MISSING),
        ({}, {"customNumberProp1": "x"}, Code.FIELD_INVALID),
    ],
)
def test_the_code_tells_missing_from_invalid(draft, refusals, changes, code):
    """A field without a value is missing; one whose value did not fit is invalid."""
    error = broken_by(draft(None, refusals, **changes))

    assert code == error.code
    assert len(error.rules) == 1


def test_a_refusal_holds_no_personal_data(draft):
    """What a field held never stands in the reason."""
    error = broken_by(
        draft(customer=4522446688, agentEmail=["ida@example.org"], labels={"Ida": 1}, audioChannels="Ida")
    )

    assert {"customer", "agentEmail", "labels", "audioChannels"} == {field for field, _ in error.rules}
    for personal in ("4522446688", "ida@", "Ida"):
        assert personal not in str(error)


def test_consent_is_always_sent_and_never_assumed(draft):
    """No and yes go out as they are; without a word there is no conversation."""
    assert build(draft(), None, has_consent=False).fields["hasConsent"] is False
    with pytest.raises(RulesBrokenError, match="hasConsent is missing") as caught:
        build(draft(), None, has_consent=None)
    assert Code.FIELD_MISSING == caught.value.code


def test_empty_optional_fields_are_left_out(draft):
    """What has no value is not sent; labels that are all empty are none."""
    made = build(draft(labels=["", "  ", None]), None, has_consent=True)

    assert (None, None, None) == fields(made, "labels", "team", "cutAudio")


def test_an_agents_own_conversation_has_his_spans(draft, audio, span):
    """Where a call is split, only the agent's own time is kept."""
    spans = SpansReading((span(0, 28, "5", 28), span(45, 125, "9", 80)), (), ORIGIN)
    made = build(draft(spans), audio(), has_consent=True, circumstances=Circumstances(agent_id="5"))

    assert (Segment(0, 28),) == made.segments


def test_segments_are_known_without_the_audio(draft, span):
    """A conversation whose recording comes later says already which parts of it count."""
    made = build(draft(SpansReading((span(0, 28),), (), ORIGIN)), None, has_consent=True)

    assert (Segment(0, 28),) == made.segments


def test_ready_made_segments_are_checked(draft, audio):
    """A mapping may bring segments itself; they end where the audio ends, and broken ones break a rule."""
    ready = [{"startSeconds": 100, "durationSeconds": 60}]

    assert (Segment(100, 25),) == build(draft(cutAudio=ready), audio(), has_consent=True).segments
    assert "cutAudio" == broken_by(draft(cutAudio=[{"startSeconds": 0, "durationSeconds": 0}]), audio()).rules[0][0]


def test_what_contradicts_the_record_is_noted(draft, audio, span):
    """A recording much shorter than the talk goes, with a note; so do its own notes."""
    spans = SpansReading((span(0, 100, "9", 100),), (), ORIGIN)
    short = audio(duration_seconds=40.0, channels=1, notes=("cut off",))
    notes = build(draft(spans), short, has_consent=True).notes

    assert ["one channel", "cut off", "less than the 100 s of talk"] == [
        word
        for note, word in zip(notes, ("one channel", "cut off", "less than the 100 s of talk"), strict=True)
        if word in note
    ]


def test_more_than_two_channels_are_an_invalid_audio(draft, audio):
    """A recording that Capturi cannot take is refused for itself, not for a field."""
    with pytest.raises(SkipError) as caught:
        build(draft(), audio(channels=3), has_consent=True)

    assert Code.AUDIO_INVALID == caught.value.code


def test_the_audio_form_is_apart_from_the_body(draft, audio):
    """Language and channel words of the audio form go with the audio, not with the conversation."""
    made = build(draft(spokenLanguage="da-DK", stereoConfig="AgentChannelTwo"), audio(), has_consent=True)

    assert {"spokenLanguage": "da-DK", "stereoConfig": "AgentChannelTwo"} == made.audio_fields
    assert {} == build(draft(), audio(), has_consent=True).audio_fields
