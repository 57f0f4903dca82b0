"""Let what stopped one of several tasks come out as itself, and not as the group it comes in."""

from collections.abc import Iterator
from contextlib import contextmanager

from connector.errors import ConnectorError

__all__ = ["alone"]


@contextmanager
def alone() -> Iterator[None]:
    """Raise the first error of this program that stopped a task inside; what else there is comes out as it is."""
    stopped: list[ConnectorError] = []
    try:
        yield
    except* ConnectorError as group:
        stopped.append(_first(group))
    # Not above: Python before 3.11.4 wraps what is raised there into a group again.
    if stopped:
        raise stopped[0]


def _first(group: BaseExceptionGroup[ConnectorError]) -> ConnectorError:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    if not isinstance(found, ConnectorError):
        raise TypeError(f"{type(found)} is no error of this program")
    return found
