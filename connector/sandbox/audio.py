"""Answer POST /v1/audio/{uid} and /v1/audio/external/{externalIdentity}."""

import re
from pathlib import Path
from uuid import uuid4

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from connector.sandbox.memory import Conversation
from connector.sandbox.multipart import BrokenMultipartError, Multipart, PartHead, Sink
from connector.sandbox.options import Switches
from connector.sandbox.recording import Recording, RecordingTooLargeError
from connector.sandbox.rehearsal import rehearsal_of
from connector.sandbox.request import last_segment, refuse
from connector.sandbox.store import Store

__all__ = ["routes"]

LONGEST_FIELD_BYTES = 4096
_FIELDS = {
    "spokenLanguage": re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"),
    "stereoConfig": re.compile("AgentChannelOne|AgentChannelTwo"),
    "monoConfig": re.compile("AgentOnly|CustomerOnly|TwoSpeakers"),
}


def routes() -> list[Route]:
    """Give both addresses of an upload."""
    return [
        Route("/v1/audio/external/{rest:path}", _by_external_identity, methods=["POST"]),
        Route("/v1/audio/{rest:path}", _by_uid, methods=["POST"]),
    ]


async def _by_uid(request: Request) -> Response:
    uid = last_segment(request, "/v1/audio/")
    return await _take(request, rehearsal_of(request).memory.conversations.get(uid))


async def _by_external_identity(request: Request) -> Response:
    identity = last_segment(request, "/v1/audio/external/")
    return await _take(request, rehearsal_of(request).memory.by_external_identity.get(identity))


async def _take(request: Request, conversation: Conversation | None) -> Response:
    if conversation is None:
        raise HTTPException(404, "there is no such conversation")
    rehearsal = rehearsal_of(request)
    store = rehearsal.store
    with Recording(_partial(store), rehearsal.options.largest_upload_bytes) as recording:
        form = await _read(request, recording)
        refuse(form.problems(recording, rehearsal.switches))
        if conversation.audio and rehearsal.switches.repeated_audio == "refuse":
            store.refuse_audio(conversation)
            raise HTTPException(409, "this conversation has its audio already")
        _keep(store, conversation, form, recording)
    return PlainTextResponse("OK")


async def _read(request: Request, recording: Recording) -> "_Form":
    form = _Form(recording)
    try:
        multipart = Multipart(request.headers.get("content-type", ""), form.open_part)
        async for piece in request.stream():
            multipart.feed(piece)
    except BrokenMultipartError as error:
        raise HTTPException(400, str(error)) from error
    except RecordingTooLargeError as error:
        raise HTTPException(413, str(error)) from error
    if not multipart.whole:
        raise HTTPException(400, "the multipart body has no end")
    return form


class _Form:
    """The parts of an upload beside the content of its recording."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._texts: list[tuple[str, _Text]] = []
        self.files: list[PartHead] = []

    @property
    def fields(self) -> dict[str, str]:
        """Give the form fields."""
        return {name: text.value.decode("utf-8", "replace") for name, text in self._texts}

    def open_part(self, head: PartHead) -> Sink:
        if head.file_name is not None and head.name == "data":
            if self.files:
                raise BrokenMultipartError("there is more than one file in a part named data")
            self.files.append(head)
            return self._recording
        text = _Text()
        self._texts.append((head.name, text))
        return text

    def problems(self, recording: Recording, switches: Switches) -> list[str]:
        """Give one sentence per broken rule."""
        found = []
        if not self.files:
            found.append("data is missing: a part of that name with a file")
        elif recording.size_bytes == 0:
            found.append("data is empty")
        elif not recording.suffix and switches.audio_content == "check":
            found.append("data begins like no wav, mp3, ogg, flac, m4a, aiff or wma")
        names = [name for name, _ in self._texts]
        found += [f"{name} stands there twice" for name in _FIELDS if names.count(name) > 1]
        for name, value in self.fields.items():
            if name not in _FIELDS:
                found += [f"{name} is not a known field"] if switches.unknown_fields == "refuse" else []
            elif not _FIELDS[name].fullmatch(value):
                found.append(f"{name} has a value that is not allowed")
        return found


class _Text:
    """The content of a form field."""

    def __init__(self) -> None:
        self.value = bytearray()

    def write(self, piece: memoryview) -> None:
        """Take the next piece; raise BrokenMultipartError where the field is longer than any documented one."""
        self.value += piece
        if len(self.value) > LONGEST_FIELD_BYTES:
            raise BrokenMultipartError(f"a form field is longer than {LONGEST_FIELD_BYTES} bytes")


def _partial(store: Store) -> Path | None:
    return store.folder / "audio" / f"{uuid4()}.part" if store.folder else None


def _keep(store: Store, conversation: Conversation, form: _Form, recording: Recording) -> None:
    head = form.files[0]
    if store.folder:
        folder = store.folder / "audio"
        for replaced in folder.glob(f"{conversation.uid}.*"):
            replaced.unlink()
        recording.keep(folder / f"{conversation.uid}.{recording.suffix or 'bin'}")
    store.keep_audio(
        conversation,
        {
            "sha256": recording.sha256,
            "size_bytes": recording.size_bytes,
            "file_name": head.file_name,
            "content_type": head.content_type,
            "fields": form.fields,
        },
    )
