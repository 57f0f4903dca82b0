"""Check the create calls of the rehearsal against the documented rules, one case per rule."""

import asyncio

import pytest

from connector.sandbox import Switches

MISSING = ["externalIdentity", "agentId", "agentName", "agentEmail", "dateTime", "subject", "customer"]
MISSING_V1 = "externalId numberOfSpeakers phoneNumber title datetime agentId agentName agentEmail".split()  # noqa: SIM905
SEGMENT = {"startSeconds": 0, "durationSeconds": 1}

ACCEPTED = {
    "every text": {f"customProp{n}": "x" for n in range(1, 11)},
    "every number": {f"customNumberProp{n}": n / 2 for n in range(1, 11)},
    "a whole number": {"customNumberProp1": 5},
    "labels": {"labels": ["inbound", "transferred"]},
    "no labels": {"labels": []},
    "consent": {"hasConsent": False},
    "the right channel": {"salesPersonAudioChannel": 2},
    "the left channel of stereo": {"salesPersonAudioChannel": 1, "audioChannels": "Stereo"},
    "one speaker": {"audioChannels": "Mono1Speaker"},
    "two speakers": {"audioChannels": "Mono2Speaker"},
    "segments": {"cutAudio": [SEGMENT, {"startSeconds": 600, "durationSeconds": 300}]},
    "free texts": {"customerCompany": "Nordlys A/S", "status": "finished", "team": "Orders"},
    "offset and nanoseconds": {"dateTime": "2026-03-23T13:12:51.123456789-07:00"},
}

REFUSED = {
    "blank text": ({"subject": " \t"}, "subject is blank"),
    "blank optional text": ({"team": ""}, "team is blank"),
    "number for text": ({"agentId": 9}, "agentId must be text"),
    "null": ({"status": None}, "status must be text"),
    "unknown field": ({"colour": "red"}, "colour is not a known field"),
    "guide's team": ({"teamName": "Orders"}, "teamName is not a known field"),
    "guide's segments": ({"conversationSegments": [SEGMENT]}, "conversationSegments is not a known field"),
    "v1's id": ({"externalId": "1"}, "externalId is not a known field"),
    "eleventh text": ({"customProp11": "x"}, "customProp11 is not a known field"),
    "text for number": ({"customNumberProp1": "5"}, "customNumberProp1 must be a number"),
    "bool for number": ({"customNumberProp2": True}, "customNumberProp2 must be a number"),
    "text for bool": ({"hasConsent": "true"}, "hasConsent must be true or false"),
    "number for bool": ({"hasConsent": 1}, "hasConsent must be true or false"),
    "no list of labels": ({"labels": "inbound"}, "labels must be a list"),
    "null label": ({"labels": ["a", None]}, "labels[1] must be text"),
    "blank label": ({"labels": [" "]}, "labels[0] is blank"),
    "repeated label": ({"labels": ["a", "b", "a"]}, "labels[2] repeats an earlier one"),
    "no date": ({"dateTime": "yesterday"}, "dateTime must be a date and time"),
    "date alone": ({"dateTime": "2026-03-23"}, "dateTime must be a date and time"),
    "31 February": ({"dateTime": "2026-02-31T20:12:51Z"}, "dateTime must be a date and time"),
    "seconds since 1970": ({"dateTime": 1774296771}, "dateTime must be a date and time"),
    "no offset": ({"dateTime": "2026-03-23T20:12:51"}, "dateTime must end in Z or an offset"),
    "unknown channels": ({"audioChannels": "stereo"}, "audioChannels must be Stereo or Mono1Speaker"),
    "third channel": ({"salesPersonAudioChannel": 3}, "salesPersonAudioChannel must be 1 or 2"),
    "channel as text": ({"salesPersonAudioChannel": "1"}, "salesPersonAudioChannel must be 1 or 2"),
    "channel as bool": ({"salesPersonAudioChannel": True}, "salesPersonAudioChannel must be 1 or 2"),
    "channel of mono": (
        {"salesPersonAudioChannel": 1, "audioChannels": "Mono2Speaker"},
        "salesPersonAudioChannel goes with audioChannels Stereo only",
    ),
    "no segment": ({"cutAudio": []}, "cutAudio is empty"),
    "no list of segments": ({"cutAudio": SEGMENT}, "cutAudio must be a list"),
    "segment no object": ({"cutAudio": [5]}, "cutAudio[0] must be an object"),
    "negative start": ({"cutAudio": [{**SEGMENT, "startSeconds": -1}]}, "cutAudio[0].startSeconds must be a whole"),
    "no duration": ({"cutAudio": [SEGMENT, {"startSeconds": 1}]}, "cutAudio[1].durationSeconds is missing"),
    "duration 0": ({"cutAudio": [{**SEGMENT, "durationSeconds": 0}]}, "durationSeconds must be a whole number of at"),
    "half second": ({"cutAudio": [{**SEGMENT, "startSeconds": 0.5}]}, "startSeconds must be a whole number"),
    "unknown in segment": ({"cutAudio": [{**SEGMENT, "end": 3}]}, "cutAudio[0].end is not a known field"),
}

REFUSED_V1 = {
    "v3's name": ({"subject": "x"}, "subject is not a known field"),
    "three speakers": ({"numberOfSpeakers": 3}, "numberOfSpeakers must be 1 or 2"),
    "channel as number": ({"agentAudioChannel": 1}, "agentAudioChannel must be left or right"),
    "fields of later versions": ({"team": "x"}, "team is not a known field"),
    "no offset": ({"datetime": "2022-02-25T12:00:00"}, "datetime must end in Z"),
}


@pytest.mark.parametrize("extra", ACCEPTED.values(), ids=ACCEPTED)
@pytest.mark.parametrize("version", ["v2", "v3"])
def test_documented_fields_are_accepted(api, v3, version, extra):
    """Every documented optional field is taken by v2 and v3, and read back as it was sent."""
    answer = api.post(f"/{version}/conversation", json={**v3, **extra})
    assert (200, "") == (answer.status_code, "" if answer.status_code == 200 else answer.text)
    kept = read(api, v3["externalIdentity"])
    assert extra == {name: kept[name] for name in extra}
    assert version == kept["api"]


@pytest.mark.parametrize(("extra", "says"), REFUSED.values(), ids=REFUSED)
def test_each_broken_rule_is_refused_by_name(api, v3, extra, says):
    """A body that breaks one rule is answered 400 in plain text that names the field, and nothing is kept."""
    answer = api.post("/v3/conversation", json={**v3, **extra})
    assert 400 == answer.status_code
    assert answer.headers["content-type"].startswith("text/plain")
    assert says in answer.text
    assert 1 == len(answer.text.splitlines())
    assert read(api, v3["externalIdentity"]) is None


@pytest.mark.parametrize("name", MISSING)
def test_required_fields_of_v3_are_required(api, v3, name):
    """Each required field must be there."""
    del v3[name]
    answer = api.post("/v3/conversation", json=v3)
    assert (400, f"{name} is missing") == (answer.status_code, answer.text)


@pytest.mark.parametrize("name", MISSING_V1)
def test_required_fields_of_v1_are_required(api, v1, name):
    """Each required field of the oldest version must be there, by its own name."""
    del v1[name]
    answer = api.post("/v1/conversation", json=v1)
    assert (400, f"{name} is missing") == (answer.status_code, answer.text)


@pytest.mark.parametrize(("extra", "says"), REFUSED_V1.values(), ids=REFUSED_V1)
def test_rules_of_v1_are_its_own(api, v1, extra, says):
    """The oldest version knows its own names and values only."""
    answer = api.post("/v1/conversation", json={**v1, **extra})
    assert 400 == answer.status_code
    assert says in answer.text


def test_all_broken_rules_are_named_at_once(api, v3):
    """One answer names every mistake, without repeating what was sent."""
    answer = api.post("/v3/conversation", json={**v3, "labels": [""], "hasConsent": "secret", "agentName": 5})
    assert ["agentName must be text", "labels[0] is blank", "hasConsent must be true or false"] == (
        answer.text.splitlines()
    )


def test_v3_replies_with_uid_and_the_others_with_capitals(api, v1, v3):
    """The key of the reply is uid in v3 and UID before."""
    assert ["uid"] == list(api.post("/v3/conversation", json=v3).json())
    assert ["UID"] == list(api.post("/v2/conversation", json={**v3, "externalIdentity": v1["externalId"]}).json())
    v1["externalId"] += "-b"
    assert ["UID"] == list(api.post("/v1/conversation", json=v1).json())


def test_an_external_identity_is_unique_across_versions(api, v1, v3):
    """A second create gives 409 whatever the version, keeps the first body and is counted."""
    v1["externalId"] = v3["externalIdentity"]
    assert 200 == api.post("/v3/conversation", json=v3).status_code
    statuses = [api.post(f"/{v}/conversation", json=b).status_code for v, b in (("v1", v1), ("v2", v3), ("v3", v3))]
    assert [409, 409, 409] == statuses
    kept = read(api, v3["externalIdentity"])
    assert (4, "v3", v3) == (kept["creates"], kept["api"], kept["body"])


def test_v1_is_read_back_by_the_names_of_v3(api, v1):
    """The old names and values become the current ones, and the body stays as it came."""
    sent = {**v1, "outcome": "Declined", "outcomeReason": "Other", "caseId": "123", "agentAudioChannel": "right"}
    assert 200 == api.post("/v1/conversation", json=sent).status_code
    kept = read(api, v1["externalId"])
    expected = {
        "externalIdentity": v1["externalId"],
        "audioChannels": "Mono1Speaker",
        "customer": "+15550100100",
        "subject": "Order info",
        "dateTime": "2022-02-25T12:00:00Z",
        "customProp1": "Declined",
        "customProp2": "Other",
        "customProp3": "123",
        "salesPersonAudioChannel": 2,
        "body": sent,
    }
    assert expected == {name: kept[name] for name in expected}


def test_v2_takes_the_names_of_the_vendor_guide(api, v3):
    """The guide's names are accepted by v2 and read back by the current ones."""
    sent = {**v3, "conversationSegments": [SEGMENT], "teamName": "Orders", "teamId": "4321"}
    assert 200 == api.post("/v2/conversation", json=sent).status_code
    kept = read(api, v3["externalIdentity"])
    assert ([SEGMENT], "Orders", "4321") == (kept["cutAudio"], kept["team"], kept["teamId"])


def test_v2_refuses_both_names_of_one_thing(api, v3):
    """Old and new name together are ambiguous."""
    answer = api.post("/v2/conversation", json={**v3, "teamName": "a", "team": "b"})
    assert (400, "teamName and team mean the same; send one of them") == (answer.status_code, answer.text)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"a": NaN}', "application/json", 400),
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b'"' + b"x" * 10_000_001 + b'"', "application/json", 413),
    ],
    ids=["cut off", "NaN", "empty", "a list", "another type", "too large"],
)
def test_bodies_that_are_no_json_object_are_refused(api, content, kind, status):
    """What is not a JSON object of sensible size is answered with the status that says so."""
    answer = api.post("/v3/conversation", content=content, headers={"Content-Type": kind})
    assert status == answer.status_code


LENIENT = {
    "unknown fields": (Switches(unknown_fields="ignore"), {"colour": "red"}),
    "nulls": (Switches(null_fields="ignore"), {"team": None}),
    "blanks": (Switches(blank_fields="accept"), {"team": ""}),
    "times": (Switches(times_without_offset="accept"), {"dateTime": "2026-03-23T20:12:51"}),
}


@pytest.mark.parametrize(("switches", "extra"), LENIENT.values(), ids=LENIENT)
async def test_a_switch_lets_the_unknown_pass(start, v3, switches, extra):
    """What is strict by default can be made lenient, and required fields stay required."""
    rehearsal = await start(switches=switches)
    await rehearsal.create({**v3, **extra})
    answer = await rehearsal.api.post("/v3/conversation", json={**v3, **extra, "subject": ""})
    assert 400 == answer.status_code


async def test_lax_v2_insists_on_the_id_only(start, v3):
    """With v2_required=lax a v2 body needs nothing but its id; v3 stays strict."""
    rehearsal = await start(switches=Switches(v2_required="lax"))
    only_id = {"externalIdentity": v3["externalIdentity"]}
    assert 400 == (await rehearsal.api.post("/v2/conversation", json={})).status_code
    assert 400 == (await rehearsal.api.post("/v3/conversation", json=only_id)).status_code
    assert 200 == (await rehearsal.api.post("/v2/conversation", json=only_id)).status_code
    assert 200 == (await rehearsal.api.get("/")).status_code


async def test_of_many_creates_at_once_one_wins(start, v3):
    """Fifty simultaneous creates of one id give one conversation and 49 refusals."""
    rehearsal = await start()
    answers = await asyncio.gather(*(rehearsal.api.post("/v3/conversation", json=v3) for _ in range(50)))
    assert [200] + [409] * 49 == sorted(answer.status_code for answer in answers)
    (kept,) = await rehearsal.got("conversations")
    assert 50 == kept["creates"]


def read(api, external_identity):
    """Read one conversation back."""
    known = api.get("/_sandbox/conversations").json()
    return next((one for one in known if one["externalIdentity"] == external_identity), None)
