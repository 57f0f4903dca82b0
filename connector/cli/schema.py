"""Add the command `schema`: what editors need to complete and check job, intake and mapping files."""

import json
import sys
from enum import StrEnum
from typing import Annotated

import typer

from connector.cli.app import app, guarded

__all__ = ["schema"]


class Kind(StrEnum):
    """The files there is a schema of."""

    JOB = "job"
    INTAKE = "intake"
    MAPPING = "mapping"


@app.command(epilog="Example: `connector schema job > job.schema.json`, then name the file in your editor's settings.")
@guarded
def schema(kind: Annotated[Kind, typer.Argument(help="Which file.")]) -> None:
    """Print the JSON Schema of job, intake or mapping files: every key with its meaning and default."""
    from connector.job.schema import schema as schema_of  # noqa: PLC0415

    sys.stdout.write(json.dumps(schema_of(kind.value), indent=2, ensure_ascii=False) + "\n")
