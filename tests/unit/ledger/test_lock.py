"""Locks that end with their owners."""

import signal
import subprocess
import sys

import pytest

from connector import ledger
from connector.errors import AlreadyRunningError, LedgerError

HOLDS = """
import sys, time
from connector import ledger
with ledger.job_lock(sys.argv[1], sys.argv[2]):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(url):
    """Give another process that holds the lock of the job `nightly`."""
    child = subprocess.Popen([sys.executable, "-c", HOLDS, url, "nightly"], stdout=subprocess.PIPE, text=True)
    assert "held" == child.stdout.readline().strip()
    yield child
    child.kill()
    child.wait()
    child.stdout.close()


def test_a_job_that_another_process_runs_is_named(url, holder):
    """The second process gets an error that names the job; another job of the same ledger is free."""
    assert holder.poll() is None
    with pytest.raises(AlreadyRunningError, match="nightly"), ledger.job_lock(url, "nightly"):
        pass
    with ledger.job_lock(url, "backfill"):
        pass


def test_a_killed_owner_holds_no_lock(url, holder):
    """The very next process gets the lock of one that was killed."""
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with ledger.job_lock(url, "nightly"):
        pass


def test_a_lock_is_free_again_after_its_context(url):
    """One process may hold the same lock again and again, but not twice at once."""
    for _ in range(2):
        with (
            ledger.job_lock(url, "nightly"),
            pytest.raises(AlreadyRunningError),
            ledger.job_lock(url, "nightly"),
        ):
            pass


def test_a_lock_that_cannot_be_made_is_told(tmp_path):
    """Where no lock can be made, the error says where and what to do."""
    (tmp_path / "file").touch()
    with pytest.raises(LedgerError, match=r"no lock.*write access"), ledger.file_lock(tmp_path / "file/x", "j"):
        pass
