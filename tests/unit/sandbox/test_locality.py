"""Check that the sandbox's own pages are for this machine."""

import httpx
import pytest

from connector.sandbox.locality import is_local

ASKED = {
    "by address": ("127.0.0.1", "127.0.0.1:8787", None, True),
    "by name": ("127.0.0.1", "localhost:8787", None, True),
    "over IPv6": ("::1", "[::1]:8787", None, True),
    "from elsewhere": ("192.0.2.7", "127.0.0.1:8787", None, False),
    "by a foreign name": ("127.0.0.1", "rebound.example:8787", None, False),
    "by no name": ("127.0.0.1", "", None, False),
    "by a broken name": ("127.0.0.1", "[::1", None, False),
    "by a foreign page": ("127.0.0.1", "127.0.0.1:8787", "https://evil.example", False),
    "by a page without a name": ("127.0.0.1", "127.0.0.1:8787", "null", False),
    "by the own page": ("127.0.0.1", "127.0.0.1:8787", "http://127.0.0.1:8787", True),
}


@pytest.mark.parametrize(("client", "host", "origin", "allowed"), ASKED.values(), ids=ASKED)
def test_only_this_machine_may_change_things(client, host, origin, allowed):
    """Client, name and origin must all be this machine's."""
    headers = [(b"host", host.encode())] + ([(b"origin", origin.encode())] if origin else [])
    assert allowed == is_local({"client": (client, 5), "headers": headers, "method": "DELETE"})


def test_without_a_client_nothing_is_local():
    """A server that cannot say who asks gets nothing."""
    assert not is_local({"client": None, "headers": [(b"host", b"localhost")], "method": "GET"})


def test_strangers_get_403(strict_url):
    """The read-back and the page are refused to a foreign name, the API is not."""
    for path in ("/", "/_sandbox/conversations", "/_sandbox/requests"):
        assert 403 == httpx.get(strict_url + path, headers={"Host": "rebound.example"}).status_code
    answer = httpx.post(
        f"{strict_url}/v3/conversation", json={}, headers={"Host": "rebound.example", "Authorization": "sandbox"}
    )
    assert 400 == answer.status_code
