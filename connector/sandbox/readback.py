"""Answer GET /_sandbox/…: what the sandbox got, as JSON, for tests and for people's own scripts."""

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connector.sandbox.memory import Audio, Case, Conversation
from connector.sandbox.request import memory_of

__all__ = ["routes"]


def routes() -> list[Route]:
    """Give the addresses of the read-back."""
    return [
        Route("/_sandbox/conversations", _conversations),
        Route("/_sandbox/audio", _audio),
        Route("/_sandbox/cases", _cases),
    ]


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")


async def _conversations(request: Request) -> Response:
    return _json([conversation_view(one) for one in memory_of(request).conversations.values()])


async def _audio(request: Request) -> Response:
    found = memory_of(request).conversations.values()
    return _json([audio_view(one, one.audio) for one in found if one.audio])


async def _cases(request: Request) -> Response:
    return _json([case_view(one) for one in memory_of(request).cases.values()])


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
    """Give a recording with the ids of its conversation; `uploads` counts those that were accepted."""
    return {
        "uid": conversation.uid,
        "externalIdentity": conversation.fields["externalIdentity"],
        "sha256": audio.sha256,
        "size_bytes": audio.size_bytes,
        "file_name": audio.file_name,
        "content_type": audio.content_type,
        "fields": audio.fields,
        "uploads": conversation.uploads,
        "refused_uploads": conversation.refused_uploads,
        "received_at": audio.received_at,
    }


def case_view(case: Case) -> dict[str, Any]:
    """Give a case with its messages."""
    return {**case.fields, "messages": case.messages, "received_at": case.received_at, "writes": case.writes}
