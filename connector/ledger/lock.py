"""Keep two processes from running one job at the same time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from connector.errors import AlreadyRunningError, LedgerError

__all__ = ["file_lock"]


@contextmanager
def file_lock(ledger: Path, job: str) -> Iterator[None]:
    """Hold the lock of a job beside its ledger file; it ends with this process, however that ends.

    Raises AlreadyRunningError where another process holds it, LedgerError where the lock cannot be made.
    """
    lock = FileLock(ledger.with_name(f"{ledger.name}.{job}.lock"), blocking=False, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        hint = "wait for the other run to end, or stop it"
        raise AlreadyRunningError(f"another process is running the job {job}", hint=hint) from error
    except OSError as error:
        hint = "give this user write access to the folder"
        raise LedgerError(
            f"the lock of the job {job} cannot be made beside {ledger}: {error.strerror}", hint=hint
        ) from error
    try:
        yield
    finally:
        lock.release()
