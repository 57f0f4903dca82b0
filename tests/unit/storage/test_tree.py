import os
import resource
import shutil
import subprocess
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.errors import StorageUnreachableError
from connector.storage import tree
from connector.storage.model import FileInfo


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that is cleared away without Python, which would recurse through a deep one."""
    made = Path(tempfile.mkdtemp(prefix="tree-"))
    yield made
    subprocess.run(["rm", "-rf", str(made)], check=True)


@pytest.fixture
def few_open_files() -> Iterator[None]:
    """Let this process hold only few files open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 100, hard))  # noqa: PTH208
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def fill(folder: Path, count: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        os.close(os.open(f"{folder}/call-{number}.json", os.O_CREAT | os.O_WRONLY))


@pytest.mark.usefixtures("few_open_files")
def test_a_deep_tree_is_walked_to_its_end(folder):
    """Depth costs neither recursion nor open files: 1,500 folders inside each other are walked."""
    deepest = str(folder)
    for _ in range(1500):
        deepest += "/d"
        os.mkdir(deepest)  # noqa: PTH102 - a path object of this depth takes seconds
        os.close(os.open(f"{deepest}/f", os.O_CREAT))
    assert [1500] == [len(batch) for batch in tree.walk(folder)]


def test_many_files_come_in_batches_that_are_let_go(folder):
    """A walk holds no more than the batch it gives, however many files there are."""
    fill(folder / "a", 1250)
    fill(folder / "b", 1250)
    sizes, peaks = [], []
    tracemalloc.start()
    for batch in tree.walk(folder, 500):
        sizes.append(len(batch))
        peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
    assert [500] * 5 == sizes
    assert peaks[-1] < 2.5 * peaks[0]


def test_many_folders_are_not_gathered(folder):
    """A folder for each session does not make the walk remember the folders."""
    for number in range(1000):
        (folder / f"session-{number:06}-with-a-rather-long-name").mkdir()
    tracemalloc.start()
    assert [] == list(tree.walk(folder))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50_000


def test_a_folder_that_vanishes_on_the_way_is_no_error(folder):
    """What is deleted while the walk goes on is simply not listed any more."""
    walk, other = begun_walk(folder)
    shutil.rmtree(folder / other)
    assert [] == list(walk)


def test_a_root_that_vanishes_on_the_way_is_an_error(folder):
    """A walk whose root is gone was not whole and says so."""
    walk, _ = begun_walk(folder / "exports")
    shutil.rmtree(folder / "exports")
    with pytest.raises(StorageUnreachableError, match="no folder"):
        list(walk)


def begun_walk(root: Path) -> tuple[Iterator[list[FileInfo]], str]:
    """Give a walk that has read one of two folders, and the name of the other."""
    fill(root / "a", 10)
    fill(root / "b", 10)
    walk = tree.walk(root, 10)
    first = next(walk)
    return walk, {"a": "b", "b": "a"}[first[0].path.partition("/")[0]]
