"""Tell whether two sessions of one id can be the same one."""

from datetime import timedelta

from connector.session.model import Session

__all__ = ["contradict"]

_SAME_MOMENT = timedelta(seconds=1)


def contradict(one: Session, other: Session) -> bool:
    """Tell whether two sessions of one channel and id cannot be one: another UUID, or another beginning.

    What only one of them tells decides nothing; times are compared to the second, because exports differ in precision.
    """
    if one.uuid and other.uuid and one.uuid.lower() != other.uuid.lower():
        return True
    begun, other_begun = one.created_at, other.created_at
    if begun is None or other_begun is None:
        begun, other_begun = one.started_at, other.started_at
    return begun is not None and other_begun is not None and abs(begun - other_begun) >= _SAME_MOMENT
