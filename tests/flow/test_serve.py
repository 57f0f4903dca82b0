"""Run the service as its users do: as a program of its own, on a real socket, killed at any moment."""

import asyncio
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing

import aiohttp
import httpx
import pytest
from sqlalchemy import text

from connector.clock import SystemClock
from connector.ledger import database, schema
from tests.servers.service import SECRET, running_service, write_project, zendesk_headers

HOOK = "/hooks/zendesk/acme-zendesk"
REQUESTS = 400


@pytest.fixture
def home(tmp_path):
    write_project(tmp_path / "project")
    return tmp_path / "project"


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request, home):
    """Give the address of a ledger of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{home / 'connector.db'}"
    url = request.getfixturevalue("durable_postgresql_server").make_database()
    schema.upgrade(url, SystemClock())
    return url


def stored(url):
    """Give the bodies in the inbox in the order of acceptance."""
    engine = database.connect(url, busy_seconds=5, writes=False)
    with engine.connect() as connection:
        found = [bytes(body) for body in connection.execute(text("SELECT body FROM inbox ORDER BY id")).scalars()]
    engine.dispose()
    return found


async def burst(address, accepted, *, until_killed=None):
    """Send requests over many connections; note each whose success was told."""
    sent = asyncio.Event()

    async def send(client, number):
        body = b'{"caseUid":"%d"}' % number
        headers = zendesk_headers(body, x_zendesk_webhook_invocation_id=str(number))
        try:
            async with client.put(address + HOOK, data=body, headers=headers) as answer:
                if answer.status == 200:
                    accepted.add(body)
        except (aiohttp.ClientError, OSError):
            return
        if until_killed is not None and len(accepted) >= REQUESTS // 4 and not sent.is_set():
            sent.set()
            until_killed()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as client:
        await asyncio.gather(*(send(client, number) for number in range(REQUESTS)))


async def test_a_kill_loses_nothing_that_was_accepted(home, ledger_url):
    """Whatever was answered with 200 before a kill -9 amid a burst is stored, once, and the service starts again."""
    accepted = set()
    environment = {"CONNECTOR_LEDGER": ledger_url}
    with running_service(home, environment=environment) as service:
        await burst(service.address, accepted, until_killed=service.process.kill)
        assert -signal.SIGKILL == service.process.wait(10)
    assert REQUESTS > len(accepted) >= REQUESTS // 4
    kept = stored(ledger_url)
    assert len(kept) == len(set(kept))
    assert accepted <= set(kept)
    with running_service(home, environment=environment) as service:
        await burst(service.address, accepted)
        assert REQUESTS == len(accepted)
    kept = stored(ledger_url)
    assert (REQUESTS, accepted) == (len(kept), set(kept))


def test_it_says_where_it_listens_and_ends_in_order(home):
    """The first line is the address, then each intake's; SIGTERM ends it with 0 after what is under way."""
    with running_service(home) as service:
        lines = [service.process.stdout.readline().strip() for _ in range(5)]
        assert service.address + HOOK in lines
        assert {"status": "ok"} == httpx.get(service.address + "/healthz").json()
        host, port = service.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as slow:
            headers = zendesk_headers(b"{}")
            head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            slow.sendall(f"PUT {HOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n{head}\r\n{{".encode())
            httpx.get(service.address + "/healthz")
            service.process.send_signal(signal.SIGTERM)
            slow.sendall(b"}")
            answer = slow.recv(1000)
        code, out, err = service.end(None)
    assert answer.startswith(b"HTTP/1.1 200")
    assert (0, "", "") == (code, out, err)
    with closing(sqlite3.connect(home / "connector.db")) as book:
        assert [(b"{}",)] == book.execute("SELECT body FROM inbox").fetchall()


def test_a_second_signal_ends_it_at_once(home):
    """Who does not want to wait for a sender that never ends sends the signal again, and gets exit code 1."""
    with running_service(home) as service:
        host, port = service.address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as slow:
            slow.sendall(f"PUT {HOOK} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{".encode())
            httpx.get(service.address + "/healthz")
            service.process.send_signal(signal.SIGTERM)
            with pytest.raises(subprocess.TimeoutExpired):
                service.process.wait(1)
            code, _, _ = service.end()
    assert 1 == code


def run(home, *words):
    command = [sys.executable, "-m", "connector", "--home", str(home), "serve", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_port_that_is_taken_is_told(home):
    """Where another program listens already, nothing is started and the remedy is named."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        ended = run(home, "--port", str(other.getsockname()[1]))
    assert 2 == ended.returncode
    assert "cannot listen on 127.0.0.1:" in ended.stderr
    assert "another --port" in ended.stderr
    assert not (home / "connector.db").exists()


def test_a_folder_with_nothing_to_serve_is_told(tmp_path):
    """Without an intake and without a schedule there is nothing to do, and the way to begin is named."""
    (tmp_path / "jobs").mkdir()
    ended = run(tmp_path)
    assert 2 == ended.returncode
    assert "neither an intake nor a job with a schedule" in ended.stderr


def test_the_mistakes_of_all_intakes_are_told_at_once(home):
    """One wrong intake keeps the service from starting, and every mistake of every file is told with its place."""
    for name in ("acme-zendesk", "acme-open"):
        path = home / "jobs" / f"{name}.yaml"
        path.write_text(path.read_text().replace("tenant: acme", "tenant: acme\ncolour: red").replace("true", "false"))
    (home / "jobs" / "broken.yaml").write_text("job: [")
    ended = run(home)
    assert 2 == ended.returncode
    for said in (
        "acme-zendesk.yaml:3:1: colour: is not a known key",
        "acme-open.yaml:3:1: colour: is not a known key",
        "acme-open.yaml:4:1: source: nothing proves who sends",
        "broken.yaml:1:",
    ):
        assert said in ended.stderr
    assert SECRET not in ended.stderr
