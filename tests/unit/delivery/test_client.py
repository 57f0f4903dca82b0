import asyncio
import hashlib
import json
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.delivery import Capturi, Limits, Policy, Route
from connector.delivery.client import audio_path, segment
from connector.delivery.transport import AiohttpTransport
from connector.errors import (
    ConfigurationError,
    OutcomeUnknownError,
    SkipError,
    StopError,
    TargetRejectedTokenError,
    TargetUnreachableError,
    TryAgainError,
)
from connector.reason import Code

HEALING = [408, 425, 429, 500, 502, 503, 504]
BODY = {"externalIdentity": "acme-call-1418", "labels": ["a"], "hasConsent": True, "customNumberProp1": 5.0}


@pytest.mark.parametrize("api", ["v3", "v2", "v1"])
async def test_create(stub, target, api):
    """A create is a POST of JSON to the version's path with the bare token in the Authorization header."""
    async with target() as capturi:
        created = await capturi.create(BODY, api=api)
    request = stub.requests[0]
    assert ("POST", f"/{api}/conversation", BODY) == (request.method, request.path, json.loads(request.body))
    assert ("application/json", stub.token) == (request.headers["content-type"], request.headers["authorization"])
    assert ("uid-1", False) == (created.uid, created.existed)


@pytest.mark.parametrize(
    ("body", "uid"),
    [
        (b'{"uid": "u-1"}', "u-1"),
        (b'{"UID": "u-2"}', "u-2"),
        (b'{"uid": null, "UID": "u-3"}', "u-3"),
        (b'{"uid": ""}', None),
        (b'{"uid": "  "}', None),
        (b'{"uid": 7}', None),
        (b'{"uid": {"a": 1}}', None),
        (b"{}", None),
        (b"[]", None),
        (b'"u-1"', None),
        (b"", None),
        (b"created", None),
        (b"\xff\xfe", None),
    ],
)
async def test_uid_in_the_reply(stub, target, body, uid):
    """The uid is read in both spellings; a reply without one is a success all the same."""
    stub.script = [stub.reply(body=body)]
    async with target() as capturi:
        assert uid == (await capturi.create(BODY)).uid


@pytest.mark.parametrize(("body", "uid"), [(b"conflict", None), (b'{"uid": "u-9"}', "u-9")])
async def test_create_of_what_is_there(stub, target, body, uid):
    """A 409 on create means that the conversation is there already, with its uid where the reply names it."""
    stub.script = [stub.reply(status=409, body=body)]
    async with target() as capturi:
        created = await capturi.create(BODY)
    assert (uid, True) == (created.uid, created.existed)


@pytest.mark.parametrize("fault", ["reset_at_head", "reset_at_body", "stall_at_body", "close_at_body", "garbage"])
async def test_create_without_an_answer_is_repeated(stub, target, fault):
    """A create whose answer never came is sent again, and a 409 then settles that it had been carried out."""
    stub.script = [stub.reply(fault=fault), stub.reply(status=409)]
    async with target() as capturi:
        assert (await capturi.create(BODY)).existed
    assert [stub.requests[0].path] * 2 == [request.path for request in stub.requests]


@pytest.mark.parametrize("status", HEALING)
async def test_status_that_heals(stub, target, audio, status):
    """After a status that may heal the same request goes again: a create with its body, an upload from the start."""
    source = audio(b"x" * 100_000)
    stub.script = [stub.reply(status=status), stub.reply(body=b'{"uid": "u"}'), stub.reply(status=status), stub.reply()]
    async with target() as capturi:
        await capturi.create(BODY)
        uploaded = await capturi.upload(source.recording, uid="u")
    assert [BODY, BODY] == [json.loads(one.body) for one in stub.creates]
    assert [source.content] * 2 == [one.form["data"][1] for one in stub.uploads]
    assert hashlib.sha256(source.content).hexdigest() == uploaded.sha256
    assert (2, 2, 100_000) == (source.opened, source.closed, uploaded.bytes_uploaded)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, Code.TARGET_REFUSED),
        (401, TargetRejectedTokenError),
        (403, TargetRejectedTokenError),
        (404, Code.TARGET_REFUSED),
        (413, Code.AUDIO_TOO_LARGE),
        (422, Code.TARGET_REFUSED),
        (302, StopError),
        (505, Code.TARGET_REFUSED),
    ],
)
async def test_final_status_of_an_upload(stub, target, audio, status, expected):
    """Any other status is final at the first try, and says what to do."""
    stub.script = [stub.reply(status=status)]
    async with target() as capturi:
        with pytest.raises(SkipError if isinstance(expected, Code) else expected, match=str(status)) as caught:
            await capturi.upload(audio(b"x").recording, uid="u")
    assert (expected, 1) == (getattr(caught.value, "code", expected), len(stub.requests))


async def test_upload_of_what_is_there(stub, target, audio):
    """A 409 on audio means that the target has it already; nothing is claimed about what it has."""
    stub.script = [stub.reply(status=409)]
    async with target() as capturi:
        uploaded = await capturi.upload(audio(b"x").recording, uid="u")
    assert (0, None, True) == (uploaded.bytes_uploaded, uploaded.sha256, uploaded.already)


@pytest.mark.parametrize("fault", ["reset_at_body", "stall_at_body", "close_at_body"])
async def test_upload_without_an_answer_is_not_repeated(stub, target, audio, fault):
    """A recording that went out whole without an answer may be there: it is not sent again by itself."""
    stub.script = [stub.reply(fault=fault)]
    async with target() as capturi:
        with pytest.raises(OutcomeUnknownError):
            await capturi.upload(audio(b"x" * 9_000_000).recording, uid="u")
    assert 1 == len(stub.requests)


async def test_upload_that_broke_off_is_repeated(stub, target, audio):
    """A recording that broke off on the way cannot have arrived: it is opened and sent again from the start."""
    source = audio(b"xy" * 4_000_000)
    stub.script = [stub.reply(fault="reset_at_head"), stub.reply()]
    async with target() as capturi:
        uploaded = await capturi.upload(source.recording, uid="u")
    assert hashlib.sha256(source.content).hexdigest() == uploaded.sha256
    assert [False, True] == [request.complete for request in stub.requests]
    assert source.content == stub.requests[1].form["data"][1]
    assert (2, 2) == (source.opened, source.closed)


async def test_yes_before_the_end(stub, target, audio):
    """A yes that comes before the recording was sent whole is not taken for one."""
    stub.script = [stub.reply(fault="early")]
    async with target() as capturi:
        with pytest.raises(OutcomeUnknownError, match="before it had the whole"):
            await capturi.upload(audio(b"x" * 9_000_000).recording, uid="u")


async def test_upload_goes_to_the_uid(stub, target, audio):
    """The audio goes to the uid where one is known, with its form fields beside it."""
    fields = {"spokenLanguage": "da-DK", "stereoConfig": "AgentChannelTwo"}
    async with target() as capturi:
        await capturi.upload(audio(b"x").recording, uid="a/b", external_id="e", fields=fields)
    assert "/v1/audio/a%2Fb" == stub.requests[0].path
    assert {"spokenLanguage", "stereoConfig", "data"} == set(stub.requests[0].form)


@pytest.mark.parametrize(
    ("external_id", "path"),
    [
        ("acme-call-1418", "acme-call-1418"),
        ("a/b+c d", "a%2Fb%2Bc%20d"),
        ("zendesk:acme:1?x#y", "zendesk%3Aacme%3A1%3Fx%23y"),
        ("50%", "50%25"),
        ("æø", "%C3%A6%C3%B8"),
        ("..", "%2E%2E"),
        (".", "%2E"),
    ],
)
async def test_upload_goes_to_the_external_id(stub, target, audio, external_id, path):
    """Without a uid the audio goes to the external id, percent-encoded whole, and arrives as just that path."""
    async with target() as capturi:
        await capturi.upload(audio(b"x").recording, external_id=external_id)
    assert f"/v1/audio/external/{path}" == stub.requests[0].path


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_segment_round_trip(external_id):
    """Any id becomes one segment of a path that decodes to the id and is no step to another folder."""
    quoted = segment(external_id)
    assert external_id == unquote(quoted)
    assert quoted.isascii()
    assert not set(quoted) & set("/+ ?#&\\")
    assert quoted not in {".", ".."}


def test_upload_to_nowhere():
    """An upload needs a uid or an external id."""
    with pytest.raises(ValueError, match="uid or an external id"):
        audio_path(uid=None, external_id="")


@pytest.mark.parametrize(
    ("call", "method", "path"),
    [("put_case", "PUT", "/v1/case"), ("put_message", "PUT", "/v1/case/messages")],
)
async def test_cases(stub, target, call, method, path):
    """Cases and messages are put, are sent again after passing trouble, and a conflict is a refusal."""
    stub.script = [stub.reply(status=503), stub.reply(fault="reset_at_body"), stub.reply(), stub.reply(status=409)]
    async with target() as capturi:
        await getattr(capturi, call)({"caseUid": "c"})
        with pytest.raises(SkipError, match="409"):
            await getattr(capturi, call)({"caseUid": "c"})
    assert {(method, path)} == {(request.method, request.path) for request in stub.requests}


async def test_patch(stub, target):
    """A case is changed in part by its external id, percent-encoded."""
    async with target() as capturi:
        await capturi.patch_case("a/1", {"status": "closed"})
    assert ("PATCH", "/v1/case/a%2F1") == (stub.requests[0].method, stub.requests[0].path)


@pytest.mark.parametrize("status", [400, 422, 200])
async def test_verify(stub, target, status):
    """A target that refuses an empty conversation for being empty has taken the token."""
    stub.script = [stub.reply(status=status)]
    async with target() as capturi:
        await capturi.verify()
    assert [b"{}"] == [request.body for request in stub.creates]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, TargetRejectedTokenError),
        (403, TargetRejectedTokenError),
        (404, StopError),
        (405, StopError),
        (301, StopError),
        (503, TryAgainError),
    ],
)
async def test_verify_fails(stub, target, status, error):
    """A token that is not taken, an address that is another's and a target in trouble are told apart."""
    stub.script = [stub.reply(status=status)] * 2
    async with target() as capturi:
        with pytest.raises(error):
            await capturi.verify()


async def test_verify_nobody_there(dead_port, clock):
    """A target that cannot be reached is told as that."""
    async with Capturi(Route(f"http://127.0.0.1:{dead_port}"), "t", clock=clock) as capturi:
        with pytest.raises(TargetUnreachableError):
            await capturi.verify()
    assert 1 == len(clock.slept)


async def test_limits_hold_for_every_request(stub, target, clock):
    """Every request waits for its turn, a repeated one as well, and never more are under way than allowed."""
    limits = Limits(concurrency=2, requests_per_second=10, clock=clock)
    stub.script = [stub.reply(status=503, delay_seconds=0.01)] + [stub.reply(delay_seconds=0.01)] * 7
    async with target(limits=limits, first_wait_seconds=0.0) as capturi:
        await asyncio.gather(*(capturi.create(BODY) for _ in range(7)))
    assert (8, 2) == (len(stub.requests), stub.most_at_once)
    assert clock.seconds >= 0.7 - 1e-9


async def test_cancelled_upload_lets_go(stub, target, audio):
    """A cancelled upload closes its recording and gives its place back."""
    stub.script = [stub.reply(fault="stall_at_head")]
    source = audio(b"x" * 9_000_000)
    async with target(idle_seconds=5, limits=Limits(concurrency=1)) as capturi:
        task = asyncio.create_task(capturi.upload(source.recording, uid="u"))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.01)
        assert (1, 1) == (source.opened, source.closed)
        await capturi.create(BODY)


async def test_a_target_gone_for_good_is_told_with_its_place(dead_port, clock):
    """Who gives up waiting in the middle of a run is told where the address stands, as one is at the start."""
    route = Route(f"http://127.0.0.1:{dead_port}", address_remedy="see target.url in jobs/demo.yaml")
    async with Capturi(route, "token", policy=Policy(tries=40, patience_seconds=20), clock=clock) as capturi:
        with pytest.raises(StopError, match=r"connection refused.*see target\.url in jobs/demo\.yaml; nothing is lost"):
            await capturi.ask("GET", "/")


async def test_a_target_that_answers_is_not_at_a_wrong_address(stub, clock):
    """Nobody is sent to mend an address at which somebody answers, however badly."""
    stub.script = [stub.reply(status=503)] * 40
    route, policy = Route(stub.url, address_remedy="see target.url"), Policy(tries=40, patience_seconds=20)
    async with Capturi(route, "token", policy=policy, clock=clock) as capturi:
        with pytest.raises(StopError, match="status 503") as told:
            await capturi.ask("GET", "/")
    assert "nothing is lost: the next run goes on from here" == told.value.hint


def test_unsafe_address():
    """A client for an address that would show the token to the network cannot be made."""
    with pytest.raises(ConfigurationError):
        Capturi(Route("http://capturi.example"), "t")


def test_defaults():
    """Left alone, an upload has no total time limit, the wait for bytes is a minute, and audio is never doubled."""
    route, policy = Route("https://x.example"), Policy()
    assert (10, 60, 0) == (route.connect_seconds, route.idle_seconds, policy.audio_repeats)
    assert AiohttpTransport(route, {}) is not None
