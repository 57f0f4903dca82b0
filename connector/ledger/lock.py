"""Keep two processes from doing at the same time what only one may do; every lock ends with its owner."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from connector.errors import AlreadyRunningError, LedgerError
from connector.ledger import database
from connector.ledger.soundness import check_place
from connector.ledger.trouble import translated

__all__ = ["file_lock", "job_lock", "schema_lock"]

SCHEMA_SECONDS = 300.0
"""How long to wait for another process that makes or migrates the tables."""


@contextmanager
def job_lock(url: str, job: str) -> Iterator[Callable[[], None]]:
    """Hold the lock of a job of this ledger, beside its file or in its server, and give what takes it again.

    A server's lock ends when the server does: call what was given when it is back. It raises AlreadyRunningError where
    another process was quicker.

    Raises AlreadyRunningError where another process holds it, LedgerError where the lock cannot be made, and
    ConfigurationError where the ledger's folder is missing: a lock would make it.
    """
    file = database.file_of(url)
    if file is not None:
        check_place(file)
    with file_lock(file, job) if file is not None else _server_lock(url, job) as renew:
        yield renew


@contextmanager
def file_lock(ledger: Path, job: str) -> Iterator[Callable[[], None]]:
    """Hold the lock of a job beside its ledger file; raises what job_lock raises."""
    lock = FileLock(ledger.with_name(f"{ledger.name}.{job}.lock"), blocking=False, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise _already_running(job) from error
    except OSError as error:
        raise _unable(ledger, error) from error
    try:
        yield lambda: None
    finally:
        lock.release()


@contextmanager
def schema_lock(ledger: Path | None) -> Iterator[None]:
    """Hold the lock under which a ledger file's tables are made or migrated, after waiting for who has it.

    A server (None) has none: its tables change in one transaction, by a command that a person runs.
    """
    if ledger is None:
        yield
        return
    lock = FileLock(ledger.with_name(f"{ledger.name}.lock"), timeout=SCHEMA_SECONDS, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise LedgerError(f"another process is still migrating the ledger {ledger}", hint="run again later") from error
    except OSError as error:
        raise _unable(ledger, error) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _server_lock(url: str, job: str) -> Iterator[Callable[[], None]]:
    """Hold an advisory lock of PostgreSQL, which ends with the session that took it."""
    engine = database.connect(url, busy_seconds=0, writes=True)
    lock = _ServerLock(engine, database.place_of(url), job)
    try:
        lock.take()
        yield lock.take
    finally:
        lock.drop()
        engine.dispose()


class _ServerLock:
    """An advisory lock and the session that has it."""

    def __init__(self, engine: Engine, place: str, job: str) -> None:
        self._engine, self._place, self._job = engine, place, job
        self._key = int.from_bytes(blake2b(f"connector job {job}".encode(), digest_size=8).digest(), signed=True)
        self._session: Connection | None = None

    def take(self) -> None:
        """Take the lock unless this process has it still."""
        with translated(self._place):
            if self._session is not None and self._is_alive(self._session):
                return
            self.drop()
            self._session = self._engine.connect()
            if not self._session.execute(select(func.pg_try_advisory_lock(self._key))).scalar_one():
                raise _already_running(self._job)
            self._session.commit()

    def drop(self) -> None:
        """Let go of the session, and with it of the lock."""
        if self._session is not None:
            self._session.invalidate()
            self._session.close()
            self._session = None

    @staticmethod
    def _is_alive(session: Connection) -> bool:
        try:
            session.execute(select(1))
            session.commit()
        except SQLAlchemyError:
            return False
        return True


def _already_running(job: str) -> AlreadyRunningError:
    hint = "wait for the other run to end, or stop it"
    return AlreadyRunningError(f"another process is running the job {job}", hint=hint)


def _unable(ledger: Path, error: OSError) -> LedgerError:
    hint = "give this user write access to the folder"
    return LedgerError(f"no lock can be made beside the ledger {ledger}: {error.strerror}", hint=hint)
