from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.conversation import Conversation, to_wire
from connector.conversation.model import check_fields

FULL = {
    "externalIdentity": "acme-call-1418",
    "agentId": "9",
    "agentName": "Agent Two",
    "agentEmail": "agent.two@example.com",
    "dateTime": "2026-03-23T20:12:51Z",
    "subject": "Orders/Order info",
    "customer": "+15550100100",
    "customerCompany": "Nordlys Forsyning A/S",
    "labels": ["inbound", "transferred"],
    "status": "finished",
    "hasConsent": True,
    "audioChannels": "Stereo",
    "salesPersonAudioChannel": 2,
    "team": "Orders",
    "cutAudio": [{"startSeconds": 120, "durationSeconds": 180}, {"startSeconds": 600, "durationSeconds": 300}],
    "customProp1": "71450",
    "customProp2": "in_sla",
    "customProp3": "48121",
    "customProp4": "en",
    "customNumberProp1": 5.0,
    "customNumberProp2": 27.0,
}
BARE = {name: FULL[name] for name in list(FULL)[:7]} | {"hasConsent": False}


def conversation(values):
    return Conversation(check_fields(values))


def test_v3_is_the_model_itself():
    """The current version carries every field under its own name."""
    assert (FULL, ()) == to_wire(conversation(FULL))


def test_only_what_has_a_value_is_sent():
    """Empty optional fields are left out, consent is always there, and what goes elsewhere stays out."""
    extra = {"spokenLanguage": "da-DK", "stereoConfig": "AgentChannelTwo", "labels": [""]}

    assert (BARE, ()) == to_wire(replace(conversation(BARE | extra), notes=("noted",)))


def test_v2_speaks_the_words_of_the_vendor_guide():
    """The older guide calls two fields differently and carries everything."""
    body, left_out = to_wire(conversation(FULL), "v2")

    assert FULL["cutAudio"] == body["conversationSegments"]
    assert "Orders" == body["teamName"]
    assert not {"cutAudio", "team", "teamId"} & body.keys()
    assert {name: value for name, value in FULL.items() if name not in {"cutAudio", "team"}}.items() <= body.items()
    assert () == left_out


def test_v1_has_other_names_and_says_what_it_cannot_carry():
    """The oldest version gets its own names; each field it does not know is left out with a reason."""
    body, left_out = to_wire(conversation(FULL), "v1")

    assert {
        "externalId": "acme-call-1418",
        "numberOfSpeakers": 2,
        "phoneNumber": "+15550100100",
        "title": "Orders/Order info",
        "labels": ["inbound", "transferred"],
        "datetime": "2026-03-23T20:12:51Z",
        "outcome": "71450",
        "outcomeReason": "in_sla",
        "caseId": "48121",
        "agentId": "9",
        "agentName": "Agent Two",
        "agentEmail": "agent.two@example.com",
        "agentAudioChannel": "right",
        "hasConsent": True,
    } == body
    assert {
        *("customerCompany", "status", "team", "cutAudio", "customProp4"),
        *("customNumberProp1", "customNumberProp2", "audioChannels"),
    } == {reason.partition(":")[0] for reason in left_out}


@pytest.mark.parametrize(
    ("channels", "speakers", "number"),
    [
        ("Mono1Speaker", "speakers", 1),
        ("Mono2Speaker", "speakers", 2),
        ("Stereo", "speakers", 2),
        (None, "speakers", 2),
        ("Mono2Speaker", "channels", 1),
        ("Stereo", "channels", 2),
    ],
)
def test_what_the_number_of_speakers_counts_is_a_setting(channels, speakers, number):
    """Capturi's texts about v1 disagree: today's reading is the default, the older one can be chosen."""
    named = {"audioChannels": channels} if channels else {}
    body, _ = to_wire(conversation(BARE | named), "v1", speakers=speakers)

    assert number == body["numberOfSpeakers"]
    assert "agentAudioChannel" not in body


@pytest.mark.parametrize(("channel", "side"), [(1, "left"), (2, "right")])
def test_v1_names_the_side_of_the_agent(channel, side):
    """Left is channel 1, right is channel 2."""
    stereo = conversation(BARE | {"audioChannels": "Stereo", "salesPersonAudioChannel": channel})

    assert side == to_wire(stereo, "v1")[0]["agentAudioChannel"]


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
numbers = st.floats(allow_nan=False, allow_infinity=False)
segments = st.lists(
    st.fixed_dictionaries({"startSeconds": st.integers(0, 9999), "durationSeconds": st.integers(1, 9999)}), min_size=1
)
bodies = st.fixed_dictionaries(
    {name: texts for name in BARE if name not in {"dateTime", "hasConsent"}}
    | {"dateTime": st.just("2026-03-23T20:12:51Z"), "hasConsent": st.booleans()},
    optional={f"customProp{n}": texts for n in range(1, 11)}
    | {f"customNumberProp{n}": numbers for n in range(1, 11)}
    | {"labels": st.lists(texts), "team": texts, "status": texts, "customerCompany": texts, "cutAudio": segments}
    | {"audioChannels": st.sampled_from(["Stereo", "Mono1Speaker", "Mono2Speaker"])},
)


@given(values=bodies)
def test_a_body_read_back_is_the_same_conversation(values):
    """What is sent, read back as JSON, makes the conversation it was made of, in v3 and in v2."""
    made = conversation(values)
    v3 = orjson.loads(orjson.dumps(to_wire(made)[0]))
    v2 = orjson.loads(orjson.dumps(to_wire(made, "v2")[0]))
    current = {"conversationSegments": "cutAudio", "teamName": "team"}

    assert made == conversation(v3)
    assert made == conversation({current.get(name, name): value for name, value in v2.items()})


@given(values=bodies)
def test_v1_loses_nothing_without_saying_so(values):
    """Every field of the conversation is in the body of v1 or among the reasons."""
    whole, _ = to_wire(conversation(values))
    body, left_out = to_wire(conversation(values), "v1")
    named = {reason.partition(":")[0] for reason in left_out}
    kept = [name for name in whole if name not in named and name not in {"audioChannels", "salesPersonAudioChannel"}]

    assert len(kept) + 1 == len(body)
    assert {repr(whole[name]) for name in kept} <= {repr(value) for value in body.values()}
