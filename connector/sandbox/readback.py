"""Answer /_sandbox/…: what the sandbox got, as JSON, and the levers of the rehearsal."""

from dataclasses import asdict
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connector.errors import ConfigurationError
from connector.sandbox.faults import Dice, parse_faults
from connector.sandbox.memory import Audio, Case, Conversation
from connector.sandbox.rehearsal import Rehearsal, rehearsal_of

__all__ = ["audio_view", "case_view", "conversation_view", "routes"]

LONGEST_FAULTS_BYTES = 4096


def routes() -> list[Route]:
    """Give the addresses of the read-back and of the levers."""
    return [
        Route("/_sandbox", _empty, methods=["DELETE"]),
        Route("/_sandbox/conversations", _conversations),
        Route("/_sandbox/audio", _audio),
        Route("/_sandbox/cases", _cases),
        Route("/_sandbox/requests", _requests),
        Route("/_sandbox/faults", _faults, methods=["GET"]),
        Route("/_sandbox/faults", _set_faults, methods=["POST"]),
    ]


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")


async def _conversations(request: Request) -> Response:
    return _json([conversation_view(one) for one in rehearsal_of(request).memory.conversations.values()])


async def _audio(request: Request) -> Response:
    found = rehearsal_of(request).memory.conversations.values()
    return _json([audio_view(one, one.audio) for one in found if one.audio])


async def _cases(request: Request) -> Response:
    return _json([case_view(one) for one in rehearsal_of(request).memory.cases.values()])


async def _requests(request: Request) -> Response:
    return _json([asdict(one) for one in rehearsal_of(request).log])


async def _empty(request: Request) -> Response:
    rehearsal = rehearsal_of(request)
    rehearsal.store.empty()
    rehearsal.log.empty()
    return Response(status_code=204)


async def _faults(request: Request) -> Response:
    return _json(_faults_view(rehearsal_of(request)))


async def _set_faults(request: Request) -> Response:
    """Take a specification as plain text, or as JSON `{"faults": "…"}`; an empty one ends all faults."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_FAULTS_BYTES:
            raise HTTPException(413, f"a faults specification has at most {LONGEST_FAULTS_BYTES} bytes")
    try:
        faults = parse_faults(_specification(bytes(body)))
    except ConfigurationError as error:
        raise HTTPException(400, str(error)) from error
    rehearsal = rehearsal_of(request)
    rehearsal.dice = Dice(faults)
    return _json(_faults_view(rehearsal))


def _specification(body: bytes) -> str:
    if not body.lstrip().startswith(b"{"):
        return body.decode("utf-8", "replace")
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ConfigurationError("the body is not valid JSON", hint='send {"faults": "500=1%"}') from error
    if list(found) != ["faults"] or not isinstance(found["faults"], str):
        raise ConfigurationError("the body names something else than faults", hint='send {"faults": "500=1%"}')
    return str(found["faults"])


def _faults_view(rehearsal: Rehearsal) -> dict[str, str]:
    return {"faults": rehearsal.dice.faults.text}


def conversation_view(conversation: Conversation) -> dict[str, Any]:
    """Give a conversation with its fields at the top level, by their v3 names."""
    audio = conversation.audio
    return {
        **conversation.fields,
        "uid": conversation.uid,
        "api": conversation.api,
        "received_at": conversation.received_at,
        "body": conversation.body,
        "creates": conversation.creates,
        "audio": {"sha256": audio.sha256, "size_bytes": audio.size_bytes} if audio else None,
    }


def audio_view(conversation: Conversation, audio: Audio) -> dict[str, Any]:
    """Give a recording with the ids of its conversation; `uploads` counts the accepted ones."""
    return {
        "uid": conversation.uid,
        "externalIdentity": conversation.fields["externalIdentity"],
        **asdict(audio),
        "uploads": conversation.uploads,
        "refused_uploads": conversation.refused_uploads,
    }


def case_view(case: Case) -> dict[str, Any]:
    """Give a case with its messages; `writes` counts the calls that changed it."""
    return {**case.fields, "messages": case.messages, "received_at": case.received_at, "writes": case.writes}
