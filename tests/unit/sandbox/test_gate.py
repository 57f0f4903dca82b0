"""Check who is let in, and that the log of requests never holds a token."""

import httpx
import pytest

RIGHT = [
    ({"headers": {"Authorization": "sandbox"}}, 400),
    ({"params": {"api-token": "sandbox"}}, 400),
]
WRONG = [
    {},
    {"headers": {"Authorization": ""}},
    {"headers": {"Authorization": "Sandbox"}},
    {"headers": {"Authorization": "Bearer sandbox"}},
    {"headers": {"Authorization": "sandbox2"}},
    {"headers": {"Authorization": "wrong"}, "params": {"api-token": "sandbox"}},
    {"headers": {"X-Api-Token": "sandbox"}},
    {"params": {"api-token": "wrong"}},
    {"params": {"api_token": "sandbox"}},
    {"headers": {"Authorization": b"\xff\xfe"}},
]


@pytest.mark.parametrize(("shown", "status"), RIGHT)
def test_the_bare_token_opens(strict_url, shown, status):
    """The token is taken bare, from the header or the query."""
    assert status == httpx.post(f"{strict_url}/v3/conversation", json={}, **shown).status_code


@pytest.mark.parametrize("shown", WRONG, ids=str)
def test_anything_else_is_401(strict_url, shown):
    """A missing, wrong or prefixed token is answered 401 on every call, before the body counts."""
    for method, path in (("POST", "/v3/conversation"), ("POST", "/v1/audio/x"), ("PUT", "/v1/case"), ("GET", "/nix")):
        answer = httpx.request(method, strict_url + path, content=b"x" * 300_000, **shown)
        assert (401, "the token is missing or wrong") == (answer.status_code, answer.text)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v3/conversation", 405), ("PUT", "/v3/conversation", 405), ("POST", "/v4/conversation", 404)],
)
def test_other_paths_and_methods_do_not_exist(api, method, path, status):
    """What is not documented is not there."""
    assert status == api.request(method, path).status_code


async def test_every_request_is_logged_without_its_token(start, v3):
    """The log tells method, path, status and time of each request, the sandbox's own pages aside."""
    rehearsal = await start(token="top-secret-token")
    async with httpx.AsyncClient(base_url=rehearsal.url) as stranger:
        headers = {"Authorization": "top-secret-token"}
        await stranger.post("/v3/conversation", json=v3, headers=headers)
        await stranger.post("/v3/conversation?api-token=top-secret-token", json={})
        await stranger.post("/v1/audio/x", headers={"Authorization": "Bearer top-secret-token"})
        link = await stranger.post(
            "/v1/dev/magic-link", json={"name": "a", "email": "b", "reasonForAccess": "c"}, headers=headers
        )
        await stranger.get(link.json()["url"] + "/api/stats")
        log = await stranger.get("/_sandbox/requests")
        details = [(await stranger.get(f"/?request={one['id']}")).text for one in log.json()]
    assert [
        ("POST", "/v3/conversation", 200),
        ("POST", "/v3/conversation", 400),
        ("POST", "/v1/audio/x", 401),
        ("POST", "/v1/dev/magic-link", 200),
        ("GET", "/dev/…/api/stats", 200),
    ] == [(one["method"], one["path"], one["status"]) for one in log.json()]
    assert all(one["duration_ms"] >= 0 for one in log.json())
    for text in (log.text, *details):
        assert "top-secret-token" not in text
        assert link.json()["url"].rpartition("/")[2] not in text


async def test_the_log_forgets_the_oldest_bodies_but_not_their_requests(start):
    """Of 510 requests all are listed and the newest 500 are remembered in full."""
    rehearsal = await start()
    for _ in range(510):
        await rehearsal.api.get("/nix")
    log = await rehearsal.got("requests")
    assert 510 == len(log)
    oldest, newest = [(await rehearsal.api.get(f"/?request={log[index]['id']}")).text for index in (0, -1)]
    assert "What it carried is no longer remembered" in oldest
    assert "user-agent" in newest
