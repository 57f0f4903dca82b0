"""Take sample records out of a folder of this machine, and recognise what kind of source they are of."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from connector import session as sessions
from connector.errors import ConfigurationError, Problem, SkipError
from connector.job.gathering.content import LARGEST_WHOLE_BYTES
from connector.session import Channel, Session
from connector.session.delimited import Spoilt
from connector.session.naming import AUDIO_SUFFIXES
from connector.session.rows import FormatName, RowForm, format_of, open_rows
from connector.storage import FileInfo

__all__ = ["Samples", "take_samples"]

MOST_RECORDS = 2_000
MOST_FILES = 500
MOST_OF_ONE_FILE = 500
MOST_AUDIO = 5_000
LIKELY_ENCODING = "cp1252"


@dataclass(slots=True)
class Samples:
    """What was found in a folder."""

    folder: Path
    records: list[dict[str, Any]] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    """Those of the records that are sessions of the CCAI Platform."""
    files: int = 0
    formats: Counter[FormatName] = field(default_factory=Counter)
    suffixes: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    encoding: str | None = None
    """The encoding of its CSV files where that is not UTF-8."""
    audio: list[str] = field(default_factory=list)
    """Names of recordings."""

    @property
    def is_ccai(self) -> bool:
        """Tell whether most of the records are sessions of the CCAI Platform."""
        return len(self.sessions) * 2 > len(self.records)

    @property
    def calls(self) -> list[Session]:
        """Give the platform's calls."""
        return [one for one in self.sessions if one.channel is Channel.CALL]

    def told(self) -> str:
        """Say in words what was looked at."""
        forms = ", ".join(f"{count} {name}" for name, count in self.formats.most_common())
        files = f"{self.files:,} files" if self.files > 1 else "1 file"
        records = f"{len(self.records):,} record{'s' if len(self.records) != 1 else ''}"
        return f"{records} of {files} ({forms}) in the folder {self.folder.name}"


def take_samples(folder: Path, format_name: FormatName | None = None) -> Samples:
    """Give samples of the folder's metadata files, of one form where it is named.

    Raises ConfigurationError where there is no record in it.
    """
    if not folder.is_dir():
        raise ConfigurationError([Problem("is no folder of this machine", folder)])
    samples = Samples(folder.resolve())
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = path.relative_to(folder).as_posix()
        if path.name.startswith((".", "~$")):
            continue
        if path.suffix.lower().lstrip(".") in AUDIO_SUFFIXES:
            samples.audio += [name] if len(samples.audio) < MOST_AUDIO else []
            continue
        found = format_of(name) or format_name
        if found and format_name in {None, found} and samples.files < MOST_FILES:
            _take(samples, path, name, found)
    if not samples.records:
        told = f"; not readable: {samples.broken[0]}" if samples.broken else ""
        hint = "sample files are JSON, JSON Lines, CSV, Excel or Parquet"
        raise ConfigurationError([Problem(f"holds no record that can be read{told}", folder, hint=hint)])
    return samples


def _take(samples: Samples, path: Path, name: str, found: FormatName) -> None:
    room = min(MOST_OF_ONE_FILE, MOST_RECORDS - len(samples.records))
    if room <= 0 or path.stat().st_size > LARGEST_WHOLE_BYTES:
        return
    if found == "json" and (session := _ccai(path, name)) is not None:
        samples.sessions.append(session)
        samples.records.append(session.record)
    else:
        records = _records(samples, path, RowForm(found, encoding=samples.encoding))
        samples.records += islice(records, room)
    samples.files += 1
    samples.formats[found] += 1
    samples.suffixes[path.suffix.lower()] += 1


def _ccai(path: Path, name: str) -> Session | None:
    file = FileInfo(name, path.stat().st_size, path.stat().st_mtime_ns)
    try:
        found = sessions.parse(path.read_bytes(), file)
    except SkipError:
        return None
    return found if isinstance(found, Session) and _is_known(found) else None


def _is_known(found: Session) -> bool:
    """Tell a session of the platform from a foreign record that merely has an id and a file name like one."""
    marks = {"call_type", "chat_type", "call_uuid", "chat_uuid", "session_type_v2", "handle_durations", "menu_path"}
    return len(marks & found.record.keys()) >= 2  # noqa: PLR2004 - one such name may be chance


def _records(samples: Samples, path: Path, form: RowForm) -> Iterator[dict[str, Any]]:
    """Give the readable records of a file; a CSV that is not UTF-8 is tried once more as Windows writes it."""
    try:
        with path.open("rb") as content:
            for _, record in open_rows(content, path.name, form)():
                if isinstance(record, Spoilt):
                    samples.broken.append(str(record.error))
                else:
                    yield record
    except SkipError as error:
        if form.format == "csv" and form.encoding is None:
            samples.encoding = LIKELY_ENCODING
            yield from _records(samples, path, RowForm(form.format, encoding=LIKELY_ENCODING))
        else:
            samples.broken.append(str(error))
