"""Check the target's address and token."""

from urllib.parse import SplitResult, urlsplit

from connector.errors import ConfigurationError, Problem
from connector.network import is_loopback

__all__ = ["base_url", "checked_token"]


def base_url(text: str) -> str:
    """Give the target's address without a closing slash; raise ConfigurationError where it is not safe to send to.

    Plain http is allowed on this machine alone: everywhere else it would show the token to the network.
    """
    parts = _split(text)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise _problem("must not carry a user, a password, a query or a fragment", "the token has its own field")
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise _problem("is not an address of the form https://host")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise _problem("would send the token unencrypted", "use https://; http:// is allowed on 127.0.0.1 alone")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def checked_token(text: str) -> str:
    """Give the token as it goes into the header; raise ConfigurationError, without repeating it, where it cannot."""
    token = text.strip()
    if not token or not token.isascii() or not token.isprintable():
        raise ConfigurationError([Problem("is empty or has characters no header can carry", field="target.token")])
    return token


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text.strip())
        _ = parts.port
    except ValueError as error:
        raise _problem("is not an address") from error
    return parts


def _problem(message: str, hint: str = "") -> ConfigurationError:
    return ConfigurationError([Problem(message, field="target.url", hint=hint)])
