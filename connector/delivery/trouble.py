"""Put what goes wrong on the way to the target into words that tell what to do."""

import os
from http import HTTPStatus
from typing import Final

import aiohttp

from connector.delivery.upload import Upload
from connector.errors import ConnectorError, OutcomeUnknownError, StopError, TargetUnreachableError, TryAgainError

__all__ = ["translated"]

_PROXY: Final = "see HTTPS_PROXY"

# The first row that fits speaks: a kind stands before those it belongs to.
_NAMES: Final[tuple[tuple[type[Exception], str], ...]] = (
    (aiohttp.ClientConnectorDNSError, "the name of its host is not known"),
    (aiohttp.ClientProxyConnectionError, "the proxy cannot be reached"),
    (aiohttp.ClientConnectorSSLError, "no encrypted connection can be made"),
    (TimeoutError, "it took too long"),
    (ConnectionRefusedError, "connection refused"),
    (aiohttp.ServerDisconnectedError, "the connection was closed"),
    (ConnectionResetError, "the connection was closed"),
    (BrokenPipeError, "the connection was closed"),
    (aiohttp.ClientPayloadError, "the answer broke off"),
    (aiohttp.ClientResponseError, "the answer is not HTTP"),
)


def translated(error: Exception, upload: Upload | None, remedy: str = "") -> ConnectorError:
    """Give the error to raise instead; `remedy` says what to mend where no connection can be made.

    It must not be chained: the library's errors carry the request's headers and with them the token.
    """
    if upload is not None and upload.failure is not None:
        return upload.failure
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return StopError("the target's certificate is not trusted", hint="name the authority in CONNECTOR_CA_FILE")
    if isinstance(error, aiohttp.ClientHttpProxyError):
        return _refused_by_proxy(error.status)
    what = _said(error)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        hint = _PROXY if isinstance(error, aiohttp.ClientProxyConnectionError) else remedy
        return TargetUnreachableError(f"no connection to the target could be made: {what}", hint=hint)
    if upload is not None and not upload.sent_whole:
        return TryAgainError(f"the connection broke before the recording was sent whole: {what}")
    return OutcomeUnknownError(f"the request was sent and no answer came back: {what}")


def _refused_by_proxy(status: int) -> ConnectorError:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return TargetUnreachableError(f"the proxy finds no way to the target (status {status})", hint=_PROXY)
    return StopError(f"the proxy refuses the way to the target (status {status})", hint=_PROXY)


def _said(error: Exception) -> str:
    """Say in plain words what went wrong, without an address."""
    inner = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    for kind, words in _NAMES:
        if isinstance(error, kind) or isinstance(inner, kind):
            return words
    number = inner.errno if isinstance(inner, OSError) else None
    return os.strerror(number).lower() if number is not None and number > 0 else "the connection broke"
