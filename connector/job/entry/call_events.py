"""Give a mapping what was told of a call beside its own record."""

from collections.abc import Iterator, Sequence
from typing import Any

from connector.job.execution.model import Execution
from connector.ledger import case_events
from connector.ledger.case_model import CallFact
from connector.mapping import Mapping
from connector.session import Channel, Session

__all__ = ["events_of", "reads_events"]

CONTEXT = "$events"
REDACTION = "redaction"
STARTED, ENDED = f"{REDACTION}_started", f"{REDACTION}_ended"
REDACTED = "redacted"


def reads_events(mapping: Mapping) -> bool:
    """Tell whether any rule, consent or segment of the mapping reads `$events`."""
    paths = [path for field in mapping.fields for path in field.paths]
    paths += mapping.consent.paths if mapping.consent else ()
    if mapping.segments:
        paths += [*mapping.segments.keep, *mapping.segments.origin, *mapping.segments.cut]
    return any(path.startswith(CONTEXT) for path in paths)


async def events_of(run: Execution, session: Session, mapping: Mapping) -> list[dict[str, Any]]:
    """Give the facts that the agents' browsers told of a call, oldest first; none where the mapping reads none.

    Each has `type`, `at` and its fields; the stretches in which the recording paused follow, of type `redacted`, with
    `started_at` and `ended_at`, open on the side that nobody told.
    """
    if session.channel is not Channel.CALL or not reads_events(mapping):
        return []
    facts = await run.book.read(case_events.call_facts, run.tenant, session.id)
    return [*({"type": one.type, "at": one.at.isoformat(), **one.facts} for one in facts), *redactions(facts)]


def redactions(facts: Sequence[CallFact]) -> Iterator[dict[str, Any]]:
    """Give the stretches in which the recording paused; of words that name neither end every second one is the end."""
    began: CallFact | None = None
    for one in facts:
        if not one.type.startswith(REDACTION):
            continue
        begins = one.type == STARTED or (one.type != ENDED and began is None)
        if begins and began is None:
            began = one
        elif not begins:
            start = {"started_at": began.at.isoformat()} if began else {}
            yield {"type": REDACTED, **start, "ended_at": one.at.isoformat()}
            began = None
    if began is not None:
        yield {"type": REDACTED, "started_at": began.at.isoformat()}
