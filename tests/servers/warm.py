"""Start commands from a process that has the libraries loaded: each is a process of its own, half a second sooner."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

__all__ = ["Running", "Starter", "running_starter"]

PROGRAM = Path(__file__).with_name("warm_program.py")
READ_AT_START = ("PYTHON", "LD_", "LANG", "LC_", "SSL_", "OPENSSL_", "FAKETIME", "MALLOC_")
"""What a program, or a library while it loads, reads of its environment once and for all."""


class Running:
    """A started program, to be asked and told what asyncio's own processes can."""

    def __init__(self, pid: int, ended: asyncio.StreamReader) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdout = asyncio.StreamReader()
        self.stderr = asyncio.StreamReader()
        self._ended = ended

    async def wait(self) -> int:
        told = await self._ended.read()
        if told:
            self.returncode = int(told)
        assert self.returncode is not None, "the process that starts the programs is gone"
        return self.returncode

    async def communicate(self) -> tuple[bytes, bytes]:
        out, err, _ = await asyncio.gather(self.stdout.read(), self.stderr.read(), self.wait())
        return out, err

    def send_signal(self, number: int) -> None:
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Starter:
    """The way to the process that has the libraries loaded."""

    def __init__(self, asked: socket.socket) -> None:
        self._asked = asked
        self._own = read_at_start(os.environ)

    def is_alike(self, environment: Mapping[str, str]) -> bool:
        """Say whether a program with that environment loads its libraries as the waiting process did."""
        return read_at_start(environment) == self._own

    async def start(self, module: str, *words: str, cwd: Path, environment: Mapping[str, str]) -> Running:
        """Run `python -m MODULE WORDS` in a process of its own, its output in pipes, nothing to read for it."""
        request = {"module": module, "words": words, "cwd": str(cwd), "environment": dict(environment)}
        pipes = [os.pipe() for _ in range(3)]
        with open(os.devnull, "rb") as nothing:  # noqa: ASYNC230, PTH123 - it is no file that is read
            handed = [nothing.fileno(), *(write for _, write in pipes)]
            socket.send_fds(self._asked, [json.dumps(request).encode()], handed)
        for _, write in pipes:
            os.close(write)
        told = self._asked.recv(100)
        assert told, "the process that starts the programs is gone"
        out, err, ended = pipes
        process = Running(int(told), await reader(ended[0]))
        process.stdout, process.stderr = await reader(out[0]), await reader(err[0])
        return process


async def reader(pipe: int) -> asyncio.StreamReader:
    stream = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(stream)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(pipe, "rb", 0))
    return stream


def read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(READ_AT_START)}


@contextmanager
def running_starter() -> Iterator[Starter]:
    """Load the libraries in a process of its own, and end it with the block."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with (
        ours,
        its,
        subprocess.Popen([sys.executable, str(PROGRAM), str(its.fileno())], pass_fds=[its.fileno()]) as process,
    ):
        try:
            its.close()
            assert ours.recv(100) == b"ready"
            yield Starter(ours)
        finally:
            ours.close()
            process.wait()
