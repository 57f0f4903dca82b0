"""Answer each request once its body is appended to a file that waited for the disk: the least an intake can do.

    python tests/benchmarks/intake_limit.py /tmp/bodies

A bare application under the service's own HTTP server, one group commit under way at a time; nothing is looked at,
checked or remembered. Prints its address on the first line of standard output.
"""

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import uvicorn
import uvloop


class Log:
    """A file to which the bodies of many requests are appended with one wait for the disk."""

    def __init__(self, path: Path) -> None:
        self.descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self.is_busy = False
        self.thread = ThreadPoolExecutor(1)

    async def append(self, body: bytes) -> None:
        """Return once the disk has the body."""
        done = asyncio.get_running_loop().create_future()
        self.waiting.append((body, done))
        if not self.is_busy:
            self.is_busy = True
            asyncio.get_running_loop().call_soon(self.submit)
        await done

    def submit(self) -> None:
        group, self.waiting = self.waiting, []
        self.is_busy = bool(group)
        if group:
            written = asyncio.get_running_loop().run_in_executor(self.thread, self.write, [body for body, _ in group])
            written.add_done_callback(lambda _: self.release(group))

    def write(self, bodies: list[bytes]) -> None:
        os.writev(self.descriptor, bodies[:1000])
        os.fdatasync(self.descriptor)

    def release(self, group: list[tuple[bytes, asyncio.Future[None]]]) -> None:
        for _, done in group:
            done.set_result(None)
        self.submit()


async def serve(path: Path) -> None:
    """Serve until the process is told to end."""
    log = Log(path)

    async def application(_scope, receive, send):
        body, more = b"", True
        while more:
            event = await receive()
            body += event["body"]
            more = event["more_body"]
        await log.append(body)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"{}"})

    config = uvicorn.Config(application, port=0, http="httptools", lifespan="off", ws="none", log_config=None)
    listener = config.bind_socket()
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    await uvicorn.Server(config).serve(sockets=[listener])


if __name__ == "__main__":
    uvloop.run(serve(Path(sys.argv[1])))
