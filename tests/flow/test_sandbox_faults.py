"""Meet every fault of the rehearsal as its clients do: over real sockets."""

import asyncio
import contextlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import perf_counter

import httpx
import pytest

from connector.sandbox import SandboxOptions, running

BODY = {
    "agentId": "9",
    "agentName": "Agent Two",
    "agentEmail": "agent.two@example.com",
    "dateTime": "2026-03-23T20:12:51Z",
    "subject": "Orders",
    "customer": "+15550100100",
}
WAV = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(200_000)


@pytest.fixture
async def meet():
    """Give a function that starts a rehearsal with faults and gives a client of it, until the test is over."""
    async with contextlib.AsyncExitStack() as stack:

        async def begin(faults="", **options):
            url = await stack.enter_async_context(running(SandboxOptions(port=0, faults=faults, **options)))
            headers = {"Authorization": "sandbox"}
            return await stack.enter_async_context(httpx.AsyncClient(base_url=url, headers=headers, timeout=10))

        yield begin


def create(client, identity, **options):
    """Send a create."""
    return client.post("/v3/conversation", json={**BODY, "externalIdentity": identity}, **options)


def upload(client, uid):
    """Send a recording."""
    return client.post(f"/v1/audio/{uid}", files={"data": ("a.wav", WAV, "audio/wav")})


async def known(client):
    """Give the external identities that were kept."""
    return [one["externalIdentity"] for one in (await client.get("/_sandbox/conversations")).json()]


async def requests_when_over(client, count):
    """Give the log once that many requests are over."""
    for _ in range(500):
        if len(logged := (await client.get("/_sandbox/requests")).json()) >= count:
            return logged
        await asyncio.sleep(0.01)
    raise AssertionError("the requests do not end")


async def outcome(request):
    """Give the status of a request, or the name of the error that its sender saw."""
    try:
        return (await request).status_code
    except httpx.TransportError as error:
        return type(error).__name__


async def test_too_many_requests_come_before_the_work(meet):
    """A 429 has its Retry-After in seconds, and nothing was kept."""
    client = await meet("429=100%:retry=2")
    answer = await create(client, "a")
    assert (429, "2") == (answer.status_code, answer.headers["retry-after"])
    assert [] == await known(client)


async def test_retry_after_can_be_a_date(meet):
    """With retry-date the header is an HTTP date that many seconds ahead."""
    client = await meet("429=100%:retry-date=90")
    answer = await create(client, "a")
    ahead = parsedate_to_datetime(answer.headers["retry-after"]) - datetime.now(UTC)
    assert 90 == pytest.approx(ahead.total_seconds(), abs=3)


async def test_retry_after_can_be_missing(meet):
    """Without retry a 429 says nothing about when to come back."""
    client = await meet("429=100%")
    assert "retry-after" not in (await create(client, "a")).headers


async def test_an_error_can_come_before_or_after_the_commit(meet):
    """500 keeps nothing; 500-after-commit keeps it and says 500 all the same."""
    client = await meet("500=100%")
    assert (500, []) == (await outcome(create(client, "a")), await known(client))
    client = await meet("500-after-commit=100%")
    assert (500, ["a"]) == (await outcome(create(client, "a")), await known(client))


async def test_a_commit_timeout_keeps_the_work_and_never_answers(meet):
    """The client runs into its own time-out, and a second create would find the first."""
    client = await meet("commit-timeout=100%")
    started = perf_counter()
    assert "ReadTimeout" == await outcome(create(client, "a", timeout=0.3))
    assert 0.3 <= perf_counter() - started
    assert ["a"] == await known(client)
    await client.post("/_sandbox/faults", content="")
    assert 409 == await outcome(create(client, "a"))


async def test_a_client_that_waits_forever_is_cut_off(meet):
    """After its longest wait the rehearsal resets the connection."""
    client = await meet("commit-timeout=100%", hang_seconds=0.2)
    assert await outcome(create(client, "a")) in {"ReadError", "RemoteProtocolError"}
    assert ["a"] == await known(client)


async def test_an_upload_without_an_answer_is_kept(meet):
    """A commit time-out on an upload leaves the recording there; sending it again is refused."""
    client = await meet("")
    uid = (await create(client, "a")).json()["uid"]
    await client.post("/_sandbox/faults", content="commit-timeout=100%")
    client.timeout = httpx.Timeout(0.5)
    assert "ReadTimeout" == await outcome(upload(client, uid))
    await client.post("/_sandbox/faults", content="")
    assert 409 == await outcome(upload(client, uid))
    (kept,) = (await client.get("/_sandbox/audio")).json()
    assert (len(WAV), 1, 1) == (kept["size_bytes"], kept["uploads"], kept["refused_uploads"])


async def test_resets_fall_on_both_sides_of_the_commit(meet):
    """Every request is cut off; some had been carried out and some had not."""
    client = await meet("reset=100%,seed=5")
    seen = {await outcome(create(client, f"c{n}")) for n in range(30)}
    assert seen <= {"ReadError", "RemoteProtocolError", "WriteError"}
    assert 5 < len(await known(client)) < 25


async def test_resets_of_uploads_keep_all_or_nothing(meet):
    """A recording whose upload was reset is there whole or not at all."""
    client = await meet("")
    uids = [(await create(client, f"c{n}")).json()["uid"] for n in range(20)]
    await client.post("/_sandbox/faults", content="reset=100%,seed=5")
    for uid in uids:
        assert isinstance(await outcome(upload(client, uid)), str)
    kept = (await client.get("/_sandbox/audio")).json()
    assert 2 < len(kept) < 18
    assert {len(WAV)} == {one["size_bytes"] for one in kept}


async def test_a_reset_is_a_real_one(meet):
    """The operating system tells the client that the connection was reset, not merely closed."""
    client = await meet("reset=100%,seed=5")
    head = b"POST /v3/conversation HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: sandbox\r\nContent-Length: 50\r\n\r\n"
    seen = []
    for _ in range(4):
        reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        writer.write(head + b"{" + b" " * 49)
        try:
            await reader.read()
        except ConnectionResetError:
            seen.append("reset")
        writer.close()
        with contextlib.suppress(ConnectionResetError):
            await writer.wait_closed()
    assert ["reset"] * 4 == seen


async def test_latency_delays_every_answer(meet):
    """Ten requests at once wait side by side, each for the latency."""
    client = await meet("latency=200ms")
    started = perf_counter()
    assert [200] * 10 == list(await asyncio.gather(*(outcome(create(client, f"c{n}")) for n in range(10))))
    assert 0.2 <= perf_counter() - started < 1.5


async def test_a_seed_gives_the_same_story_over_the_wire(meet):
    """Two rehearsals with one seed treat the same requests alike, and the log names the faults."""
    stories = []
    for _ in range(2):
        client = await meet("429=20%,500=20%,reset=20%,seed=11")
        stories.append([await outcome(create(client, f"c{n}")) for n in range(40)])
        log = (await client.get("/_sandbox/requests")).json()
        named = [one["fault"] for one in log]
        assert {None, "429", "500", "reset"} == set(named)
        assert all(one["status"] is None for one in log if one["fault"] == "reset")
    assert stories[0] == stories[1]


async def test_faults_leave_the_sandboxs_own_pages_alone(meet):
    """The read-back works under every fault, and a wrong token is 401 before any of them."""
    client = await meet("reset=100%")
    assert 200 == await outcome(client.get("/_sandbox/conversations"))
    assert 200 == await outcome(client.get("/"))
    assert 401 == await outcome(client.post("/v3/conversation", headers={"Authorization": "wrong"}))


@pytest.mark.parametrize("ending", ["close", "reset"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.99999])
async def test_half_an_upload_leaves_nothing(meet, tmp_path, ending, share):
    """An upload that breaks off in mid-body leaves no recording, no file and no count; the next one is taken."""
    client = await meet("", keep=tmp_path)
    uid = (await create(client, "a")).json()["uid"]
    request = client.build_request("POST", f"/v1/audio/{uid}", files={"data": ("a.wav", WAV)})
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    body = request.read()
    _, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
    writer.write(f"POST /v1/audio/{uid} HTTP/1.1\r\n{head}\r\n".encode() + body[: int(len(body) * share)])
    await writer.drain()
    if ending == "close":
        writer.close()
    else:
        writer.transport.abort()
    logged = await requests_when_over(client, 2)
    assert ("the client went away", None) == (logged[1]["fault"], logged[1]["status"])
    assert [] == (await client.get("/_sandbox/audio")).json()
    assert [] == list((tmp_path / "audio").iterdir())
    assert 200 == await outcome(upload(client, uid))
