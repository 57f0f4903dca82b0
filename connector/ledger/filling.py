"""Divide the files of a backfill into parts, and hand out the files that are nobody's or of one part."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import BigInteger, Connection, func, or_, select, update

from connector.ledger import dialect, worklist
from connector.ledger.backfill_tables import ITEM, PARTITION
from connector.ledger.model import METADATA_FILE, START, Cursor, FileRow, Group
from connector.ledger.owner import is_gone
from connector.ledger.presence import jobs_at_work
from connector.ledger.question import WAITS
from connector.ledger.tables import FILE

__all__ = [
    "WHOLE",
    "Item",
    "Others",
    "add_items",
    "close_filling",
    "files_left",
    "free_groups",
    "groups_of_partition",
    "held_by_others",
    "unplanned_groups",
]

WHOLE: Final = "all"
"""The day of the one part of a source whose sessions do not lie in files of their own."""


class Item(NamedTuple):
    """One session to be planned: the day of its end, its metadata files, the bytes of its recordings."""

    day: str
    file_ids: tuple[int, ...]
    size_bytes: int


class Others(NamedTuple):
    """What others have done, or are going to do, of some files."""

    planned: frozenset[int]
    """Files in the plan of a backfill that goes on."""
    judged: frozenset[int]
    """Files that do not wait any more."""


def add_items(
    connection: Connection, job: str, items: Sequence[Item], filling: dict[str, tuple[int, int]], *, most: int
) -> None:
    """Put these sessions into parts of at most so many each, by day.

    `filling` holds for each day the part that is being filled and how many it has; it is brought up to date.
    """
    sizes: dict[int, tuple[int, int]] = {}
    rows = []
    for item in items:
        part, count = filling.get(item.day, (0, most))
        if count >= most:
            part, count = _begin(connection, job, item.day), 0
        filling[item.day] = (part, count + 1)
        known = sizes.get(part, (0, 0))
        sizes[part] = (known[0] + 1, known[1] + item.size_bytes)
        rows += [{"file_id": file, "partition_id": part} for file in item.file_ids]
    if rows:
        insert = dialect.insert(connection, ITEM)
        moved = insert.on_conflict_do_update(
            index_elements=[ITEM.c.file_id], set_={"partition_id": insert.excluded.partition_id}
        )
        connection.execute(moved, rows)
    for part, (count, size_bytes) in sizes.items():
        grown = {"items": PARTITION.c["items"] + count, "size_bytes": PARTITION.c.size_bytes + size_bytes}
        connection.execute(update(PARTITION).where(PARTITION.c.id == part).values(**grown))


def close_filling(connection: Connection, job: str) -> None:
    """Say that the planning is over: what was filled waits for workers now."""
    filled = update(PARTITION).where(PARTITION.c.job == job, PARTITION.c.state == "filling")
    connection.execute(filled.values(state="waiting"))


def free_groups(
    connection: Connection,
    place_ids: Sequence[int],
    after: Cursor = START,
    limit: int = 500,
    *,
    clock: Callable[[], datetime],
) -> tuple[list[Group], Cursor]:
    """Give what worklist.pending_groups gives, without what a backfill that goes on has planned."""
    return _without(connection, place_ids, after, limit, taken=lambda ids: _in_hand(connection, ids, clock()))


def unplanned_groups(
    connection: Connection, place_ids: Sequence[int], after: Cursor = START, limit: int = 500
) -> tuple[list[Group], Cursor]:
    """Give what worklist.pending_groups gives, without what waits in a part of a backfill already."""
    return _without(connection, place_ids, after, limit, taken=lambda ids: _in_parts(connection, ids))


def groups_of_partition(
    connection: Connection, place_ids: Sequence[int], after: Cursor = START, limit: int = 500, *, partition: int
) -> tuple[list[Group], Cursor]:
    """Give, like worklist.pending_groups, what waits in this part: first by session, then files that name none."""
    given = select(ITEM.c.file_id).where(ITEM.c.partition_id == partition)
    mine = (FILE.c.id.in_(given), FILE.c.role == METADATA_FILE, WAITS)
    sessions: list[str] = []
    if not after.phase:
        named = select(FILE.c.session_id).distinct().where(*mine, FILE.c.session_id > after.session_id)
        found = connection.execute(named.order_by(FILE.c.session_id).limit(limit)).scalars()
        sessions = [one for one in found if one is not None]
    if sessions:
        ids = set(connection.execute(given).scalars())
        groups = worklist.groups_of_sessions(connection, place_ids, sessions)
        # A call and a chat of one number end on days of their own.
        return [_kept(group, lambda file: file.role != METADATA_FILE or file.id in ids) for group in groups], Cursor(
            0, sessions[-1]
        )
    nameless = select(FILE).where(*mine, FILE.c.session_id.is_(None), FILE.c.id > after.file_id)
    files = list(worklist.files_of(connection, nameless.order_by(FILE.c.id).limit(limit)))
    last = files[-1].id if files else after.file_id
    return [Group(METADATA_FILE, None, (file,)) for file in files], Cursor(1, "", last)


def held_by_others(connection: Connection, job: str, file_ids: Sequence[int], now: datetime) -> Others:
    """Give what is not to be worked on beside a backfill of the job: what it has planned, and what was judged since."""
    whole = select(PARTITION.c.id).where(
        PARTITION.c.job == job, PARTITION.c.day == WHOLE, PARTITION.c.state.in_(["waiting", "claimed"])
    )
    if connection.execute(whole.limit(1)).first() is not None and job in jobs_at_work(connection, now):
        return Others(frozenset(file_ids), frozenset())
    given = dialect.batch(connection, "files", BigInteger)
    waiting = select(FILE.c.id).where(FILE.c.id.in_(select(given.c.value)), WAITS)
    judged = frozenset(file_ids).difference(connection.execute(waiting, {"files": list(file_ids)}).scalars())
    return Others(frozenset(_in_hand(connection, list(file_ids), now)), judged)


def files_left(connection: Connection, partition: int) -> tuple[int, str]:
    """Count the files of a part that nobody has judged yet, and give the path of one of them, "" where none is."""
    wanted = select(func.count(), func.min(FILE.c.path)).select_from(ITEM.join(FILE, FILE.c.id == ITEM.c.file_id))
    count, path = connection.execute(wanted.where(ITEM.c.partition_id == partition, WAITS)).one()
    return int(count), path or ""


def _begin(connection: Connection, job: str, day: str) -> int:
    values = {"job": job, "day": day, "items": 0, "size_bytes": 0, "state": "filling", "fence": 0}
    made = PARTITION.insert().values(**values, counts={}, reasons={}).returning(PARTITION.c.id)
    return int(connection.execute(made).scalar_one())


def _without(
    connection: Connection,
    place_ids: Sequence[int],
    after: Cursor,
    limit: int,
    *,
    taken: Callable[[list[int]], set[int]],
) -> tuple[list[Group], Cursor]:
    while True:
        groups, after = worklist.pending_groups(connection, place_ids, after, limit)
        others = taken([file.id for group in groups for file in group.files])
        free = [left for group in groups if (left := _others(group, others)).files]
        # An empty page would be taken for the end.
        if free or not groups:
            return free, after


def _others(group: Group, taken: set[int]) -> Group:
    """Leave out the whole session of a file that is taken; a call and a chat of one number are two sessions."""
    channels = {file.channel for file in group.files if file.id in taken}
    return _kept(group, lambda file: file.channel not in channels) if channels else group


def _kept(group: Group, wanted: Callable[[FileRow], bool]) -> Group:
    return replace(group, files=tuple(file for file in group.files if wanted(file)))


def _in_hand(connection: Connection, file_ids: list[int], now: datetime) -> set[int]:
    """Give those that a worker has in hand, or that wait in the plan of a backfill which goes on."""
    open_ = PARTITION.c.state.in_(["waiting", "claimed"])
    if connection.execute(select(PARTITION.c.id).where(open_).limit(1)).first() is None:
        return set()
    claimed = select(PARTITION.c.id, PARTITION.c.owner, PARTITION.c.lease_until).where(PARTITION.c.state == "claimed")
    living = [row.id for row in connection.execute(claimed) if row.lease_until >= now and not is_gone(row.owner)]
    planned = select(PARTITION.c.id).where(open_, PARTITION.c.job.in_(jobs_at_work(connection, now)))
    return _of_parts(connection, file_ids, or_(ITEM.c.partition_id.in_(living), ITEM.c.partition_id.in_(planned)))


def _in_parts(connection: Connection, file_ids: list[int]) -> set[int]:
    open_ = or_(*(PARTITION.c.state == state for state in ("waiting", "claimed")))
    return _of_parts(connection, file_ids, ITEM.c.partition_id.in_(select(PARTITION.c.id).where(open_)))


def _of_parts(connection: Connection, file_ids: list[int], which: object) -> set[int]:
    given = dialect.batch(connection, "files", BigInteger)
    wanted = select(ITEM.c.file_id).where(ITEM.c.file_id.in_(select(given.c.value)), which)  # type: ignore[arg-type]
    return set(connection.execute(wanted, {"files": file_ids}).scalars())
