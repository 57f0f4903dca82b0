"""Be the process that has the libraries loaded, and become a program of Python each time one is asked for: SOCKET."""

import gc
import importlib
import io
import json
import os
import runpy
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from typing import Any

LIBRARIES = (
    *("aiohttp", "alembic.command", "asyncssh", "botocore.session", "filelock", "google.auth", "httptools", "httpx"),
    *("jinja2", "jmespath", "numpy", "orjson", "phonenumbers", "pydantic_settings", "pygal", "re2", "rich.live"),
    *("rich.progress", "rich.table", "ruamel.yaml", "soundfile", "sqlalchemy.dialects.postgresql", "sqlmodel"),
    *("sqlalchemy.dialects.sqlite", "starlette.applications", "structlog", "tinytag", "typer", "uvicorn", "uvloop"),
)
"""Libraries alone: of the package itself every program loads everything anew, as it does when started otherwise."""
STREAMS = 3


def serve(asked: socket.socket) -> dict[str, Any] | None:
    """Fork for every request; give the request in the child, and None once nobody can ask any more."""
    running: dict[int, int] = {}
    signal.signal(signal.SIGCHLD, lambda *_: reap(running))
    while True:
        message, handed, _, _ = socket.recv_fds(asked, 1 << 20, STREAMS + 1)
        if not message:
            return None
        # A child that ends at once must be known by then.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = os.fork()
        if pid == 0:
            asked.close()
            for one in (*running.values(), handed[STREAMS]):
                os.close(one)
            become(request := json.loads(message), handed[:STREAMS])
            return request
        running[pid] = handed[STREAMS]
        for one in handed[:STREAMS]:
            os.close(one)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
        asked.send(str(pid).encode())


def reap(running: dict[int, int]) -> None:
    """Tell of each child that has ended the exit code to the one who asked for it."""
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            pid, status = ended
            told = running.pop(pid)
            with suppress(BrokenPipeError):
                os.write(told, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(told)


def become(request: dict[str, Any], streams: list[int]) -> None:
    """Make the process what a new one would be: its streams, folder, environment and signals."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    for number, one in enumerate(streams):
        os.dup2(one, number)
        os.close(one)
    sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(0, closefd=False)))
    sys.stdout, sys.stderr = output(1, "strict"), output(2, "backslashreplace")
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    sys.path[0] = request["cwd"]
    sys.argv[:] = ["-m", *request["words"]]


def output(number: int, errors: str) -> io.TextIOWrapper:
    """Give the text stream that Python opens over one of its outputs."""
    at_once = bool(os.environ.get("PYTHONUNBUFFERED"))
    raw = io.BufferedWriter(io.FileIO(number, "w", closefd=False))
    return io.TextIOWrapper(raw, errors=errors, line_buffering=number == STREAMS - 1, write_through=at_once)


def main() -> None:
    """Load, say so, and wait to be asked."""
    asked = socket.socket(fileno=int(sys.argv[1]))
    # An interruption is meant for who asks; when he has ended, this ends too.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for name in LIBRARIES:
        with suppress(ModuleNotFoundError):
            importlib.import_module(name)
    threads = threading.active_count()
    assert threads == 1, "what has threads cannot be forked"
    # What is never collected is never copied for a child either.
    gc.collect()
    gc.freeze()
    asked.send(b"ready")
    if (request := serve(asked)) is not None:
        asked.detach()
        runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
