"""Keep two processes from doing at the same time what only one may do; every lock ends with its owner."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import func, select

from connector.errors import AlreadyRunningError, LedgerError
from connector.ledger import database
from connector.ledger.soundness import check_place
from connector.ledger.trouble import translated

__all__ = ["file_lock", "job_lock", "schema_lock"]

SCHEMA_SECONDS = 300.0
"""How long to wait for another process that makes or migrates the tables."""


@contextmanager
def job_lock(url: str, job: str) -> Iterator[None]:
    """Hold the lock of a job of this ledger, beside its file or in its server.

    Raises AlreadyRunningError where another process holds it, LedgerError where the lock cannot be made, and
    ConfigurationError where the ledger's folder is missing: a lock would make it.
    """
    file = database.file_of(url)
    if file is not None:
        check_place(file)
    with file_lock(file, job) if file is not None else _server_lock(url, job):
        yield


@contextmanager
def file_lock(ledger: Path, job: str) -> Iterator[None]:
    """Hold the lock of a job beside its ledger file; raises what job_lock raises."""
    lock = FileLock(ledger.with_name(f"{ledger.name}.{job}.lock"), blocking=False, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise _already_running(job) from error
    except OSError as error:
        raise _unable(ledger, error) from error
    try:
        yield
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
def _server_lock(url: str, job: str) -> Iterator[None]:
    """Hold an advisory lock of PostgreSQL, which ends with the session that took it."""
    key = int.from_bytes(blake2b(f"connector job {job}".encode(), digest_size=8).digest(), signed=True)
    engine = database.connect(url, busy_seconds=0, writes=True)
    try:
        with translated(database.place_of(url)), engine.connect() as connection:
            if not connection.execute(select(func.pg_try_advisory_lock(key))).scalar_one():
                raise _already_running(job)
            connection.commit()
            yield
    finally:
        engine.dispose()


def _already_running(job: str) -> AlreadyRunningError:
    hint = "wait for the other run to end, or stop it"
    return AlreadyRunningError(f"another process is running the job {job}", hint=hint)


def _unable(ledger: Path, error: OSError) -> LedgerError:
    hint = "give this user write access to the folder"
    return LedgerError(f"no lock can be made beside the ledger {ledger}: {error.strerror}", hint=hint)
