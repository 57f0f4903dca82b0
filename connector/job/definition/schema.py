"""Describe job, intake and mapping files for editors, as JSON Schema."""

from typing import Any

from connector.job.definition.intake import Intake
from connector.job.definition.model import Job
from connector.mapping import grammar

__all__ = ["schema"]


def schema(kind: str) -> dict[str, Any]:
    """Give the JSON Schema of a `job`, an `intake` or a `mapping` file."""
    if kind == "mapping":
        return grammar.schema()
    found = (Intake if kind == "intake" else Job).model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}
