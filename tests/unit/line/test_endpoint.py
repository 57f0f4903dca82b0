import pytest

from connector.errors import ConfigurationError
from connector.line import read_endpoint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://Storage.Example.com/", "https://storage.example.com"),
        ("https://host:443/root/", "https://host/root"),
        ("https://host:8443", "https://host:8443"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("http://[::1]:80", "http://[::1]"),
        ("http://minio:9000", "http://minio:9000"),
    ],
)
def test_endpoints(text, expected):
    """An endpoint is taken as clients name it: small, without the usual port and the closing slash."""
    assert expected == read_endpoint(text, secret=True)


@pytest.mark.parametrize(
    "text",
    [
        "storage.example.com",
        "ftp://host",
        "https://",
        "https://u:hidden@host",
        "https://host?x=hidden",
        "https://h:port",
    ],
)
def test_endpoints_that_are_none(text):
    """What is no address is a mistake of the field; nothing of it is repeated."""
    with pytest.raises(ConfigurationError, match=r"options\.endpoint") as caught:
        read_endpoint(text, secret=False)
    assert "hidden" not in str(caught.value)


def test_a_secret_does_not_go_out_in_the_open():
    """Where each request carries a secret that opens the bucket, plain http to another network is a mistake."""
    with pytest.raises(ConfigurationError, match="https://"):
        read_endpoint("http://storage.example.com", secret=True)
    assert "http://minio.example.com:9000" == read_endpoint("http://minio.example.com:9000", secret=False)
