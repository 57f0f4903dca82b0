import pytest

from connector.delivery.address import base_url, checked_token, proxy_for
from connector.errors import ConfigurationError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://integrations.capturi.ai", "https://integrations.capturi.ai"),
        ("https://integrations.capturi.ai/", "https://integrations.capturi.ai"),
        (" https://gateway.example/capturi/ ", "https://gateway.example/capturi"),
        ("http://127.0.0.1:8787", "http://127.0.0.1:8787"),
        ("http://127.9.9.9", "http://127.9.9.9"),
        ("http://localhost:8787/", "http://localhost:8787"),
        ("http://[::1]:8787", "http://[::1]:8787"),
    ],
)
def test_address(text, expected):
    """An https address, or a plain one on this machine, is taken, without its closing slash."""
    assert expected == base_url(text)


@pytest.mark.parametrize(
    "text",
    [
        "http://integrations.capturi.ai",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://10.0.0.1:8787",
        "http://0.0.0.0:8787",
        "ftp://127.0.0.1",
        "integrations.capturi.ai",
        "https://",
        "https://host:port",
        "https://user:secret@host.example",
        "https://host.example?api-token=secret",
        "https://host.example#secret",
        "",
    ],
)
def test_unsafe_address(text):
    """Any other address is a configuration error that does not repeat what may be a secret in it."""
    with pytest.raises(ConfigurationError, match=r"target\.url") as caught:
        base_url(text)
    assert "secret" not in str(caught.value)


def test_token():
    """The token goes out as it is, without the blanks around it that no header can carry."""
    assert "abc.DEF=" == checked_token(" abc.DEF=\n")


@pytest.mark.parametrize("text", ["", "  ", "to\nken", "tøken", "to\x00ken"])
def test_odd_token(text):
    """A token that cannot stand in a header is a configuration error that does not repeat it."""
    with pytest.raises(ConfigurationError) as caught:
        checked_token(text)
    assert "ken" not in str(caught.value).replace("token", "")


@pytest.fixture
def environment(monkeypatch):
    """Give an environment without any proxy, and a way to name one."""
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch.setenv


@pytest.mark.usefixtures("environment")
def test_no_proxy():
    """Without HTTPS_PROXY the way is direct."""
    assert proxy_for("https://host.example") is None


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_proxy(environment, name):
    """HTTPS_PROXY, or what stands for all, names the proxy; its credentials go into a header."""
    environment(name, "http://user:p%40ss@proxy.example:3128")
    proxy = proxy_for("https://host.example")
    assert "http://proxy.example:3128" == proxy.url
    assert {"Proxy-Authorization": "Basic dXNlcjpwQHNz"} == proxy.headers
    assert "dXNl" not in repr(proxy)


def test_proxy_without_scheme(environment):
    """A proxy named by host and port alone is taken."""
    environment("HTTPS_PROXY", "proxy.example:3128")
    assert ("http://proxy.example:3128", {}) == (
        proxy_for("https://h.example").url,
        proxy_for("https://h.example").headers,
    )


@pytest.mark.parametrize("excepted", ["host.example", ".example", "*"])
def test_exception(environment, excepted):
    """NO_PROXY makes the way direct."""
    environment("HTTPS_PROXY", "http://proxy.example:3128")
    environment("NO_PROXY", excepted)
    assert proxy_for("https://host.example") is None


def test_this_machine_is_reached_directly(environment):
    """A plain address, which lies on this machine, never goes through a proxy."""
    environment("HTTPS_PROXY", "http://proxy.example:3128")
    environment("HTTP_PROXY", "http://proxy.example:3128")
    assert proxy_for("http://127.0.0.1:8787") is None


@pytest.mark.parametrize("address", ["socks5://proxy.example:1080", "http://"])
def test_odd_proxy(environment, address):
    """A proxy of a kind that is not spoken is a configuration error."""
    environment("HTTPS_PROXY", address)
    with pytest.raises(ConfigurationError, match="HTTPS_PROXY"):
        proxy_for("https://host.example")
