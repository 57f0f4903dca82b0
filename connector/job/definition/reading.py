"""Compile the options of `kind: files`: what a file is by its name, how its rows are read, which recording is whose."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from connector.job.definition.files import FilesOptions
from connector.mapping.path import PathError, Read, compile_path
from connector.session import Channel, FileName, FileRole, FilesForm, Find, Session
from connector.session.field import word
from connector.session.naming import AUDIO_SUFFIXES
from connector.session.rows import RowForm, format_of

__all__ = ["Reading", "find_under"]

_OTHER = FileName(FileRole.OTHER)
_WILD = re.compile(r"\{id\}|\{part\}|\*|\?")
_MEANING = {"{id}": "(?P<id>.+?)", "{part}": "(?P<part>[0-9]{1,9})", "?": "."}


@dataclass(frozen=True)
class Reading:
    """How a job reads foreign files."""

    options: FilesOptions

    @cached_property
    def form(self) -> FilesForm:
        """Give how rows become sessions."""
        said = self.options
        return FilesForm(
            id=find_under(said.id),
            id_name=said.id,
            channel=Channel(said.channel),
            updated_at=find_under(said.updated_at) if said.updated_at else None,
            ended_at=find_under(said.ended_at) if said.ended_at else None,
            agent={name: find_under(path) for name, path in said.agent.given().items()},
            zone=ZoneInfo(said.timezone),
            time_format=said.time_format,
            rows=RowForm(said.format, said.delimiter, said.encoding, said.sheet),
        )

    @cached_property
    def digest(self) -> str:
        """Give a digest of the options: what could not be read under others may be read now."""
        return hashlib.sha256(self.options.model_dump_json().encode()).hexdigest()[:16]

    @cached_property
    def naming(self) -> str:
        """Give a digest of what decides about labels: under other words a name may tell something else."""
        told = self.options.model_dump_json(include={"channel", "format", "pattern", "recording"})
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def classify(self, path: str) -> FileName:
        """Give what a file is by its name; a recording bears the key that recording_key gives for its row."""
        name = path.rpartition("/")[2]
        if name.startswith((".", "~$")):
            return _OTHER
        if self._is_metadata(path, name):
            return FileName(FileRole.METADATA)
        if self._recording_name is None:
            stem, _, suffix = name.rpartition(".")
            return self._recording(stem, None) if suffix.lower() in AUDIO_SUFFIXES else _OTHER
        found = self._recording_name.fullmatch(path if self._in_folders else name)
        if found is None or (self._any_suffix and name.rpartition(".")[2].lower() not in AUDIO_SUFFIXES):
            return _OTHER
        return self._recording(found["id"], found.groupdict().get("part"))

    def _recording(self, key: str, part: str | None) -> FileName:
        return FileName(FileRole.RECORDING, self.form.channel, key.casefold(), int(part) if part else None)

    def _is_metadata(self, path: str, name: str) -> bool:
        if not self.options.patterns:
            return self.options.format in {None, found} if (found := format_of(name)) else False
        return any(
            fnmatchcase((path if "/" in pattern else name).lower(), pattern.lower())
            for pattern in self.options.patterns
        )

    def recording_key(self, session: Session) -> str | None:
        """Give what the recording of a session is looked up by; None where the row names none."""
        if self._find_recording is None:
            return session.id.casefold()
        parts = self._named_parts(session)
        return _stem(parts[-1]).casefold() if parts else None

    def recording_name(self, session: Session) -> str | None:
        """Give the name of the file, without folders, that the row says is its recording; None where it says none."""
        parts = self._named_parts(session)
        return parts[-1] if parts else None

    def choose(self, session: Session, paths: Mapping[str, Any]) -> list[Any]:
        """Give, of what bears the session's key, what bears its name: of the same letters, in the folder it names.

        `paths` are candidates by their path; of several the ones with most of the named folders stay.
        """
        if self._find_recording is None:
            exact = [one for path, one in paths.items() if session.id in path.rpartition("/")[2]]
            return exact or list(paths.values())
        wanted = self._named_parts(session)
        shared = {path: _shared(wanted, path.split("/")) for path in paths}
        most = max(shared.values(), default=0)
        return [one for path, one in paths.items() if shared[path] == most]

    def _named_parts(self, session: Session) -> list[str]:
        value = word(self._find_recording(session.record)) if self._find_recording else None
        if value is None:
            return []
        if "://" in value:
            value = unquote(urlsplit(value).path)
        return [part for part in value.replace("\\", "/").split("/") if part]

    @cached_property
    def _find_recording(self) -> Find | None:
        path = self.options.recording.path
        return find_under(path) if path is not None else None

    @cached_property
    def _recording_name(self) -> re.Pattern[str] | None:
        pattern = self.options.recording.pattern
        if pattern is None:
            return None
        return _compiled(pattern)

    @property
    def _in_folders(self) -> bool:
        return "/" in (self.options.recording.pattern or "")

    @property
    def _any_suffix(self) -> bool:
        return "*" in (self.options.recording.pattern or "").rpartition(".")[2]


def find_under(name: str) -> Find:
    """Give what finds a value by the name of a column, or by a path as in a mapping."""
    read = _read(name)

    def find(record: Mapping[str, Any]) -> Any:
        if name in record:
            return record[name]
        try:
            return read(record, {}) if read is not None else None
        except PathError:
            return None

    return find


def _read(name: str) -> Read | None:
    try:
        return compile_path(name)
    except ValueError:
        # Such as `Call ID`: no path, but what a column may be called.
        return None


def _compiled(pattern: str) -> re.Pattern[str]:
    """Give the expression for a file name with {id} in it; a star behind the last dot stands for a suffix."""
    rest, dot, suffix = pattern.rpartition(".")
    body = _expression(rest, ".*") if dot else _expression(pattern, ".*")
    return re.compile(f"{body}\\.{_expression(suffix, '[^./]*')}" if dot else body, re.IGNORECASE | re.DOTALL)


def _expression(pattern: str, star: str) -> str:
    meaning = _MEANING | {"*": star}
    literals, wild = _WILD.split(pattern), [meaning[found[0]] for found in _WILD.finditer(pattern)]
    return "".join(f"{re.escape(literal)}{sign}" for literal, sign in zip(literals, [*wild, ""], strict=True))


def _stem(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return stem if dot and suffix.lower() in AUDIO_SUFFIXES else name


def _shared(wanted: list[str], parts: list[str]) -> int:
    """Count how many parts of two paths are the same from the end; a name without a suffix fits any."""
    count = 0
    for one, other in zip(reversed(wanted), reversed(parts), strict=False):
        same = one.casefold() == other.casefold() or (count == 0 and one.casefold() == _stem(other).casefold())
        if not same:
            return count
        count += 1
    return count
