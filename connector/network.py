"""Know what every way over HTTP has in common: proxies, the authorities to trust, this machine and its ports."""

import base64
import ipaddress
import socket
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass
from weakref import WeakValueDictionary

from connector.errors import ConfigurationError, Problem

__all__ = ["Proxy", "address_of", "is_loopback", "listen", "proxy_for", "trust"]

HIGHEST_PORT = 65_535
BACKLOG = 2_048
_TRUSTED: WeakValueDictionary[tuple[Path | None, int], ssl.SSLContext] = WeakValueDictionary()
"""By the file and when it was last changed, for as long as somebody uses it."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where the proxy listens, and the headers that it wants to see."""

    url: str
    headers: dict[str, str] = field(repr=False)


def proxy_for(url: str) -> Proxy | None:
    """Give the proxy's address and the headers it wants, as HTTPS_PROXY and NO_PROXY in the environment say.

    An address with plain http lies on this machine or beside it and is always reached directly.
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


def trust(ca_file: Path | None) -> ssl.SSLContext:
    """Give what checks a server's certificate: against the system's authorities, or those of the file instead.

    Whoever asks while another has it gets the same one, unless the file changed since: each holds a megabyte. Raises
    ConfigurationError where the file cannot be read.
    """
    try:
        key = (ca_file, ca_file.stat().st_mtime_ns if ca_file else 0)
        found = _TRUSTED.get(key)
        if found is None:
            found = _TRUSTED[key] = ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            [Problem("cannot be read as certificates in PEM form", ca_file, field="CONNECTOR_CA_FILE")]
        ) from error
    return found


def is_loopback(host: str) -> bool:
    """Tell whether the host is this machine and nothing else."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _proxy_headers(proxy: SplitResult) -> dict[str, str]:
    if not proxy.username:
        return {}
    pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return {"Proxy-Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def listen(host: str, port: int, what: str) -> socket.socket:
    """Give a socket that listens there, on a free port where 0 is asked for.

    Raises ConfigurationError, which says what cannot listen, where the port is taken or the address is not ours.
    """
    if not 0 <= port <= HIGHEST_PORT:
        raise ConfigurationError(f"there is no port {port}", hint=f"give one from 0 to {HIGHEST_PORT}")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise ConfigurationError(
            f"{what} cannot listen on {host}:{port}: {error.strerror}", hint="give another --port; 0 takes a free one"
        ) from error


def address_of(listener: socket.socket) -> str:
    """Give the base address under which what listens there is reached."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
