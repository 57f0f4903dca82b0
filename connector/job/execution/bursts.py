"""Begin sessions several at a time: what they need of threads and of the ledger then costs them one trip together.

A burst goes through mapping, recordings and ledger side by side, each of these steps for all of it in a row: it costs a
quarter less processor time than session after session (docs/decisions/0017-bursts.md). It waits ready for the
connections, so that none of those waits for a session to be prepared.
"""

__all__ = ["burst", "places"]

MOST_TOGETHER = 32
MOST_READY = 64


def burst(concurrency: int) -> int:
    """Give how many sessions are begun together for so many requests at once."""
    return min(2 * concurrency, MOST_TOGETHER)


def places(concurrency: int) -> int:
    """Give how many sessions are worked on at once: those that are being sent, and those that are made ready."""
    return concurrency + min(2 * concurrency, MOST_READY)
