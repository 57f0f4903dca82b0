"""Bring the committed samples and their answer sheet into the tests."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from connector import document
from connector.shipped import shipped


@pytest.fixture(scope="session")
def folder() -> Path:
    return shipped("sample_data")


@pytest.fixture(scope="session")
def sheet(folder: Path) -> dict[str, Any]:
    value: dict[str, Any] = document.read(folder / "expected.yaml").value
    return value


@pytest.fixture(scope="session")
def records(folder: Path) -> dict[str, dict[str, Any]]:
    """Every metadata file that can be read, by session; of two exports the newer."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((folder / "export").rglob("*.json")):
        try:
            value = json.loads(path.read_bytes())
        except (json.JSONDecodeError, UnicodeDecodeError):
            continue
        body = value.get("call", value)
        if "entries" in body:
            continue
        key = f"{'chat' if 'chat_type' in body else 'call'}-{body['id']}"
        if key not in found or found[key]["updated_at"] < body["updated_at"]:
            found[key] = body
    growing = json.loads((folder / "growing/ujet-metadata/call-1440.json").read_bytes())
    return {**found, "call-1440": growing}


@pytest.fixture(scope="session")
def sound(folder: Path, sheet: dict[str, Any]) -> Callable[[str], NDArray[np.float64]]:
    """Give a session's recording, parts joined, as rows x channels between -1 and 1."""

    def read(session: str) -> NDArray[np.float64]:
        pieces = [
            soundfile.read(folder / name, always_2d=True)[0] for name in sheet["sessions"][session]["audio"]["files"]
        ]
        return np.concatenate(pieces)

    return read


@pytest.fixture(scope="session")
def at() -> Callable[[str, dict[str, Any]], float]:
    """Give the second of the recording at which a time of the record lies."""

    def second(moment: str, record: dict[str, Any]) -> float:
        origin = datetime.fromisoformat(record["recordings"][0]["started_at"])
        return (datetime.fromisoformat(moment) - origin).total_seconds()

    return second
