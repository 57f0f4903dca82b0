"""Copy the sample data into a folder as if everything in it had happened just now.

The samples are kept with fixed times around one base moment. A copy moves every time by the same whole number of
seconds so that the base moment becomes now: ages, orders and offsets stay what they were.
"""

import os
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path, PurePosixPath

from connector.shipped import shipped

__all__ = ["BASE", "bring_late", "copy_samples", "finish_growing", "shift", "shift_path"]

BASE = datetime(2026, 3, 24, 12, tzinfo=UTC)
"""The moment that stands for now in the samples as they are kept."""

GROWING_SHARE = 0.6
"""How much of the growing file is there while it is still being written."""

_MOMENT = re.compile(rb"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(\.\d+)?( ?(?:Z|[+-]\d\d:?\d\d))")
_EPOCH = re.compile(rb'("timestamp"\s*:\s*)(\d{10})(?!\d)')
_DAY = re.compile(rb"(?<![\d-])\d{4}-\d\d-\d\d(?![\dT-])")
_UPDATED = re.compile(rb'"updated_at"\s*:\s*"(\d{4}-[^"]+)"')
_DATE_FOLDERS = re.compile(r"(?<=/)(\d{4})/(\d\d)/(\d\d)(?=/)")
_SHIFTED_SUFFIXES = frozenset({".json", ".txt", ".csv"})


def shift(content: bytes, delta: timedelta) -> bytes:
    """Give the text with every ISO time and every epoch `timestamp` moved; all other bytes stay, whatever they are."""
    moved = _MOMENT.sub(lambda found: _shift_moment(found, delta), content)
    seconds = round(delta.total_seconds())
    return _EPOCH.sub(lambda found: found[1] + b"%d" % (int(found[2]) + seconds), moved)


def _shift_moment(found: re.Match[bytes], delta: timedelta) -> bytes:
    text = found[1].decode()
    local = datetime.fromisoformat(text) + delta  # the offset behind it stays, so the local time may move alone
    return local.isoformat(sep=text[10], timespec="seconds").encode() + (found[2] or b"") + found[3]


def shift_path(path: str, delta: timedelta) -> str:
    """Give the path with folders like 2026/03/24 moved; the day of the base moment becomes the day of now in UTC."""
    return _DATE_FOLDERS.sub(lambda found: _shift_day("-".join(found.groups()), delta).replace("-", "/"), path)


def _shift_day(day: str, delta: timedelta) -> str:
    moved = datetime.combine(date.fromisoformat(day), time(BASE.hour), UTC) + delta
    return moved.date().isoformat()


def copy_samples(target: Path, now: datetime) -> None:
    """Write `export/`, `late/` and `agents.csv` below the target, moved to now; the growing file is left half written.

    Metadata files get their `updated_at` as the time of their last change; a file without times gets its session's.
    """
    delta = _delta(now)
    source = shipped("sample_data")
    agents = (source / "agents.csv").read_bytes()
    moved = _DAY.sub(lambda found: _shift_day(found[0].decode(), delta).encode(), agents)
    _write(target / "agents.csv", moved, now)
    for folder in ("export", "late"):
        contents = {path.relative_to(source / folder): path.read_bytes() for path in _files(source / folder)}
        written = _written_at(contents)
        for path, content in contents.items():
            place = target / folder / shift_path(f"/{path.as_posix()}", delta).lstrip("/")
            text = path.suffix in _SHIFTED_SUFFIXES
            _write(place, shift(content, delta) if text else content, written[path] + delta)
    _grow(target, now, lambda content: content[: int(len(content) * GROWING_SHARE)])


def finish_growing(target: Path, now: datetime) -> None:
    """Write the growing file of an earlier copy to its end; `now` is the moment that copy was made for."""
    _grow(target, now, lambda content: content)


def bring_late(target: Path) -> None:
    """Put the files that come late beside the others of an earlier copy."""
    for path in _files(target / "late"):
        place = target / "export" / path.relative_to(target / "late")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())


def _grow(target: Path, now: datetime, part: Callable[[bytes], bytes]) -> None:
    growing = shipped("sample_data") / "growing"
    for path in _files(growing):
        content = part(shift(path.read_bytes(), _delta(now)))
        _write(target / "export" / path.relative_to(growing), content, now)


def _delta(now: datetime) -> timedelta:
    return timedelta(seconds=(now - BASE) // timedelta(seconds=1))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _written_at(contents: Mapping[Path, bytes]) -> dict[Path, datetime]:
    """Tell when each file was written: by its own times, else with its session, else two hours before the base."""
    own = {path: moment for path, content in contents.items() if (moment := _newest(path, content))}
    by_session = {path.name.partition(".")[0]: moment for path, moment in own.items() if path.suffix == ".json"}
    return {path: own.get(path) or _of_session(path.name, by_session) for path in contents}


def _newest(path: Path, content: bytes) -> datetime | None:
    if path.suffix not in _SHIFTED_SUFFIXES:
        return None
    found = _UPDATED.findall(content) or [b"".join(parts) for parts in _MOMENT.findall(content)]
    moments = [datetime.fromisoformat(text.decode()) for text in found]
    moments += [datetime.fromtimestamp(int(seconds), UTC) for _, seconds in _EPOCH.findall(content)]
    return max(moments, default=None)


def _of_session(name: str, by_session: Mapping[str, datetime]) -> datetime:
    session = "-".join(PurePosixPath(name).name.partition(".")[0].split("-")[:2])
    return by_session.get(session, BASE - timedelta(hours=2))


def _write(path: Path, content: bytes, changed: datetime) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (changed.timestamp(), changed.timestamp()))
