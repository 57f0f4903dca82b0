"""Deliver one parcel: create the conversation, then send its audio, with every step written down around it."""

from collections.abc import Mapping
from typing import Any

from connector.delivery.client import Capturi
from connector.delivery.model import Created, Delivered, Journal, Parcel, Recording, Step, Uploaded
from connector.delivery.retry import Watcher
from connector.errors import ConnectorError, OutcomeUnknownError, SkipError, TryAgainError

__all__ = ["deliver", "deliver_case", "deliver_change", "deliver_message"]


async def deliver(parcel: Parcel, target: Capturi, journal: Journal) -> Delivered:
    """Give what became of the parcel once the target has the conversation and, where there is one, the recording.

    Harmless when done twice: a conversation that is there already is completed with its audio. Raises SkipError
    where the target refuses this one or a limit holds it, TryAgainError where it may work later,
    OutcomeUnknownError where a second upload might double the audio, StopError where nothing can go on.
    """
    await target.limits.open()
    created = Created(parcel.known_uid, existed=True)
    if not parcel.created and parcel.known_uid is None:
        created = await _create(parcel, target, journal)
    if parcel.recording is None:
        return Delivered(created.uid, created.existed, audio_uploaded=False, bytes_uploaded=0, sha256=None)
    uploaded = await _upload(parcel, parcel.recording, created.uid, target, journal)
    return Delivered(
        created.uid,
        created.existed,
        audio_uploaded=not uploaded.already,
        bytes_uploaded=uploaded.bytes_uploaded,
        sha256=uploaded.sha256,
        audio_existed=uploaded.already,
    )


async def deliver_case(body: Mapping[str, Any], target: Capturi, journal: Journal) -> None:
    """Return once the target has the whole case; it may be sent again, since the call overwrites."""
    await target.limits.open()
    await target.limits.book()
    await journal.intend(Step.CASE)
    try:
        await target.put_case(body)
    except ConnectorError as error:
        await _note_failure(journal, Step.CASE, error)
        raise
    await journal.note(Step.CASE, outcome="done")


async def deliver_message(
    body: Mapping[str, Any], target: Capturi, journal: Journal, *, repeated: bool = False
) -> None:
    """Return once the target has this message of a case; `repeated` says that it may have it already."""
    await target.limits.open()
    await target.limits.book()
    await journal.intend(Step.MESSAGE)
    try:
        existed = await target.put_message(body, repeated=repeated, watcher=_watcher(journal, Step.MESSAGE))
    except ConnectorError as error:
        await _note_failure(journal, Step.MESSAGE, error)
        raise
    await journal.note(Step.MESSAGE, outcome="existed" if existed else "done")


async def deliver_change(case_uid: str, body: Mapping[str, Any], target: Capturi, journal: Journal) -> None:
    """Return once the case has these fields; nothing is created, so no budget is touched."""
    await target.limits.open()
    await journal.intend(Step.CHANGE)
    try:
        await target.patch_case(case_uid, body, watcher=_watcher(journal, Step.CHANGE))
    except ConnectorError as error:
        await _note_failure(journal, Step.CHANGE, error)
        raise
    await journal.note(Step.CHANGE, outcome="done")


async def _create(parcel: Parcel, target: Capturi, journal: Journal) -> Created:
    await target.limits.book()
    await journal.intend(Step.CREATE, then=Step.AUDIO if parcel.recording else None)
    try:
        created = await target.create(parcel.body, api=parcel.api, watcher=_watcher(journal, Step.CREATE))
    except OutcomeUnknownError as error:
        # The external id is unique, so a later run may simply create again: this is no case for a person.
        await _note_failure(journal, Step.CREATE, error)
        raise TryAgainError(error.message, wait_seconds=error.wait_seconds) from error
    except ConnectorError as error:
        await _note_failure(journal, Step.CREATE, error)
        raise
    await journal.note(Step.CREATE, outcome="existed" if created.existed else "done", uid=created.uid)
    return created


async def _upload(parcel: Parcel, recording: Recording, uid: str | None, target: Capturi, journal: Journal) -> Uploaded:
    repeats_left = target.policy.audio_repeats
    if parcel.doubtful and await _is_there(parcel, journal):
        return Uploaded(0, None, already=True)
    while True:
        await journal.intend(Step.AUDIO)
        try:
            uploaded = await target.upload(
                recording,
                uid=uid,
                external_id=parcel.external_id,
                fields=parcel.audio_fields,
                watcher=_watcher(journal, Step.AUDIO),
            )
        except OutcomeUnknownError as error:
            await _note_failure(journal, Step.AUDIO, error)
            if await _is_there(parcel, journal):
                return Uploaded(0, None, already=True)
            if not repeats_left:
                raise
            repeats_left -= 1
        except ConnectorError as error:
            await _note_failure(journal, Step.AUDIO, error)
            raise
        else:
            await journal.note(
                Step.AUDIO,
                outcome="existed" if uploaded.already else "done",
                bytes=uploaded.bytes_uploaded,
                sha256=uploaded.sha256,
            )
            return uploaded


async def _is_there(parcel: Parcel, journal: Journal) -> bool:
    """Ask for the audio that may have arrived without an answer; False where nobody knows."""
    if parcel.look_up is None:
        return False
    try:
        found = await parcel.look_up(parcel.external_id)
    except ConnectorError as error:
        await journal.note(Step.AUDIO, outcome="looked_up", detail=error.message)
        return False
    await journal.note(Step.AUDIO, outcome="looked_up", has_audio=found)
    return found is True


def _watcher(journal: Journal, step: Step) -> Watcher:
    async def watch(tries: int, trouble: str) -> None:
        await journal.note(step, outcome="failed", tries=tries, trouble=trouble)

    return watch


async def _note_failure(journal: Journal, step: Step, error: ConnectorError) -> None:
    if isinstance(error, SkipError):
        await journal.note(step, outcome=error.code.usual_outcome, code=error.code, detail=error.message)
    elif isinstance(error, OutcomeUnknownError):
        await journal.note(step, outcome="unknown", detail=error.message)
    else:
        await journal.note(step, outcome="not_done", detail=error.message)
