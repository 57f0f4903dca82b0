"""Warn of a mapping that reads an agent's id where nothing in the job tells one."""

from collections.abc import Iterator, Mapping

from connector.document import Document
from connector.errors import Problem
from connector.job.definition.model import Job
from connector.mapping import Mapping as Rules
from connector.mapping import apply

__all__ = ["without_agent_id"]

AGENT_ID = "$agent.id"


def without_agent_id(written: Document, job: Job, mappings: Mapping[str, Rules]) -> Iterator[Problem]:
    """Give a warning for each field that needs `$agent.id` of a job of kind files that has none to give."""
    reading = job.source.reading
    if reading is None or job.agents is not None or reading.options.agent.id is not None:
        return
    for rules in mappings.values():
        # What falls back on another path, or on a literal, needs none.
        refused = apply(rules, {}, {}).refusals
        for field in rules.fields:
            if set(field.paths) == {AGENT_ID} and field.name in refused:
                said = f"{rules.name} reads {field.name} from {AGENT_ID}, and nothing here tells it"
                hint = "add agent: {id: COLUMN} or an `agents:` file, or let the mapping read another column"
                yield written.problem(("source", "options"), said, hint=hint)
