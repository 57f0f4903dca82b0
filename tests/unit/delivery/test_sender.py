import asyncio
import hashlib
import json

import pytest

from connector.delivery import Capturi, Hours, Limits, Policy, Route, deliver, deliver_case, deliver_message
from connector.errors import (
    FileChangedError,
    OutcomeUnknownError,
    SkipError,
    TargetRejectedTokenError,
    TryAgainError,
)
from connector.reason import Code

INTENDED = "intended"


async def test_conversation_with_audio(stub, target, journal, parcel, audio):
    """A parcel becomes a conversation and its audio, and what was sent is told with its SHA-256."""
    source = audio(b"x" * 300_000)
    async with target() as capturi:
        done = await deliver(parcel(source, audio_fields={"spokenLanguage": "da-DK"}), capturi, journal)
    assert ["/v3/conversation", "/v1/audio/uid-1"] == [request.path for request in stub.requests]
    assert ("uid-1", False, True, 300_000) == (done.uid, done.existed, done.audio_uploaded, done.bytes_uploaded)
    assert hashlib.sha256(stub.uploads[0].form["data"][1]).hexdigest() == done.sha256


async def test_steps(target, journal, parcel):
    """Each step is written down before its request and with its outcome after it."""
    async with target() as capturi:
        await deliver(parcel(b"abc"), capturi, journal)
    sha256 = hashlib.sha256(b"abc").hexdigest()
    assert [
        ("intend", "create", {}),
        ("note", "create", {"outcome": "done", "uid": "uid-1"}),
        ("intend", "audio", {}),
        ("note", "audio", {"outcome": "done", "bytes": 3, "sha256": sha256}),
    ] == journal.lines


async def test_intent_comes_before_the_request(stub, target, journal, parcel):
    """When a request goes out, the intent to send it has been written down."""
    requests_at_intent = []

    async def look(step):
        await asyncio.sleep(0.01)
        requests_at_intent.append((step, len(stub.requests)))

    journal.on_intend = look
    async with target() as capturi:
        await deliver(parcel(b"abc"), capturi, journal)
    assert [("create", 0), ("audio", 1)] == requests_at_intent


async def test_unwritten_intent_sends_nothing(stub, target, journal, parcel):
    """Where the intent cannot be written down nothing is sent."""

    async def full(step):
        raise OSError(step)

    journal.on_intend = full
    async with target() as capturi:
        with pytest.raises(OSError, match="create"):
            await deliver(parcel(), capturi, journal)
    assert [] == stub.requests


async def test_conversation_without_audio(stub, target, journal, parcel):
    """A parcel without a recording is a create alone."""
    async with target() as capturi:
        done = await deliver(parcel(), capturi, journal)
    assert ("uid-1", False, 0, None) == (done.uid, done.audio_uploaded, done.bytes_uploaded, done.sha256)
    assert 1 == len(stub.requests)


async def test_conversation_that_is_there(stub, target, journal, parcel):
    """A 409 on create goes on with the audio by the external id, percent-encoded."""
    stub.script = [stub.reply(status=409, body=b"exists"), stub.reply()]
    async with target() as capturi:
        done = await deliver(parcel(b"x", external_id="a/b c+"), capturi, journal)
    assert (None, True, True) == (done.uid, done.existed, done.audio_uploaded)
    assert "/v1/audio/external/a%2Fb%20c%2B" == stub.uploads[0].path
    assert ("create", "existed") in journal.outcomes


async def test_reply_without_uid(stub, target, journal, parcel):
    """A create that is answered without a uid goes on with the audio by the external id."""
    stub.script = [stub.reply(body=b"{}"), stub.reply()]
    async with target() as capturi:
        done = await deliver(parcel(b"x"), capturi, journal)
    assert (None, False) == (done.uid, done.existed)
    assert "/v1/audio/external/acme-call-1418" == stub.uploads[0].path


@pytest.mark.parametrize(
    "known_and_path",
    [
        ({"known_uid": "u-7"}, "/v1/audio/u-7"),
        ({"known_uid": "u-7", "created": True}, "/v1/audio/u-7"),
        ({"created": True}, "/v1/audio/external/acme-call-1418"),
    ],
)
async def test_known_conversation(stub, target, journal, parcel, known_and_path):
    """A conversation that is known to be there is not created again: only its audio goes."""
    known, path = known_and_path
    async with target() as capturi:
        done = await deliver(parcel(b"x", **known), capturi, journal)
    assert [path] == [request.path for request in stub.requests]
    assert (known.get("known_uid"), True, True) == (done.uid, done.existed, done.audio_uploaded)
    assert [("audio", INTENDED), ("audio", "done")] == journal.outcomes


async def test_known_conversation_without_audio(stub, target, journal, parcel):
    """A parcel that lacks nothing sends nothing."""
    async with target() as capturi:
        await deliver(parcel(created=True), capturi, journal)
    assert ([], []) == (stub.requests, journal.lines)


async def test_audio_that_is_there(stub, target, journal, parcel):
    """A 409 on audio is told as audio that was there, not as an upload."""
    stub.script = [stub.reply(), stub.reply(status=409)]
    async with target() as capturi:
        done = await deliver(parcel(b"x"), capturi, journal)
    assert (False, True, 0, None) == (done.audio_uploaded, done.audio_existed, done.bytes_uploaded, done.sha256)
    assert ("audio", "existed") == journal.outcomes[-1]


@pytest.mark.parametrize("status", [400, 422])
async def test_refused_create(stub, target, journal, parcel, status):
    """A refused create is written down with its reason, and no audio follows."""
    stub.script = [stub.reply(status=status, body=b'{"message": "subject is missing"}')]
    async with target() as capturi:
        with pytest.raises(SkipError, match="subject is missing"):
            await deliver(parcel(b"x"), capturi, journal)
    detail = f"the target refused with status {status}: message: subject is missing"
    refusal = {"outcome": "refused", "code": Code.TARGET_REFUSED, "detail": detail}
    assert ("note", "create", refusal) == journal.lines[-1]
    assert [] == stub.uploads


@pytest.mark.parametrize("status", [404, 413, 415])
async def test_refused_audio(stub, target, journal, parcel, status):
    """Refused audio is written down; the step before it keeps that the conversation was created."""
    stub.script = [stub.reply(body=b'{"uid": "u"}'), stub.reply(status=status)]
    async with target() as capturi:
        with pytest.raises(SkipError) as caught:
            await deliver(parcel(b"x"), capturi, journal)
    assert (Code.AUDIO_TOO_LARGE if status == 413 else Code.TARGET_REFUSED) == caught.value.code
    assert [("create", INTENDED), ("create", "done"), ("audio", INTENDED), ("audio", "refused")] == journal.outcomes


@pytest.mark.parametrize("status", [401, 403])
async def test_token_not_taken(stub, target, journal, parcel, status):
    """A token that is not taken stops at once; the entry is not refused, and is known not to have gone."""
    stub.script = [stub.reply(status=status)]
    async with target() as capturi:
        with pytest.raises(TargetRejectedTokenError):
            await deliver(parcel(), capturi, journal)
    assert [("create", INTENDED), ("create", "not_done")] == journal.outcomes


async def test_every_try_is_written_down(stub, target, journal, parcel):
    """Tries that failed and were repeated are steps too."""
    stub.script = [
        stub.reply(status=500),
        stub.reply(fault="reset_at_body"),
        stub.reply(),
        stub.reply(status=503),
        stub.reply(),
    ]
    async with target() as capturi:
        await deliver(parcel(b"x"), capturi, journal)
    assert [
        ("create", INTENDED),
        ("create", "failed"),
        ("create", "failed"),
        ("create", "done"),
        ("audio", INTENDED),
        ("audio", "failed"),
        ("audio", "done"),
    ] == journal.outcomes
    assert ["status 500", "no answer", "status 503"] == [
        facts["trouble"] for _, _, facts in journal.lines if "trouble" in facts
    ]


async def test_create_that_never_heals(stub, target, journal, parcel):
    """A create without any answer is to be tried again another time, which is safe; it waits for no person."""
    stub.script = [stub.reply(fault="close_at_body")] * 3
    async with target(tries=3) as capturi:
        with pytest.raises(TryAgainError) as caught:
            await deliver(parcel(), capturi, journal)
    assert not isinstance(caught.value, OutcomeUnknownError)
    assert (3, ("create", "unknown")) == (len(stub.requests), journal.outcomes[-1])


async def test_audio_without_an_answer(stub, target, journal, parcel):
    """Audio whose answer never came is written down as unknown and is not sent twice."""
    stub.script = [stub.reply(), stub.reply(fault="stall_at_body")]
    async with target() as capturi:
        with pytest.raises(OutcomeUnknownError):
            await deliver(parcel(b"x"), capturi, journal)
    assert (1, ("audio", "unknown")) == (len(stub.uploads), journal.outcomes[-1])


async def test_audio_repeated_once(stub, target, journal, parcel, audio):
    """Where the setting allows one repetition, audio without an answer goes a second time, with a new intent."""
    stub.script = [stub.reply(), stub.reply(fault="reset_at_body"), stub.reply()]
    source = audio(b"x" * 1000)
    async with target(audio_repeats=1) as capturi:
        done = await deliver(parcel(source), capturi, journal)
    assert (True, 2) == (done.audio_uploaded, source.opened)
    assert [("audio", INTENDED), ("audio", "unknown"), ("audio", INTENDED), ("audio", "done")] == journal.outcomes[2:]


async def test_audio_repeated_once_at_most(stub, target, journal, parcel):
    """One repetition means one."""
    stub.script = [stub.reply(), *([stub.reply(fault="reset_at_body")] * 2)]
    async with target(audio_repeats=1) as capturi:
        with pytest.raises(OutcomeUnknownError):
            await deliver(parcel(b"x"), capturi, journal)
    assert 2 == len(stub.uploads)


async def test_changed_recording(stub, target, journal, parcel, audio):
    """A recording that changed since it was listed is held as settling, and the target has no audio of it."""
    async with target() as capturi:
        with pytest.raises(FileChangedError) as caught:
            await deliver(parcel(audio(b"12345", announced=7)), capturi, journal)
    assert Code.SETTLING == caught.value.code
    assert ("audio", "held") == journal.outcomes[-1]
    await asyncio.sleep(0.02)
    assert not stub.uploads[0].complete


async def test_closed_hours(stub, target, journal, parcel, clock):
    """Outside the hours nothing is written down or sent, and the entry is held as limit_reached."""
    night = Hours(clock.now().replace(hour=20).time(), clock.now().replace(hour=6).time())
    async with target(limits=Limits(hours=night, clock=clock)) as capturi:
        with pytest.raises(SkipError) as caught:
            await deliver(parcel(), capturi, journal)
    assert (Code.LIMIT_REACHED, [], []) == (caught.value.code, stub.requests, journal.lines)


class Budget:
    def __init__(self, left):
        self.left = left

    async def take(self):
        if not self.left:
            return 60.0
        self.left -= 1
        return 0.0


async def test_budget(stub, target, journal, parcel):
    """One creation is booked per conversation, not per try; without any left the entry is held."""
    budget = Budget(1)
    stub.script = [stub.reply(status=503), stub.reply(), stub.reply()]
    async with target(limits=Limits(budget=budget)) as capturi:
        await deliver(parcel(b"x"), capturi, journal)
        with pytest.raises(SkipError, match="used up"):
            await deliver(parcel(), capturi, journal)
    assert (0, 3) == (budget.left, len(stub.requests))


async def test_audio_alone_takes_nothing_from_the_budget(target, journal, parcel):
    """The audio of a conversation that is there is no creation."""
    async with target(limits=Limits(budget=Budget(0))) as capturi:
        done = await deliver(parcel(b"x", known_uid="u"), capturi, journal)
    assert done.audio_uploaded


@pytest.mark.parametrize(
    ("send", "expected"),
    [(deliver_case, ("case", "/v1/case")), (deliver_message, ("message", "/v1/case/messages"))],
)
async def test_case_and_message(stub, target, journal, send, expected):
    """A case or message is put with its intent and outcome around it, and refused with its reason."""
    step, path = expected
    stub.script = [stub.reply(), stub.reply(status=400)]
    async with target() as capturi:
        await send({"caseUid": "c"}, capturi, journal)
        with pytest.raises(SkipError):
            await send({"caseUid": "c"}, capturi, journal)
    assert [(step, INTENDED), (step, "done"), (step, INTENDED), (step, "refused")] == journal.outcomes
    assert [(path, {"caseUid": "c"})] * 2 == [(one.path, json.loads(one.body)) for one in stub.requests]


async def test_many_at_once(stub, target, journal, parcel):
    """Many parcels at once through many faults: each conversation is there, and none has its audio twice."""
    faults = [stub.reply(status=status) for status in (429, 500, 503, 200, 502)] * 6
    stub.script = faults
    async with target(limits=Limits(concurrency=8)) as capturi:
        done = await asyncio.gather(
            *(deliver(parcel(bytes([n]) * 5000, known_uid=f"u{n}"), capturi, journal) for n in range(20))
        )
    assert 20 == sum(one.audio_uploaded for one in done)
    assert {hashlib.sha256(bytes([n]) * 5000).hexdigest() for n in range(20)} == {one.sha256 for one in done}


async def test_target_out_of_reach(dead_port, clock, journal, parcel):
    """A target that cannot be reached is to be tried again, with the tries written down."""
    async with Capturi(Route(f"http://127.0.0.1:{dead_port}"), "t", policy=Policy(tries=2), clock=clock) as capturi:
        with pytest.raises(TryAgainError):
            await deliver(parcel(), capturi, journal)
    outcomes = [("create", INTENDED), ("create", "failed"), ("create", "failed"), ("create", "not_done")]
    assert outcomes == journal.outcomes
