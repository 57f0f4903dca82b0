"""Send ready-made bytes of every session over kept connections with sendfile: the most this machine can do.

    python tests/benchmarks/limit.py /tmp/sessions --url http://127.0.0.1:8787 --connections 16

Nothing is parsed, mapped, hashed or remembered; one thread per connection. Prints the same figures as naive_loop.py.
"""

import argparse
import json
import os
import resource
import socket
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

CLOSING = b"\r\n--b--\r\n"


def send(folder: Path, files: list[Path], host: str, port: int) -> None:
    """Send these sessions over one connection."""
    with socket.create_connection((host, port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for metadata in files:
            size = metadata.stat().st_size
            _request(connection, "/v3/conversation", "application/json", metadata, size, b"", b"")
            audio = folder / "call_recording" / f"{metadata.stem}.wav"
            opening = b'--b\r\nContent-Disposition: form-data; name="data"; filename="a.wav"\r\n\r\n'
            kind = "multipart/form-data; boundary=b"
            _request(connection, "/v1/audio/x", kind, audio, audio.stat().st_size, opening, CLOSING)


def _request(
    connection: socket.socket, path: str, kind: str, file: Path, size: int, before: bytes, after: bytes
) -> None:
    length = len(before) + size + len(after)
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    connection.sendall(head.encode() + before)
    with file.open("rb") as stream:
        offset = 0
        while offset < size:
            offset += os.sendfile(connection.fileno(), stream.fileno(), offset, size - offset)
    if after:
        connection.sendall(after)
    _answer(connection)


def _answer(connection: socket.socket) -> None:
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(4096)
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(4096)


def main() -> None:
    """Read the arguments, send, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", required=True)
    parser.add_argument("--connections", type=int, default=16)
    arguments = parser.parse_args()
    parts = urlsplit(arguments.url)
    files = sorted(arguments.folder.glob("metadata/call-*.json"))
    began, usage = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    threads = [
        threading.Thread(
            target=send,
            args=(arguments.folder, files[at :: arguments.connections], parts.hostname, parts.port),
        )
        for at in range(arguments.connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds, used = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime - usage.ru_utime - usage.ru_stime
    figures = {"sessions": len(files), "seconds": seconds, "sessions_per_second": len(files) / seconds}
    print(json.dumps({**figures, "cpu_microseconds_per_session": cpu / max(len(files), 1) * 1e6}))


if __name__ == "__main__":
    main()
