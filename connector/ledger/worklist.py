"""Say which files wait to be judged, and hand them out session by session."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Connection, Select, and_, bindparam, false, not_, or_, select, update

from connector.ledger import dialect
from connector.ledger.agents import met_other_agents
from connector.ledger.model import COMPANIONS, METADATA_FILE, START, TRANSCRIPT_FILE, Cursor, FileRow, Group
from connector.ledger.question import NOT_DELIVERED, WAITS
from connector.ledger.resting import Resting, is_resting
from connector.ledger.tables import ENTRY, FILE

__all__ = [
    "Label",
    "companions",
    "files_of",
    "groups_of_sessions",
    "mark_pending",
    "mark_rejudged",
    "pending_groups",
    "relabel",
]


class Label(NamedTuple):
    """What a file's body says it is."""

    file_id: int
    role: str
    channel: str | None
    session_id: str | None


def mark_pending(connection: Connection, file_ids: Sequence[int]) -> None:
    """Have these files judged again."""
    given = dialect.batch(connection, "files", BigInteger)
    waiting = update(FILE).where(FILE.c.id.in_(select(given.c.value))).values(pending=True)
    connection.execute(waiting, {"files": list(file_ids)})


def mark_rejudged(  # noqa: PLR0913 - whose entries, and what holds now
    connection: Connection,
    *,
    tenant: str,
    source_kind: str,
    target: str,
    mapping_hashes: Mapping[str, str],
    policy_hash: str,
    agents_hash: str,
    job: str,
    resting: Resting | None = None,
) -> int:
    """Have judged again what waits or was cut short, and what another mapping or policy may decide otherwise.

    That is every held and sending entry but those that rest between two tries under the same mapping, each refused
    one (unreadable ones excepted) whose channel's mapping has another hash now, and each skipped one whose policy has.
    `agents_hash` is what with_agents makes of the policy's: what this job skipped or refused for an agent's sake is
    judged again where the agents are others, nothing else for their sake. Gives the number of files that wait since.
    An entry that never met a mapping or policy has no hash and is not judged again for its sake.
    """
    of_source = and_(ENTRY.c.tenant == tenant, ENTRY.c.target == target, ENTRY.c.source_kind == source_kind)
    remapped = [and_(ENTRY.c.channel == name, ENTRY.c.mapping_hash != hash_) for name, hash_ in mapping_hashes.items()]
    rests = is_resting(resting) if resting else false()
    readable = ENTRY.c.code.is_distinct_from("unreadable")
    reasons = (
        and_(ENTRY.c.state.in_(["held", "sending"]), or_(not_(rests), *remapped)),
        and_(ENTRY.c.state == "refused", readable, or_(met_other_agents(agents_hash, job), *remapped)),
        and_(ENTRY.c.state == "skipped", ENTRY.c.policy_hash.not_in([policy_hash, agents_hash])),
    )
    flipped = 0
    for reason in reasons:
        files = select(ENTRY.c.file_id).where(of_source, reason, NOT_DELIVERED)
        waiting = update(FILE).where(FILE.c.id.in_(files), ~FILE.c.pending).values(pending=True)
        flipped += connection.execute(waiting).rowcount
    return flipped


def pending_groups(
    connection: Connection, place_ids: Sequence[int], after: Cursor = START, limit: int = 500
) -> tuple[list[Group], Cursor]:
    """Give at most `limit` groups that wait, and the cursor for the next page; an empty page is the last one.

    First come transcripts whose names say no session (judge those before you go on: their bodies may complete a session
    that follows), then metadata by session id, then metadata whose names say none.
    """
    for phase in range(after.phase, len(_PHASES)):
        start = after if phase == after.phase else Cursor(phase)
        if groups := _PHASES[phase](connection, place_ids, start, limit):
            last = groups[-1]
            return groups, Cursor(phase, last.session_id or "", last.files[-1].id)
    return [], Cursor(len(_PHASES))


def _transcripts(connection: Connection, places: Sequence[int], after: Cursor, limit: int) -> list[Group]:
    return _nameless(connection, places, TRANSCRIPT_FILE, after.file_id, limit)


def _metadata(connection: Connection, places: Sequence[int], after: Cursor, limit: int) -> list[Group]:
    return _nameless(connection, places, METADATA_FILE, after.file_id, limit)


def _nameless(connection: Connection, places: Sequence[int], role: str, after: int, limit: int) -> list[Group]:
    found: list[FileRow] = []
    for place in places:
        wanted = (
            select(FILE)
            .where(FILE.c.place_id == place, FILE.c.role == role, FILE.c.session_id.is_(None), WAITS)
            .where(FILE.c.id > after)
            .order_by(FILE.c.id)
            .limit(limit)
        )
        found += files_of(connection, wanted)
    found.sort(key=lambda file: file.id)
    return [Group(role, None, (file,)) for file in found[:limit]]


def _by_session(connection: Connection, places: Sequence[int], after: Cursor, limit: int) -> list[Group]:
    # Each place is asked by itself: only then does the index give the order, and a page costs no more than its rows.
    sessions: set[str] = set()
    for place in places:
        wanted = (
            select(FILE.c.session_id)
            .distinct()
            .where(FILE.c.place_id == place, FILE.c.role == METADATA_FILE, FILE.c.session_id > after.session_id, WAITS)
            .order_by(FILE.c.session_id)
            .limit(limit)
        )
        sessions.update(connection.execute(wanted).scalars())
    return groups_of_sessions(connection, places, sorted(sessions)[:limit])


def groups_of_sessions(connection: Connection, places: Sequence[int], sessions: Sequence[str]) -> list[Group]:
    """Give each of these sessions with all its files, in the order given."""
    files: dict[str, list[FileRow]] = {session: [] for session in sessions}
    for file in _of_sessions(connection, places, sessions):
        files[file.session_id or ""].append(file)
    return [Group(METADATA_FILE, session, tuple(files[session])) for session in sessions]


_PHASES: Final = (_transcripts, _by_session, _metadata)


def companions(
    connection: Connection, place_ids: Sequence[int], keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], list[FileRow]]:
    """Give each (channel, session id) its recordings, transcripts and voicemails; a file without channel fits any."""
    found: dict[tuple[str, str], list[FileRow]] = {key: [] for key in keys}
    channels: dict[str, list[str]] = {}
    for channel, session in found:
        channels.setdefault(session, []).append(channel)
    for file in _of_sessions(connection, place_ids, list(channels), COMPANIONS):
        for channel in channels[file.session_id or ""]:
            if file.channel in {None, channel}:
                found[channel, file.session_id or ""].append(file)
    return found


def relabel(connection: Connection, labels: Sequence[Label]) -> None:
    """Note what the bodies of these files say they are; whether they wait stays as it is."""
    if labels:
        changed = update(FILE).where(FILE.c.id == bindparam("file"))
        changed = changed.values(
            role=bindparam("new_role"), channel=bindparam("new_channel"), session_id=bindparam("new_session")
        )
        names = ("file", "new_role", "new_channel", "new_session")
        connection.execute(changed, [dict(zip(names, label, strict=True)) for label in labels])


def _of_sessions(
    connection: Connection, places: Sequence[int], sessions: Sequence[str], roles: Sequence[str] = ()
) -> Iterator[FileRow]:
    given = dialect.batch(connection, "sessions")
    wanted = select(FILE).where(FILE.c.place_id == bindparam("place"), FILE.c.session_id.in_(select(given.c.value)))
    if roles:
        wanted = wanted.where(FILE.c.role.in_(roles))
    found: list[FileRow] = []
    for place in places:
        found += files_of(connection, wanted, place=place, sessions=list(sessions))
    return iter(sorted(found, key=lambda file: file.id))


def files_of(connection: Connection, wanted: Select[Any], **parameters: Any) -> Iterator[FileRow]:
    """Give the rows that this question finds."""
    return (FileRow(*row) for row in connection.execute(wanted, parameters))
