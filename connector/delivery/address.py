"""Check the target's address and token, and find the proxy that leads there."""

import base64
import ipaddress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from connector.errors import ConfigurationError, Problem

__all__ = ["Proxy", "base_url", "checked_token", "proxy_for"]


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where the proxy listens, and the headers that it wants to see."""

    url: str
    headers: dict[str, str] = field(repr=False)


def base_url(text: str) -> str:
    """Give the target's address without a closing slash; raise ConfigurationError where it is not safe to send to.

    Plain http is allowed on this machine alone: everywhere else it would show the token to the network.
    """
    parts = _split(text)
    if parts.username or parts.password or parts.query or parts.fragment:
        raise _problem("must not carry a user, a password, a query or a fragment", "the token has its own field")
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise _problem("is not an address of the form https://host")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise _problem("would send the token unencrypted", "use https://; http:// is allowed on 127.0.0.1 alone")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def checked_token(text: str) -> str:
    """Give the token as it goes into the header; raise ConfigurationError, without repeating it, where it cannot."""
    token = text.strip()
    if not token or not token.isascii() or not token.isprintable():
        raise ConfigurationError([Problem("is empty or has characters no header can carry", field="target.token")])
    return token


def proxy_for(url: str) -> Proxy | None:
    """Give the proxy's address and the headers it wants, as HTTPS_PROXY and NO_PROXY in the environment say.

    An address with plain http lies on this machine and is always reached directly.
    """
    parts = urlsplit(url)
    if parts.scheme == "http" or proxy_bypass(parts.netloc):
        return None
    proxies = getproxies()
    found = proxies.get("https") or proxies.get("all")
    if not found:
        return None
    proxy = urlsplit(found if "://" in found else f"http://{found}")
    if proxy.scheme not in {"http", "https"} or not proxy.hostname:
        raise ConfigurationError([Problem("is not an http:// or https:// proxy", field="HTTPS_PROXY")])
    netloc = proxy.netloc.rpartition("@")[2]
    return Proxy(f"{proxy.scheme}://{netloc}", _proxy_headers(proxy))


def _proxy_headers(proxy: SplitResult) -> dict[str, str]:
    if not proxy.username:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text.strip())
        _ = parts.port
    except ValueError as error:
        raise _problem("is not an address") from error
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _problem(message: str, hint: str = "") -> ConfigurationError:
    return ConfigurationError([Problem(message, field="target.url", hint=hint)])
