"""Find what lies in a storage beside the metadata of one session: its recordings or transcripts."""

from contextlib import AsyncExitStack

from connector import session as sessions
from connector.job.definition.loader import Plan
from connector.job.definition.remedy import telling
from connector.job.definition.source import classify
from connector.session import Channel, FileRole, Session
from connector.storage import FileInfo, Storage, open_storage

__all__ = ["companions_of"]

ROLES = {Channel.CALL: FileRole.RECORDING, Channel.CHAT: FileRole.TRANSCRIPT}


async def companions_of(plan: Plan, session: Session) -> list[str]:
    """Give the paths of the session's recording, of all its parts or of all that compete, or of a chat's transcripts.

    Only names are looked at: a transcript inside an e-mail, or one whose name tells no session, is not found.
    """
    source = plan.job.source
    address, options, place = source.storage, source.storage_options, plan.remedies.storage
    if source.recordings is not None and session.channel is Channel.CALL:
        address, options = source.recordings.storage, source.recordings.options
        place = plan.remedies.recordings
    async with AsyncExitStack() as stack:
        stack.enter_context(telling(place))
        storage = await stack.enter_async_context(open_storage(address, options, plan.home))
        found = await _named(plan, storage, session)
    if session.channel is not Channel.CALL:
        return [file.path for file in found]
    recordings = sessions.pair(session.file.path, found, lambda path: classify(source, path))
    return [part.path for recording in recordings for part in recording.parts]


async def _named(plan: Plan, storage: Storage, session: Session) -> list[FileInfo]:
    """Give the files whose names say that they are the session's."""
    source, role = plan.job.source, ROLES[session.channel]
    reading = source.reading
    key = reading.recording_key(session) if reading is not None else session.id
    found: list[FileInfo] = []
    async for batch in storage.list():
        for file in batch:
            name = classify(source, file.path)
            if name.role is role and name.session_id == key and name.channel in {None, session.channel}:
                found.append(file)
    return reading.choose(session, {file.path: file for file in found}) if reading is not None else found
