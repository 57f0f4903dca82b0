"""Give archives as people's own tools make them, and what the storage makes of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connector.storage import FileInfo, open_storage


@pytest.fixture
def reading() -> Callable[[Path], Any]:
    """Give the function that reads every file of an archive: path -> content or error."""

    async def read(path: Path) -> dict[str, Any]:
        async with open_storage(str(path), {}, path.parent) as storage:
            files = [file async for batch in storage.list() for file in batch]
            contents = await storage.read_many(files, limit_bytes=10_000_000)
        return {file.path: content for file, content in zip(files, contents, strict=True)}

    return read


@pytest.fixture
def listing() -> Callable[[Path], Any]:
    """Give the function that lists an archive: path -> version."""

    async def listed(path: Path) -> dict[str, FileInfo]:
        async with open_storage(str(path), {}, path.parent) as storage:
            return {file.path: file async for batch in storage.list() for file in batch}

    return listed
