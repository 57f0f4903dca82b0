"""Run the rehearsal as its users do: as a program of its own that is started, killed and started again."""

import contextlib
import os
import signal
import socket
import subprocess
import sys

import httpx
import psutil
import pytest

BODY = {
    "externalIdentity": "acme-call-1",
    "agentId": "9",
    "agentName": "Agent Two",
    "agentEmail": "agent.two@example.com",
    "dateTime": "2026-03-23T20:12:51Z",
    "subject": "Orders",
    "customer": "+15550100100",
}
REQUEST = b"PUT /v1/case HTTP/1.1\r\nHost: localhost\r\nAuthorization: sandbox\r\nContent-Length: 2\r\n\r\n{}"
PIECE = os.urandom(1 << 20)
MEGABYTES = 200


@contextlib.contextmanager
def program(*words, ends_by=signal.SIGTERM):
    """Start the command, give its process and a client, and end it with this signal."""
    command = [sys.executable, "-m", "connector", "sandbox", "--port", "0", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        assert line.startswith("sandbox listening on http://127.0.0.1:"), process.stderr.read()
        with httpx.Client(base_url=line.split()[-1], headers={"Authorization": "sandbox"}, timeout=60) as client:
            yield process, client
        process.send_signal(ends_by)
        process.wait(10)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()


@pytest.mark.parametrize("ends_by", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_listens_and_ends_cleanly(ends_by):
    """One line names the address; either signal ends it with 0, silently, an unanswered client or not."""
    with program("--faults", "commit-timeout=100%", ends_by=ends_by) as (process, client):
        with pytest.raises(httpx.ReadTimeout):
            client.post("/v3/conversation", json=BODY, timeout=0.2)
        stuck = socket.create_connection(("127.0.0.1", client.base_url.port))
        stuck.sendall(REQUEST)
        assert 1 == len(client.get("/_sandbox/conversations").json())
        process.send_signal(ends_by)
        out, err = process.communicate(timeout=10)
    stuck.close()
    assert (0, "", "") == (process.returncode, out, err)


def test_it_remembers_what_it_answered_for(tmp_path):
    """After kill -9 a sandbox on the same folder knows every conversation, recording and case that it said yes to."""
    message = {
        "messageUid": "1",
        "created": "2026-02-03T09:41:06Z",
        "direction": "Inbound",
        "from": {"name": "Ida", "email": "ida@example.org"},
        "to": [{"name": "Bo", "email": "bo@acme.example"}],
        "text": "Hello",
    }
    case = {"caseUid": "c1", "source": "x", "created": "2026-02-03T08:50:11Z", "updated": "2026-02-03T08:50:11Z"}
    with program("--keep", str(tmp_path), ends_by=signal.SIGKILL) as (_, client):
        uid = client.post("/v3/conversation", json=BODY).json()["uid"]
        client.post(f"/v1/audio/{uid}", files={"data": ("a.wav", b"RIFF0000WAVE")})
        client.put("/v1/case/messages", json={**case, "subject": "s", "message": message})
        before = [client.get(f"/_sandbox/{what}").json() for what in ("conversations", "audio", "cases")]
    assert b"RIFF0000WAVE" == (tmp_path / "audio" / f"{uid}.wav").read_bytes()
    with program("--keep", str(tmp_path)) as (_, client):
        after = [client.get(f"/_sandbox/{what}").json() for what in ("conversations", "audio", "cases")]
        assert 409 == client.post("/v3/conversation", json=BODY).status_code
    assert before == after
    assert [1, 1, 1] == [len(one) for one in after]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--faults", "429=5"], "write 429=5%:retry=2"),
        (["--switch", "colour=red"], "is not a switch of the sandbox"),
        (["--token", ""], "the sandbox needs a token"),
        (["--port", "70000"], "there is no port 70000"),
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1:0"),
    ],
)
def test_wrong_words_start_nothing(words, says):
    """A word that does not fit ends it with 2 and the remedy on standard error."""
    command = [sys.executable, "-m", "connector", "sandbox", "--port", "0", *words]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (2, "") == (ended.returncode, ended.stdout)
    assert says in " ".join(ended.stderr.split())


def test_a_taken_port_is_named():
    """A port that somebody else listens on is a mistake to mend."""
    with program() as (_, client):
        command = [sys.executable, "-m", "connector", "sandbox", "--port", str(client.base_url.port)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert 2 == ended.returncode
    assert "0 takes a free one" in " ".join(ended.stderr.split())


@pytest.mark.slow
@pytest.mark.parametrize("keeps", [False, True], ids=["dropped", "kept"])
def test_a_large_upload_takes_no_memory(tmp_path, keeps):
    """200 MB go through in constant memory, with and without a folder, and come out with their hash."""
    with program(*(["--keep", str(tmp_path)] if keeps else [])) as (process, client):
        uid = client.post("/v3/conversation", json=BODY).json()["uid"]
        client.post("/v1/audio/none", files={"data": ("a.wav", b"RIFF0000WAVE")})
        before = psutil.Process(process.pid).memory_info().rss
        head = b'--b\r\nContent-Disposition: form-data; name="data"; filename="a.wav"\r\n\r\nRIFF0000WAVE'
        pieces = [head, *[PIECE] * MEGABYTES, b"\r\n--b--\r\n"]
        answer = client.post(
            f"/v1/audio/{uid}", content=iter(pieces), headers={"Content-Type": "multipart/form-data; boundary=b"}
        )
        assert 200 == answer.status_code
        assert psutil.Process(process.pid).memory_info().rss - before < 20_000_000
        (kept,) = client.get("/_sandbox/audio").json()
    assert 12 + MEGABYTES * len(PIECE) == kept["size_bytes"]
    assert keeps == (tmp_path / "audio" / f"{uid}.wav").exists()
