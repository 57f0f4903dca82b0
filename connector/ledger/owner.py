"""Name a process so that others can tell, on the same machine at once, that it is no more."""

import os
import secrets
import socket
from functools import cache
from pathlib import Path

__all__ = ["is_gone", "make_owner"]

_ENDED = frozenset("ZX")
"""The states of a process that has ended and that nobody has asked about yet."""


def make_owner() -> str:
    """Give a name that no other process, and no later one with the same number, will ever have."""
    process = os.getpid()
    return f"{_machine()}/{process}/{_started(process) or 0}/{secrets.token_hex(3)}"


def is_gone(owner: str) -> bool:
    """Tell whether the owner was a process of this machine that has ended; of another machine nobody here knows."""
    machine, process, started, _ = owner.rsplit("/", 3)
    if machine != _machine() or not process.isdecimal():
        return False
    return _started(int(process)) != (started if started != "0" else None) or not _exists(int(process))


@cache
def _machine() -> str:
    """Give the name of what numbers its processes by itself: a machine since it was started, or a container."""
    boot, numbers = Path("/proc/sys/kernel/random/boot_id"), Path("/proc/self/ns/pid")
    parts = [socket.gethostname()]
    if boot.exists() and numbers.exists():
        parts += [boot.read_text(encoding="ascii").strip()[:8], str(numbers.stat().st_ino)]
    return ":".join(parts).replace("/", "-")


def _started(process: int) -> str | None:
    """Give when the process was started, by the kernel's own count; None where it has ended or nobody can tell."""
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = told.rpartition(")")[2].split()
    return None if fields[0] in _ENDED else fields[19]


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
