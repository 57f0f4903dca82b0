"""Start a program that listens on a port, and stop it whatever happens."""

import random
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

__all__ = ["free_port", "refusing_port", "running_child"]

STARTED_SECONDS = 20
STOPPED_SECONDS = 10
TAIL_CHARACTERS = 2000
PORTS = range(20000, 32000)


def free_port() -> int:
    """Give a port of this machine that nobody listens on.

    It lies below those that the system hands out by itself (from 32768 on Linux): one of those could be given to any
    connection before the server that is about to start takes it.
    """
    for port in random.sample(PORTS, len(PORTS)):
        if is_bindable(port):
            return port
    message = f"no port of {PORTS.start} to {PORTS.stop - 1} is free"
    raise OSError(message)


def is_bindable(port: int) -> bool:
    """Say whether a server could listen on the port."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextmanager
def refusing_port() -> Iterator[int]:
    """Hold a port on which every connection is refused, until the end of the block: nobody else can take it."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        yield port


@contextmanager
def running_child(command: Sequence[str], port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the program from when it listens until the end of the block; what it says goes into the log."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            _wait(process, port, log)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(STOPPED_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + STARTED_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"the program did not start: {log.read_text(errors='replace')[-TAIL_CHARACTERS:]}")
