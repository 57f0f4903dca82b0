"""Put what goes wrong on the way to a server into words that tell what to do."""

from http import HTTPStatus
from typing import NamedTuple

import aiohttp

from connector.errors import StorageUnreachableError, TryAgainError

__all__ = ["trouble_of"]

_NETWORK = "see whether the network, a firewall or a proxy lets the connector through"


class _Words(NamedTuple):
    kind: type[Exception]
    message: str
    hint: str
    heals: bool = True


# The first row that fits speaks: a kind stands before those it belongs to.
_TABLE = (
    _Words(
        aiohttp.ClientConnectorCertificateError,
        "the certificate of {host} is not trusted",
        "name the authority that signed it in CONNECTOR_CA_FILE",
        heals=False,
    ),
    _Words(
        aiohttp.ClientConnectorSSLError,
        "no encrypted connection to {host} can be made",
        "see whether the address is right and speaks https, and what stands in between",
        heals=False,
    ),
    _Words(
        aiohttp.ClientConnectorDNSError,
        "the name {host} is not known",
        "correct the address, or look after the name service",
    ),
    _Words(aiohttp.ClientProxyConnectionError, "the proxy on the way to {host} cannot be reached", "see HTTPS_PROXY"),
    _Words(TimeoutError, "{host} does not answer in time", _NETWORK),
    _Words(aiohttp.ClientConnectorError, "no connection to {host} can be made", _NETWORK),
    _Words(Exception, "the connection to {host} broke", _NETWORK),
)


def trouble_of(error: aiohttp.ClientError | OSError, host: str) -> StorageUnreachableError | TryAgainError:
    """Give the error to raise instead: TryAgainError for what may heal by itself.

    It must not be chained: the library's errors carry the request's headers and with them credentials.
    """
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return _refused_by_proxy(error.status, host)
    words = next(row for row in _TABLE if isinstance(error, row.kind))
    kind = TryAgainError if words.heals else StorageUnreachableError
    return kind(words.message.format(host=host), hint=words.hint)


def _refused_by_proxy(status: int, host: str) -> StorageUnreachableError | TryAgainError:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TryAgainError(f"the proxy finds no way to {host} (status {status})", hint="see HTTPS_PROXY")
    message = f"the proxy refuses the way to {host} (status {status})"
    return StorageUnreachableError(message, hint="see HTTPS_PROXY: its address, user and password")
