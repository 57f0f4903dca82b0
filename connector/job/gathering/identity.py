"""Tell whether a session is the one that the ledger knows by its id: ids are unique per tenant only."""

from datetime import timedelta

from connector.ledger import EntryRow
from connector.session import Session

__all__ = ["is_another"]

_SAME_MOMENT = timedelta(seconds=1)


def is_another(session: Session, known: EntryRow) -> bool:
    """Tell whether the session of this id that the ledger knows is not this one: another UUID or another beginning."""
    if known.uuid and session.uuid and known.uuid.lower() != session.uuid.lower():
        return True
    if known.started_at is None or session.created_at is None:
        return False
    return abs(known.started_at - session.created_at) >= _SAME_MOMENT
