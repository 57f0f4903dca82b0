import asyncio
import socket
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from connector.errors import StopError
from connector.line import Line
from connector.storage.bucket.google_consent import Client, get_refresh_token
from tests.servers.gcs import CLIENT_ID, CLIENT_SECRET


class Browser:
    """Open what is shown, as a person does, and keep what the person then sees."""

    def __init__(self, *, visit=None) -> None:
        self.seen: list[httpx.Response] = []
        self.address = ""
        self._visit = visit or self._consent
        self._tasks: list[asyncio.Task[None]] = []

    def show(self, address: str) -> None:
        self.address = address
        self._tasks.append(asyncio.get_running_loop().create_task(self._visit(self)))

    @staticmethod
    async def _consent(browser: "Browser") -> None:
        await browser.get(browser.address)

    async def get(self, address: str) -> None:
        async with httpx.AsyncClient(trust_env=False, follow_redirects=True) as client:
            self.seen.append(await client.get(address))

    @property
    def asked(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.address).query).items()}


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with Line() as found:
        yield found


@pytest.fixture
def client(gcs_server) -> Client:
    front = gcs_server.front.address
    return Client(CLIENT_ID, CLIENT_SECRET, f"{front}/auth", f"{front}/token")


async def test_a_wrong_client_gets_nothing(client, line):
    """A client secret that Google does not know ends with an error that names it and not its value."""
    wrong = Client(client.client_id, "wrong-secret", client.auth_uri, client.token_uri)
    with pytest.raises(StopError, match=r"no refresh token \(invalid_client\).*client secret") as caught:
        await get_refresh_token(wrong, line, Browser().show)
    assert "wrong-secret" not in str(caught.value)


async def test_consent_brings_a_token(client, line):
    """One yes in the browser brings the refresh token, and the person is told that the window can be closed."""
    browser = Browser()
    assert "refresh-of-consent" == await get_refresh_token(client, line, browser.show)
    await asyncio.gather(*browser._tasks)
    assert "You can close this window" in browser.seen[0].text
    assert "https://www.googleapis.com/auth/devstorage.read_only" == browser.asked["scope"]
    assert ("S256", "offline", "consent") == (
        browser.asked["code_challenge_method"],
        browser.asked["access_type"],
        browser.asked["prompt"],
    )
    assert browser.asked["redirect_uri"].startswith("http://127.0.0.1:")


async def test_a_stranger_is_turned_away(client, line):
    """Who comes to the landing place without the login's own mark is turned away, and the login goes on."""

    async def visit(browser: Browser) -> None:
        back = browser.asked["redirect_uri"]
        await browser.get(f"{back}?code=stolen&state=guessed")
        await browser.get(f"{back}?code=stolen")
        await browser.get(browser.address)

    browser = Browser(visit=visit)
    assert "refresh-of-consent" == await get_refresh_token(client, line, browser.show)
    await asyncio.gather(*browser._tasks)
    assert [400, 400, 200] == [page.status_code for page in browser.seen]


async def test_a_stolen_code_is_worth_nothing(client, line, gcs_server):
    """A code that somebody else asked for does not fit this login's verifier."""

    async def visit(browser: Browser) -> None:
        asked = browser.asked
        gcs_server.front.codes["code-2"] = f"challenge-of-another {asked['redirect_uri']}"
        await browser.get(f"{asked['redirect_uri']}?code=code-2&state={asked['state']}")

    with pytest.raises(StopError, match=r"no refresh token \(invalid_grant\)"):
        await get_refresh_token(client, line, Browser(visit=visit).show)


async def test_a_person_who_says_no(client, line):
    """A refused consent ends the login with words that say so."""

    async def visit(browser: Browser) -> None:
        asked = browser.asked
        await browser.get(f"{asked['redirect_uri']}?error=access_denied&state={asked['state']}")

    browser = Browser(visit=visit)
    with pytest.raises(StopError, match="no consent was given"):
        await get_refresh_token(client, line, browser.show)


async def test_nobody_comes(client, line):
    """A login that nobody completes ends after its time."""
    with pytest.raises(StopError, match="nobody gave consent in time"):
        await get_refresh_token(client, line, lambda _address: None, wait_seconds=0.05)


async def test_a_port_that_is_taken(client, line):
    """A port that somebody listens on already is named, with the remedy."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StopError, match=rf"the port {port} is taken.*--port"):
            await get_refresh_token(client, line, lambda _address: None, port=port)


async def test_an_answer_that_is_none(client, line, gcs_server):
    """A token server that answers with something else ends the login with an error."""
    gcs_server.front.token_answers = [{"status": 200, "body": ["no", "token"]}]
    with pytest.raises(StopError, match="gives no refresh token"):
        await get_refresh_token(client, line, Browser().show)
