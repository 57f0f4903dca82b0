"""Run PostgreSQL for the tests: a cluster of our own on a port of our own."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import TypeVar

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from tests.servers.child import free_port, running_child

__all__ = ["CrashingPostgresql", "PostgresqlServer", "crashing_postgresql", "find_postgresql", "running_postgresql"]

T = TypeVar("T")

RESTARTED_SECONDS = 120


def find_postgresql() -> Path | None:
    """Give the folder of the newest version's programs, which Debian keeps off the path."""
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: int(path.parent.name))


class PostgresqlServer:
    """A running server, in which each test makes a database of its own."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._numbers = count()

    def address(self, database: str) -> str:
        """Give the address of a database as a person writes it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def make_database(self) -> str:
        """Make an empty database and give its address."""
        name = f"ledger{next(self._numbers)}"
        administrator = make_url(self.address("postgres")).set(drivername="postgresql+psycopg")
        engine = create_engine(administrator, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self.address(name)


class CrashingPostgresql(PostgresqlServer):
    """A server that waits for the disk at every commit, and that a test may kill and start again."""

    def __init__(self, port: int, command: Sequence[str], log: Path) -> None:
        super().__init__(port)
        self.crashes = 0
        self._command, self._log = command, log
        self._running = ExitStack()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, or start it again, and return when it has recovered and takes connections."""
        # What the killed one left running in memory must have ended before: until then it does not start.
        self._process = _insisting(RuntimeError, self._spawn)
        _insisting(OperationalError, self._greet)

    def _spawn(self) -> subprocess.Popen[bytes]:
        return self._running.enter_context(running_child(self._command, self.port, self._log))

    def _greet(self) -> None:
        engine = create_engine(make_url(self.address("postgres")).set(drivername="postgresql+psycopg"))
        try:
            engine.connect().close()
        finally:
            engine.dispose()

    def crash(self) -> None:
        """Kill the postmaster with SIGKILL; nothing is written any more."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self.crashes += 1
        self._running.close()

    def stop(self) -> None:
        """End it in order."""
        self._running.close()


def _insisting(error: type[Exception], attempt: Callable[[], T]) -> T:
    """Give what the attempt gives, made again while it fails in this way, though not for ever."""
    end = time.monotonic() + RESTARTED_SECONDS
    while True:
        try:
            return attempt()
        except error:
            if time.monotonic() > end:
                raise
        time.sleep(0.05)


@contextmanager
def _made_cluster() -> Iterator[tuple[Path, Path]]:
    """Make a cluster and take it away afterwards; gives the programs' folder and the cluster's."""
    programs = find_postgresql()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="connector-postgresql-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        make = [programs / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "-N", "--locale=C.UTF-8"]
        subprocess.run(_as_user(make), check=True, capture_output=True, cwd=folder)
        yield programs, folder
    finally:
        shutil.rmtree(folder)
        folder.with_suffix(".log").unlink(missing_ok=True)


def _command(programs: Path, folder: Path, port: int, *, fsync: bool) -> list[str]:
    sockets = f"unix_socket_directories={folder}"
    settings = (f"port={port}", "listen_addresses=127.0.0.1", sockets, f"fsync={'on' if fsync else 'off'}")
    options = [part for setting in settings for part in ("-c", setting)]
    return _as_user([programs / "postgres", "-D", folder / "data", *options])


@contextmanager
def running_postgresql(*, fsync: bool = False) -> Iterator[PostgresqlServer]:
    """Make a cluster, serve it, by default without waiting for the disk, and take it away afterwards."""
    port = free_port()
    with (
        _made_cluster() as (programs, folder),
        running_child(_command(programs, folder, port, fsync=fsync), port, folder.with_suffix(".log")),
    ):
        _await_connections(programs, port)
        yield PostgresqlServer(port)


def _await_connections(programs: Path, port: int) -> None:
    """Return once it lets clients in: it listens a moment before."""
    asked = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    while subprocess.run(asked, check=False).returncode:
        time.sleep(0.05)


@contextmanager
def crashing_postgresql() -> Iterator[CrashingPostgresql]:
    """Make a cluster whose server may be killed, and take it away afterwards."""
    port = free_port()
    with _made_cluster() as (programs, folder):
        server = CrashingPostgresql(port, _command(programs, folder, port, fsync=True), folder.with_suffix(".log"))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _as_user(command: Sequence[str | Path]) -> list[str]:
    """Let a user of its own run the command, whom PostgreSQL's package made: it refuses root."""
    words = [str(word) for word in command]
    if os.geteuid() != 0:
        return words
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *words]
