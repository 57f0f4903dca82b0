import pytest

from connector.delivery.address import base_url, checked_token
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
