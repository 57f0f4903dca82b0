"""Answer what a comparison of storage, ledger and target asks; nothing is written."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, and_, func, select, type_coerce

from connector.ledger import dialect
from connector.ledger.model import EntryRow
from connector.ledger.shared import Source
from connector.ledger.tables import ENTRY, FILE, PLACE

__all__ = ["KnownFile", "entries_after", "find_place", "known_files"]


class KnownFile(NamedTuple):
    """What the ledger has of one listed path."""

    position: int
    file_id: int | None
    entries: int
    pending: bool
    """Whether it waits to be judged: by a run, or for what it lacks."""


def find_place(connection: Connection, source: Source, address: str, labels: str = "") -> int | None:
    """Give the number of a storage as the job whose words label its files sees it, None where no run has read it."""
    wanted = select(PLACE.c.id).where(
        *(PLACE.c[name] == value for name, value in source._asdict().items()),
        PLACE.c.address == address,
        PLACE.c.labels == labels,
    )
    return connection.execute(wanted).scalar()


def known_files(connection: Connection, place: int, paths: Sequence[str]) -> Sequence[KnownFile]:
    """Give, for each of these paths by its position, its number and how many entries came of it."""
    given = dialect.batch(connection, "paths")
    count = select(func.count()).where(ENTRY.c.file_id == FILE.c.id).scalar_subquery()
    columns = (given.c.position, FILE.c.id, type_coerce(count, BigInteger), FILE.c.pending)
    joined = given.outerjoin(FILE, and_(FILE.c.place_id == place, FILE.c.path == given.c.value))
    rows = connection.execute(select(*columns).select_from(joined), {"paths": list(paths)})
    return [KnownFile(position, file_id, entries or 0, bool(pending)) for position, file_id, entries, pending in rows]


def entries_after(
    connection: Connection, source: Source, job: str, after: str, limit: int = 5_000
) -> Sequence[EntryRow]:
    """Give at most so many entries that this job judged last, by id, from the one after this on."""
    wanted = select(ENTRY).where(*(ENTRY.c[name] == value for name, value in source._asdict().items()))
    wanted = wanted.where(ENTRY.c.job == job, ENTRY.c.id > after).order_by(ENTRY.c.id).limit(limit)
    return [EntryRow(**row) for row in connection.execute(wanted).mappings()]
