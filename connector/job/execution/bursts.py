"""Begin sessions several at a time: what they need of threads and of the ledger then costs them one trip together.

A burst goes through mapping, recordings and ledger side by side, each of these steps for all of it in a row: it costs a
quarter less processor time than session after session (docs/decisions/0017-bursts.md). It waits ready for the
connections, so that none of those waits for a session to be prepared.

Where a rate is set, it is the rate that sessions wait for, and not to be prepared: no more of them wait ready than
requests go in a second. Each that does has to be sent before a person's pause, or the end of the hours, holds.
"""

import math

from connector.job.definition.model import Limits

__all__ = ["burst", "places"]

MOST_TOGETHER = 32
MOST_READY = 64


def burst(limits: Limits) -> int:
    """Give how many sessions are begun together under these limits."""
    return min(_ready(limits), MOST_TOGETHER)


def places(limits: Limits) -> int:
    """Give how many sessions are worked on at once: those that are being sent, and those that are made ready."""
    return limits.concurrency + _ready(limits)


def _ready(limits: Limits) -> int:
    most = min(2 * limits.concurrency, MOST_READY)
    return min(most, math.ceil(limits.requests_per_second)) if limits.requests_per_second else most
