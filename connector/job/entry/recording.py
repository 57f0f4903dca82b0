"""Find the one recording of a call, see that it is whole, and make it ready to be sent."""

import hashlib
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from connector import conversation, ledger
from connector import session as sessions
from connector.conversation import AudioFacts
from connector.delivery import Recording
from connector.errors import FileChangedError, FileMissingError, SkipError
from connector.job.definition.source import classify
from connector.job.entry.absence import awaited_until, without_recording
from connector.job.execution.model import Execution
from connector.job.execution.progress import pause
from connector.job.execution.shelf import Kept
from connector.job.gathering.gather import Work, info
from connector.ledger import FileRow
from connector.reason import Code, Outcome, Verdict
from connector.storage import FileInfo, ReadAt, Storage, Swift

__all__ = ["Found", "find_recording"]

YOUNG = timedelta(seconds=60)
_UNFIT = re.compile(r"[^\w.-]+")
SECOND_LOOK_SECONDS = 5
HASHED_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """A recording that can be sent, with what its bytes say."""

    recording: Recording
    facts: AudioFacts


async def find_recording(run: Execution, work: Work) -> Found | Verdict | None:
    """Give the call's recording, the reason why it cannot go on, or None where it goes without audio by policy.

    Raises SkipError where the recording cannot be used.
    """
    rows = list(work.recordings)
    while candidates := _pair(run, work, rows):
        try:
            return await _choose(run, work, candidates)
        except FileChangedError as error:
            return Verdict(Outcome.HELD, Code.AUDIO_AWAITED, error.message)
        except FileMissingError as error:
            # Taken away since it was noted. Where it was one part of several, the others alone are no recording.
            if any(len(candidate.parts) > 1 for candidate in candidates):
                return Verdict(Outcome.HELD, Code.AUDIO_AWAITED, error.message)
            await run.book.transact(ledger.mark_missing, [row.id for row in rows if row.path == error.path])
            rows = [row for row in rows if row.path != error.path]
    return without_recording(work.session, run.plan, _awaited_until(run, work), run.now())


def _pair(run: Execution, work: Work, rows: Sequence[FileRow]) -> tuple[sessions.Recording, ...]:
    source = run.plan.job.source
    return sessions.pair(work.file.path, [info(row) for row in rows], lambda path: classify(source, path))


async def _choose(run: Execution, work: Work, candidates: tuple[sessions.Recording, ...]) -> Found | Verdict:
    for candidate in candidates:
        for part in candidate.parts:
            if await _is_growing(run, part):
                return Verdict(Outcome.HELD, Code.AUDIO_AWAITED, f"{part.path} is still being written")
    chosen = candidates[0] if len(candidates) == 1 else await _same(run.recordings, candidates)
    return await _open(run, work, chosen.parts)


def _awaited_until(run: Execution, work: Work) -> datetime:
    first_seen_at = min((row.first_seen_at for row in work.entries), default=run.now())
    return awaited_until(work.session, run.plan, first_seen_at)


def _cut_off(run: Execution, work: Work, parts: Sequence[FileInfo], facts: AudioFacts) -> Verdict:
    """Judge a recording whose header promises more than its file has: it may still be copied, but not for ever."""
    named = ", ".join(part.path for part in parts)
    there = facts.wav.length if facts.wav else facts.size_bytes
    told = f"{named} is cut off: {there} of {there + facts.missing_bytes} bytes of sound are there"
    until = _awaited_until(run, work)
    if run.now() < until:
        waited = f"it may still be copied, and is waited for until {until:%Y-%m-%d %H:%M} UTC"
        return Verdict(Outcome.HELD, Code.AUDIO_AWAITED, f"{told}; {waited}")
    return Verdict.usual(Code.AUDIO_INVALID, f"{told}; export or copy it again")


async def _is_growing(run: Execution, file: FileInfo) -> bool:
    """Tell whether somebody still writes the file: young, and not the same at a second look; raises FileMissingError.

    The listing was the first look, so all young recordings of a run wait for their second one together.
    """
    if run.now() - file.modified_at >= YOUNG:
        return False
    early = run.listed_at + SECOND_LOOK_SECONDS - run.clock.monotonic()
    if early > 0:
        await pause(run.progress, run.clock, early, f"{SECOND_LOOK_SECONDS} s: do young recordings still grow?")
    return await run.recordings.stat(file.path) != file


async def _same(storage: Storage, candidates: tuple[sessions.Recording, ...]) -> sessions.Recording:
    """Give the first of several recordings where all have the same content; refuse them, all named, where not."""
    digests = {await _digest(storage, candidate.parts) for candidate in candidates}
    if len(digests) > 1:
        named = ", ".join(sorted(part.path for candidate in candidates for part in candidate.parts))
        hint = "leave the right one in the folder"
        raise SkipError(Code.AUDIO_INVALID, f"several recordings of different content: {named}", hint=hint)
    return candidates[0]


async def _digest(storage: Storage, parts: tuple[FileInfo, ...]) -> str:
    return " ".join([await storage.examine(part, _sha256) for part in parts])


def _sha256(read_at: ReadAt, size_bytes: int) -> str:
    digest = hashlib.sha256()
    for offset in range(0, size_bytes, HASHED_BYTES):
        digest.update(read_at(offset, HASHED_BYTES))
    return digest.hexdigest()


async def _open(run: Execution, work: Work, parts: tuple[FileInfo, ...]) -> Found | Verdict:
    """Give the recording ready to be sent; of one that is cut off nothing is sent."""
    found = await _inspected(run, work, parts)
    return _cut_off(run, work, parts, found.facts) if found.facts.missing_bytes else found


async def _inspected(run: Execution, work: Work, parts: tuple[FileInfo, ...]) -> Found:
    storage, limit_bytes = run.recordings, run.plan.job.audio.max_size_bytes
    # What has to be decoded, or searched for sound, takes its time: a thread's.
    inspect = Swift(partial(conversation.inspect, limit_bytes=limit_bytes), conversation.is_plain_wav)
    if len(parts) == 1:
        return await _open_one(run, work, parts[0], inspect)
    facts = [await storage.examine(part, inspect) for part in parts]
    joined = conversation.join(
        [(part.path, one) for part, one in zip(parts, facts, strict=True)], limit_bytes=limit_bytes
    )

    def stream() -> AsyncIterator[bytes]:
        return _stream_joined(storage, parts, joined)

    name = _name(work, joined.facts)
    return Found(Recording(name, joined.facts.size_bytes, joined.facts.content_type, stream), joined.facts)


async def _open_one(run: Execution, work: Work, file: FileInfo, inspect: Swift[AudioFacts]) -> Found:
    """Look at the one file; a small one is read in the same step, since going to a thread costs more than its bytes."""
    storage, kept = run.recordings, run.shelf.place(file.size_bytes)
    if kept is None:
        facts = await storage.examine(file, inspect)
        return Found(
            Recording(_name(work, facts), file.size_bytes, facts.content_type, lambda: storage.stream(file)), facts
        )
    whole = Swift(partial(_inspect_whole, inspect, kept), inspect.is_quick)
    facts = await storage.examine(file, whole)
    return Found(Recording(_name(work, facts), file.size_bytes, facts.content_type, kept.pieces), facts)


def _inspect_whole(inspect: Swift[AudioFacts], kept: Kept, read_at: ReadAt, size_bytes: int) -> AudioFacts:
    content = kept.content = read_at(0, size_bytes)
    return inspect(lambda offset, length: content[offset : offset + length], size_bytes)


def _name(work: Work, facts: AudioFacts) -> str:
    """Name the upload by what it is: a tenant set to wav may have got mp3 under that name."""
    return f"{work.session.channel.value}-{_UNFIT.sub('_', work.session.id)}{facts.file_suffix}"


async def _stream_joined(
    storage: Storage, parts: tuple[FileInfo, ...], joined: conversation.Joined
) -> AsyncIterator[bytes]:
    """Give the joined recording: one header, then each part's samples without its own header."""
    yield joined.header
    for stretch in joined.stretches:
        left = stretch.length
        # Every stream is read to its end: only there does it know that its file did not change meanwhile.
        async for piece in storage.stream(parts[stretch.part], offset=stretch.offset):
            if left:
                yield piece[:left]
                left -= len(piece[:left])
