"""Read the table of a `table` function, from the mapping itself or from a CSV file beside it."""

import csv
import io
from typing import Any

from connector.mapping.coercion import Kind
from connector.mapping.functions.words import Table
from connector.mapping.node import Node

__all__ = ["kind_of", "read_table"]

LARGEST_FILE_BYTES = 10_000_000
_LONG_FORM = ("values", "file", "key", "value", "else")


def read_table(node: Node) -> Table | None:
    """Give the table that stands here; note what is wrong with it and give None where that is so."""
    if not isinstance(node.value, dict) or not node.value:
        node.problem("must be a table of words and values", "write {WORD: VALUE}, or {file: NAME.csv}")
        return None
    inline = {key: value for key, value in node.value.items() if key != "else"}
    otherwise = {"otherwise": node.value["else"]} if "else" in node.value else {}
    if not _is_long_form(node):
        return Table(_literals(node, inline), **otherwise)
    node.is_table(_LONG_FORM)
    if node.has("values"):
        values = node.child("values")
        entries = _literals(values, values.value)
    else:
        entries = _from_file(node)
    return Table(entries, **otherwise)


def _is_long_form(node: Node) -> bool:
    """Tell the long form from a table that merely has such a word in it."""
    if not set(node.value) <= set(_LONG_FORM):
        return False
    return isinstance(node.value.get("values"), dict) or isinstance(node.value.get("file"), str)


def _literals(node: Node, entries: dict[str, Any]) -> dict[str, Any]:
    for key, value in entries.items():
        if isinstance(value, list | dict):
            node.child(key).problem("must be one value, not a list or keys")
    return {key.strip(): value for key, value in entries.items()}


def _from_file(node: Node) -> dict[str, Any]:
    place = node.child("file")
    rows = _rows(place)
    if not rows:
        return {}
    header = [name.strip() for name in rows[0]]
    columns = [_column(node, header, "key", 0), _column(node, header, "value", 1)]
    entries: dict[str, Any] = {}
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        key, value = (row[index].strip() if index < len(row) else "" for index in columns)
        if key in entries and entries[key] != value:
            place.problem(f"line {number} of {place.value} has {key!r} a second time, with another value")
        entries[key] = value
    return entries


def _rows(place: Node) -> list[list[str]]:
    name = place.text() or ""
    path = place.folder / name
    if "/" in name or "\\" in name or name.startswith("."):
        place.problem("must be the name of a file beside the mapping")
        return []
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            place.problem(f"{name} is larger than {LARGEST_FILE_BYTES} bytes")
            return []
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
        place.findings.files[name] = raw
        delimiter = ";" if ";" in text.partition("\n")[0] else ","
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except FileNotFoundError:
        place.problem(f"there is no file {name} beside the mapping")
        return []
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        place.problem(f"{name} cannot be read: {error}", "save it as CSV in UTF-8")
        return []
    if not rows:
        place.problem(f"{name} is empty", "its first line names the columns")
    return rows


def _column(node: Node, header: list[str], key: str, usual: int) -> int:
    name = node.value.get(key)
    if name is None:
        if usual >= len(header):
            node.child("file").problem(f"{node.value['file']} has only {len(header)} column(s)")
        return usual
    if name in header:
        return header.index(name)
    node.child(key).problem(f"{node.value['file']} has no column {name!r}", f"its columns: {', '.join(header)}")
    return usual


def kind_of(table: Table) -> Kind:
    """Give the type of what the table gives where all of it is of one, else any."""
    types = {type(one) for one in table.results}
    if types == {str}:
        return Kind.TEXT
    return Kind.NUMBER if types and types <= {int, float} else Kind.ANY
