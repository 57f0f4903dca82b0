"""Add the command `schema`: what editors need of job, intake and mapping files, and gateways of the hooks."""

import json
import sys
from enum import StrEnum
from typing import Annotated, Any

import typer

from connector.cli.app import app, guarded, load_settings

__all__ = ["schema"]


class Kind(StrEnum):
    """What there is a schema of."""

    JOB = "job"
    INTAKE = "intake"
    MAPPING = "mapping"
    HOOKS = "hooks"


@app.command(epilog="Example: `connector schema job > job.schema.json`, then name the file in your editor's settings.")
@guarded
def schema(kind: Annotated[Kind, typer.Argument(help="Which file, or hooks.")]) -> None:
    """Print the JSON Schema of job, intake or mapping files: every key with its meaning and default.

    `hooks` prints the OpenAPI document of the addresses at which this project's intakes are reached.
    """
    sys.stdout.write(json.dumps(_described(kind), indent=2, ensure_ascii=False) + "\n")


def _described(kind: Kind) -> dict[str, Any]:
    if kind is not Kind.HOOKS:
        from connector.job.definition.schema import schema as schema_of  # noqa: PLC0415

        return schema_of(kind.value)
    from connector.job.definition import loader  # noqa: PLC0415
    from connector.web.description import describe  # noqa: PLC0415

    settings = load_settings()
    return describe(loader.load_intake(name, settings) for name in loader.intakes(settings.home))
