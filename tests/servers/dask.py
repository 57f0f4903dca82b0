"""Run a dask cluster for the tests: a scheduler and workers, each a process of its own."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.servers.child import free_port, running_child

__all__ = ["DaskCluster", "running_dask"]

STOPPED_SECONDS = 10


class DaskCluster:
    """A scheduler with its workers."""

    def __init__(self, port: int, folder: Path, environment: Mapping[str, str]) -> None:
        self.port, self.folder = port, folder
        self._environment = dict(environment)
        self.workers: list[subprocess.Popen[bytes]] = []
        self.scheduler: subprocess.Popen[bytes] | None = None

    @property
    def engine(self) -> str:
        """Give the address as a person writes it."""
        return f"dask://127.0.0.1:{self.port}"

    def add_worker(self) -> subprocess.Popen[bytes]:
        """Start one more worker with one slot."""
        command = [
            sys.executable,
            "-m",
            "dask",
            "worker",
            f"tcp://127.0.0.1:{self.port}",
            "--no-nanny",
            "--no-dashboard",
        ]
        command += ["--nthreads", "1", "--host", "127.0.0.1", "--local-directory", str(self.folder)]
        log = (self.folder / f"worker-{len(self.workers)}.log").open("wb")
        process = subprocess.Popen(command, stdout=log, stderr=log, env=self._environment)
        log.close()
        self.workers.append(process)
        return process

    def stop(self) -> None:
        """End the workers, before the scheduler: they would live on without it."""
        for process in self.workers:
            process.terminate()
        for process in self.workers:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOPPED_SECONDS)
            process.kill()
            process.wait()


@contextmanager
def running_dask(folder: Path, environment: Mapping[str, str], workers: int) -> Iterator[DaskCluster]:
    """Run a scheduler and so many workers until the end of the block."""
    port = free_port()
    command = [sys.executable, "-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    with running_child(command, port, folder / "scheduler.log") as scheduler:
        cluster = DaskCluster(port, folder, environment)
        cluster.scheduler = scheduler
        try:
            for _ in range(workers):
                cluster.add_worker()
            yield cluster
        finally:
            cluster.stop()
