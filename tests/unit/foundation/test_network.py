import os
import ssl

import pytest

from connector.errors import ConfigurationError
from connector.network import is_loopback, proxy_for, trust
from tests.servers.tls import make_certificate


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


def test_trust_of_a_file_that_holds_no_certificate(tmp_path):
    """A file of authorities that is none, or is not there, is a configuration error that names the setting."""
    path = tmp_path / "ca.pem"
    with pytest.raises(ConfigurationError, match="CONNECTOR_CA_FILE"):
        trust(path)
    path.write_text("no certificate")
    with pytest.raises(ConfigurationError, match="CONNECTOR_CA_FILE"):
        trust(path)


def test_trust_is_shared_until_its_file_changes(tmp_path):
    """Everybody who trusts the same authorities holds them once; a file that is another by now is read again."""
    first = trust(None)
    assert first is trust(None)
    path = make_certificate(tmp_path).certificate
    before = trust(path)
    assert (True, False) == (before is trust(path), before is first)
    os.utime(path, (1, 1))
    assert before is not trust(path)


def test_trust_checks_names_and_certificates():
    """Without a file the system's authorities are asked, and the certificate must bear the host's name."""
    found = trust(None)
    assert ssl.CERT_REQUIRED == found.verify_mode
    assert found.check_hostname


@pytest.mark.parametrize(
    ("host", "expected"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("10.0.0.1", False), ("a.b", False)]
)
def test_this_machine_is_told_from_others(host, expected):
    """Only loopback addresses and localhost are this machine."""
    assert expected == is_loopback(host)
