"""Find recordings and transcripts whose session nobody ever told of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, select

from connector.ledger.correction import NEVER_NS
from connector.ledger.model import COMPANIONS, METADATA_FILE, OTHER_FILE
from connector.ledger.tables import ENTRY, FILE, PLACE, ROW_RECORDING

__all__ = ["Orphans", "orphans", "unused"]

BY_NAME = ("ccai", "ccai-email")
"""Kinds of sources whose files name their session; in others only the rows tell whose a recording is."""
BY_ROW = "files"


class Orphans(NamedTuple):
    """How many files of one storage belong to no known session, with the oldest of them."""

    address: str
    role: str
    files: int
    examples: tuple[str, ...]


def orphans(
    connection: Connection, before: datetime, examples: int = 3, *, tenants: Sequence[str] | None = None
) -> list[Orphans]:
    """Count the files that were first seen before this moment and belong to no session, by storage and role."""
    found = []
    groups: dict[tuple[str, str, str], list[tuple[int, str]]] = {}
    for place in connection.execute(_places(tenants).where(PLACE.c.source_kind.in_(BY_NAME))):
        groups.setdefault((place.tenant, place.source_kind, place.target), []).append((place.id, place.address))
    for (tenant, kind, target), places in groups.items():
        alone = _alone([id_ for id_, _ in places], before)
        known = (ENTRY.c.tenant == tenant, ENTRY.c.source_kind == kind, ENTRY.c.target == target)
        alone = and_(alone, ~exists(select(ENTRY.c.id).where(ENTRY.c.session_id == FILE.c.session_id, *known)))
        for id_, address in places:
            found += _of_place(connection, id_, address, alone, examples)
    return found


def unused(connection: Connection, before: datetime, tenants: Sequence[str], examples: int = 3) -> list[Orphans]:
    """Count what orphans counts of these tenants, recordings that no row names, and files whose names tell nothing.

    Hidden files are left out, and so is what lies beside the recordings of e-mailed calls: another job may read that.
    """
    found = orphans(connection, before, examples, tenants=tenants)
    shown = and_(FILE.c.modified_ns != NEVER_NS, FILE.c.first_seen_at < before)
    unknown = and_(shown, FILE.c.role == OTHER_FILE, FILE.c.path.not_like(".%"), FILE.c.path.not_like("%/.%"))
    named = exists(select(ROW_RECORDING.c.file_id).where(ROW_RECORDING.c.file_id == FILE.c.id))
    for place in connection.execute(_places(tenants).where(PLACE.c.source_kind != "ccai-email")):
        if place.source_kind == BY_ROW:
            # A row that was delivered before such words were kept is read no more: its id in the name will do.
            of_place = (ENTRY.c[name] == getattr(place, name) for name in ("tenant", "source_kind", "target"))
            told = exists(select(ENTRY.c.id).where(ENTRY.c.session_id == FILE.c.session_id, *of_place))
            lost = and_(shown, FILE.c.role == "recording", ~named, ~told)
            found += _of_place(connection, place.id, place.address, lost, examples)
        found += _of_place(connection, place.id, place.address, unknown, examples)
    return found


def _places(tenants: Sequence[str] | None) -> Select[Any]:
    wanted = select(PLACE).order_by(PLACE.c.id)
    return wanted if tenants is None else wanted.where(PLACE.c.tenant.in_(tenants))


def _of_place(
    connection: Connection, place: int, address: str, alone: ColumnElement[bool], examples: int
) -> list[Orphans]:
    mine = and_(FILE.c.place_id == place, alone)
    counts = connection.execute(select(FILE.c.role, func.count()).where(mine).group_by(FILE.c.role)).all()
    oldest = select(FILE.c.path).where(mine).order_by(FILE.c.id).limit(examples)
    return [
        Orphans(address, role, count, tuple(connection.execute(oldest.where(FILE.c.role == role)).scalars()))
        for role, count in sorted((role, count) for role, count in counts)
    ]


def _alone(places: Sequence[int], before: datetime) -> ColumnElement[bool]:
    other = FILE.alias("other")
    told = select(other.c.id).where(
        other.c.place_id.in_(places), other.c.session_id == FILE.c.session_id, other.c.role == METADATA_FILE
    )
    return and_(
        FILE.c.role.in_(COMPANIONS),
        FILE.c.session_id.is_not(None),
        FILE.c.modified_ns != NEVER_NS,
        FILE.c.first_seen_at < before,
        ~exists(told),
    )
