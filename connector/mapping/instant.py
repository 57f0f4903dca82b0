"""Read a moment in time as sources write it, and write it as Capturi wants it: UTC, with Z."""

from datetime import UTC, datetime, tzinfo

__all__ = ["parse_instant", "write_instant"]


def parse_instant(value: object, zone: tzinfo | None = None) -> datetime:
    """Give the moment in UTC from ISO 8601 text or Unix seconds.

    Text without an offset is read in `zone`. Raises ValueError, TypeError or OverflowError where it is no such moment.
    """
    if isinstance(value, datetime):
        moment = value
    elif isinstance(value, str):
        moment = datetime.fromisoformat(value.strip())
    elif isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC)
    else:
        raise TypeError("neither text nor a number")
    if moment.tzinfo is None:
        if zone is None:
            raise ValueError("without an offset")
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


def write_instant(moment: datetime) -> str:
    """Give `2026-03-23T20:14:41Z`, with a fraction only where the moment has one."""
    text = moment.isoformat()
    if moment.microsecond and not moment.microsecond % 1000:
        text = moment.isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"
