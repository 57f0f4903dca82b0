"""Tell whether the hours in which a job may send are open, and how long until they are."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

__all__ = ["Hours"]

_MINUTE = timedelta(minutes=1)
_MINUTES_AHEAD = 2 * 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """A span of the day by the clock on the wall of a time zone; it may cross midnight; equal ends mean the whole day.

    The first moment belongs to the span, the last does not.
    """

    opens: time
    closes: time
    zone: tzinfo = UTC

    def contains(self, moment: datetime) -> bool:
        """Tell whether the clock on the wall stands within the span at this aware moment."""
        wall = moment.astimezone(self.zone).time()
        if self.opens < self.closes:
            return self.opens <= wall < self.closes
        return wall >= self.opens or wall < self.closes

    def seconds_until_open(self, moment: datetime) -> float:
        """Give the seconds from this aware moment until the span is open; 0 when it is.

        Counted minute by minute, so that a night on which the clock is changed needs no rule of its own.
        """
        if self.contains(moment):
            return 0.0
        start = moment.astimezone(UTC)
        step = start.replace(second=0, microsecond=0) + _MINUTE
        for _ in range(_MINUTES_AHEAD):
            if self.contains(step):
                break
            step += _MINUTE
        return (step - start).total_seconds()
