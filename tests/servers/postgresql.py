"""Run PostgreSQL for the tests: a cluster of our own on a port of our own."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from tests.servers.child import free_port, running_child

__all__ = ["PostgresqlServer", "find_postgresql", "running_postgresql"]


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


@contextmanager
def running_postgresql(*, fsync: bool = False) -> Iterator[PostgresqlServer]:
    """Make a cluster, serve it, by default without waiting for the disk, and take it away afterwards."""
    programs, port = find_postgresql(), free_port()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="connector-postgresql-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        make = [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", "--locale=C.UTF-8"]
        subprocess.run(_as_user(make), check=True, capture_output=True, cwd=folder)
        sockets = f"unix_socket_directories={folder}"
        settings = (f"port={port}", "listen_addresses=127.0.0.1", sockets, f"fsync={'on' if fsync else 'off'}")
        options = [part for setting in settings for part in ("-c", setting)]
        with running_child(_as_user([programs / "postgres", "-D", data, *options]), port, folder.with_suffix(".log")):
            _await_connections(programs, port)
            yield PostgresqlServer(port)
    finally:
        shutil.rmtree(folder)
        folder.with_suffix(".log").unlink(missing_ok=True)


def _await_connections(programs: Path, port: int) -> None:
    """Return once it lets clients in: it listens a moment before."""
    asked = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
    while subprocess.run(asked, check=False).returncode:
        time.sleep(0.05)


def _as_user(command: Sequence[str | Path]) -> list[str]:
    """Let a user of its own run the command, whom PostgreSQL's package made: it refuses root."""
    words = [str(word) for word in command]
    if os.geteuid() != 0:
        return words
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *words]
