"""Keep the sandbox's memory in a folder: one JSON line per event, written before the answer goes out."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import orjson
from filelock import FileLock, Timeout

from connector.errors import ConfigurationError, Problem

__all__ = ["Journal"]

_ANOTHER = "give another --keep"


class Journal:
    """The events of a sandbox in DIR/sandbox.jsonl; raises ConfigurationError where DIR cannot serve."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "sandbox.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(folder / "sandbox.lock", timeout=0)
            self._lock.acquire()
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        except Timeout as error:
            raise ConfigurationError(f"another sandbox keeps its memory in {folder}", hint=_ANOTHER) from error
        except OSError as error:
            raise ConfigurationError(f"{folder} cannot hold the memory: {error.strerror}", hint=_ANOTHER) from error

    def append(self, event: dict[str, Any]) -> None:
        """Write one event; when this returns, it survives the end of this process."""
        os.write(self._descriptor, orjson.dumps(event) + b"\n")

    def events(self) -> Iterator[dict[str, Any]]:
        """Give the events of earlier lives in order; a last line that was cut off by a crash is dropped."""
        whole = 0
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                yield self._event(line, number)
        os.truncate(self._descriptor, whole)

    def _event(self, line: bytes, number: int) -> dict[str, Any]:
        try:
            event: dict[str, Any] = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise self.unreadable(number) from error
        return event

    def unreadable(self, number: int) -> ConfigurationError:
        """Give the error for a line that no sandbox wrote."""
        return ConfigurationError([Problem("is no line of a sandbox's memory", self.path, number, hint=_ANOTHER)])

    def empty(self) -> None:
        """Forget every event."""
        os.truncate(self._descriptor, 0)

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._descriptor)
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
