"""Check that the samples can be made again."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.servers.missing import do_without, library


@pytest.mark.slow
def test_the_same_programs_give_the_same_bytes(folder: Path, sheet: dict[str, Any], tmp_path: Path) -> None:
    """With the versions that expected.yaml names, make.py writes every file just as it is kept."""
    if not (shutil.which("espeak-ng") and shutil.which("ffmpeg")):
        do_without("espeak-ng or ffmpeg", "apt-get install espeak-ng ffmpeg")
    make = library("sample_data.make")
    if make.tools() != sheet["made_with"]:
        pytest.skip("other versions of espeak-ng or ffmpeg than the samples were made with")

    shutil.copy(folder / "README.md", tmp_path)
    make.make(tmp_path)

    assert _names(folder) == _names(tmp_path)
    assert [] == [name for name in _names(folder) if (folder / name).read_bytes() != (tmp_path / name).read_bytes()]


def _names(folder: Path) -> list[str]:
    paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in paths if path.suffix not in {".py", ".pyc"})
