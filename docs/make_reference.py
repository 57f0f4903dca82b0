"""Write the reference pages from the code: python docs/make_reference.py."""

import io
from collections.abc import Iterator
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from ruamel.yaml import YAML
from typer.main import get_command

from connector.cli import app
from connector.job.definition.duration import write_duration
from connector.job.definition.files import FilesOptions
from connector.job.definition.intake import Intake
from connector.job.definition.model import Job
from connector.mapping.functions import FAILS, FUNCTIONS, Function
from connector.mapping.functions.words import Pattern, Region, TimeForm, Zone
from connector.mapping.targets import TARGETS
from connector.settings import Settings

KINDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    tuple[str, ...]: "a list of texts",
    Pattern: "a regular expression (RE2)",
    Region: "a country, for example DK",
    TimeForm: "a form of times, for example %d.%m.%Y %H:%M",
    Zone: "a time zone, for example Europe/Copenhagen",
}
"""What an argument is, in the words of who writes it."""
WIDEST = 1_000
HERE = Path(__file__).parent
NOTE = "<!-- Made by docs/make_reference.py from the code; a test keeps it true. -->\n"


FUNCTIONS_READ = """\
`as` takes a list of them: `as: [trim, {limit: {length: 80}}]`. A value in place of the arguments is the first one,
so `limit: 80` says the same. The examples are YAML as it stands in a mapping; where one fails, `on_error`
or `else` decides.
"""

FILES = """\
One row of a table, or one object, is one call; these options say where it tells which. They stand in `source.options`
beside the options of the storage. A path is the name of a column, or a path as in a mapping. Of rows with one id the
newest counts: by `updated_at`, else the last one of the file that was changed last. A row that did not change is not
looked at again; one that cannot be read is refused `unreadable` with its number and does not disturb the others. Rows
bring no transcripts, so they are calls. JSON may be a list of objects, one object, or an object around such a list.
Where `pattern`, `format` or `recording` say something else than before, the next run asks every name again: what lacked
its recording for a wrong pattern is judged anew, and what has its conversation keeps it.

`connector check JOB` reads the first rows of the three newest files and warns, with file and line, of every name in the
options, the filter and the mapping that is none of their columns; a run notes the same in its summary. A column may
come later, so that stops nothing. An `id` that no row has is a mistake: every row of the file would be refused. JSON,
workbooks and Parquet larger than 8 MiB are not looked into; of objects only the fields at the top are compared.
"""


def functions() -> Iterator[str]:
    """Give the section on functions: each with what it takes and gives, and its examples."""
    for function in FUNCTIONS.values():
        yield f"### `{function.name}`\n"
        yield f"{function.description} Takes {function.takes.value}, gives {function.gives.value}."
        yield ("It can fail: say `on_error` or `else`.\n" if function.fallible else "It never fails.\n")
        if rows := [*_arguments(function)]:
            yield from ("| argument | what it is | default |", "|---|---|---|", *rows, "")
        yield "| value | written | gives |"
        yield "|---|---|---|"
        yield from (_example(function, example) for example in function.examples)
        yield ""


def _arguments(function: Function) -> Iterator[str]:
    """Give a table row for each argument that stands in a file; a table's words are described, not named."""
    for one in function.parameters:
        kinds = [kind for kind in (one.annotation, *get_args(one.annotation)) if kind in KINDS]
        if kinds:
            default = "" if one.default is None else _cell(_flow(one.default))
            yield f"| `{one.name}` | {KINDS[kinds[0]]} | {'required' if one.required else default} |"


def _example(function: Function, example: Any) -> str:
    written = function.name if example.arguments is None else _flow({function.name: example.arguments})
    gives = "fails" if example.gives is FAILS else _cell(_flow(example.gives))
    return f"| {_cell(_flow(example.value))} | {_cell(written)} | {gives} |"


def _cell(text: str) -> str:
    return "`" + text.replace("|", "\\|") + "`"


def _flow(value: Any) -> str:
    """Give the value as YAML in one line, as it can stand inside brackets."""
    written = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.width, yaml.allow_unicode = True, WIDEST, True
    yaml.sort_base_mapping_type_on_output = False
    yaml.dump([value], written)
    return written.getvalue().strip()[1:-1]


def targets() -> Iterator[str]:
    """Give the section on target fields, one table per kind of target."""
    for name, fields in TARGETS.items():
        yield f"### `{name}`\n"
        yield "| field | type | required | meaning |"
        yield "|---|---|---|---|"
        for field in fields.values():
            choices = f" One of {', '.join(str(one) for one in field.choices)}." if field.choices else ""
            required = "yes" if field.required else ""
            yield f"| `{field.name}` | {field.kind.value} | {required} | {field.description}{choices} |"
        yield ""


def keys(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Give a table row for each key of a model and of the models in it."""
    for name, field in model.model_fields.items():
        key = f"{prefix}{field.alias or name}"
        nested = next(iter(_models(field.annotation)), None)
        required = field.is_required()
        default = "" if required or nested else _default(field.get_default(call_default_factory=True))
        yield f"| `{key}` | {'required' if required else default} | {field.description or ''} |"
        if nested is not None:
            yield from keys(nested, f"{key}.")


def _default(value: Any) -> str:
    if value is None or value in ([], {}):
        return ""
    return f"`{write_duration(value) if isinstance(value, timedelta) else value}`"


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models(argument)


def commands() -> Iterator[str]:
    """Give a section for each command: what it does, its arguments and options, an example."""
    yield from _command("connector", get_command(app))


def _command(name: str, command: Any) -> Iterator[str]:
    nested = getattr(command, "commands", {})
    if nested:
        for word, one in nested.items():
            yield from _command(f"{name} {word}", one)
        return
    yield f"## `{name}`\n"
    yield f"{_paragraphs(command.help)}\n"
    if command.epilog:
        yield f"{command.epilog}\n"
    rows = [_parameter(one) for one in command.params if one.name != "help"]
    if rows:
        yield from ("| argument or option | meaning |", "|---|---|", *rows, "")


def _parameter(one: Any) -> str:
    unsaid = one.default in (None, False, ()) or callable(one.default)
    default = "" if unsaid else f" Default: `{getattr(one.default, 'value', one.default)}`."
    if one.param_type_name == "argument":
        named = (one.metavar or one.name.upper()).strip("{}[]").replace("|", "\\|")
        return f"| `{named}` | {_told(one)}{default} |"
    names = ", ".join(f"`{name}`" for name in (*one.opts, *one.secondary_opts))
    return f"| {names} | {_told(one)}{default} |"


def _told(one: Any) -> str:
    """Give what the help says, with the only values it takes and whether it may be said several times."""
    choices = list(_choices(one.type_descriptor.annotation))
    told = one.help or ""
    if choices and not all(choice in told for choice in choices):
        told += f" One of {', '.join(f'`{choice}`' for choice in choices)}."
    return f"{told} May be given several times." if one.multiple else told


def _choices(annotation: Any) -> Iterator[str]:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        yield from (str(one.value) for one in annotation)
    for argument in getattr(annotation, "__args__", ()):
        yield from [argument] if isinstance(argument, str) else _choices(argument)


def _paragraphs(text: str | None) -> str:
    return "\n\n".join(" ".join(part.split()) for part in (text or "").split("\n\n"))


def settings() -> Iterator[str]:
    """Give a table row for each setting of a process."""
    for name, field in Settings.model_fields.items():
        default = "" if field.default_factory or field.default is None else f"`{field.default}`"
        yield f"| `CONNECTOR_{name.upper()}` | {default} | {field.description} |"


def pages() -> dict[str, str]:
    """Give the generated pages by file name."""
    job = ["# Job file\n", NOTE, (HERE / "job-file.head.md").read_text(encoding="utf-8")]
    job += ["| key | default | meaning |", "|---|---|---|", *keys(Job), ""]
    job += ["## Options of `kind: files`\n", FILES, "| option | default | meaning |", "|---|---|---|"]
    job += [*keys(FilesOptions, "source.options."), ""]
    intake = ["# Intake file\n", NOTE, (HERE / "intake-file.head.md").read_text(encoding="utf-8")]
    intake += ["| key | default | meaning |", "|---|---|---|", *keys(Intake), ""]
    mapping = ["# Mapping reference\n", NOTE, (HERE / "mapping-reference.head.md").read_text(encoding="utf-8")]
    mapping += ["## Functions\n", FUNCTIONS_READ, *functions(), "## Target fields\n", *targets()]
    all_commands = ["# Commands\n", NOTE, (HERE / "commands.head.md").read_text(encoding="utf-8"), *commands()]
    all_settings = ["# Settings\n", NOTE, (HERE / "settings.head.md").read_text(encoding="utf-8")]
    all_settings += ["| variable | default | meaning |", "|---|---|---|", *settings(), ""]
    made = {"commands.md": "\n".join(all_commands), "settings.md": "\n".join(all_settings)}
    made |= {"job-file.md": "\n".join(job), "intake-file.md": "\n".join(intake)}
    return made | {"mapping-reference.md": "\n".join(mapping)}


if __name__ == "__main__":
    for name, text in pages().items():
        (HERE / name).write_text(text, encoding="utf-8")
    print(f"wrote {', '.join(pages())}")
