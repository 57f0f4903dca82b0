"""Keep the sandbox's own pages for this machine: what it got may be about real people."""

import ipaddress
from urllib.parse import urlsplit

from starlette.types import Scope

__all__ = ["is_local"]

_READING = frozenset({"GET", "HEAD"})


def is_local(scope: Scope) -> bool:
    """Tell whether a request comes from this machine and asks for it by name.

    The name is compared because a web page elsewhere can point its own name at this machine, and the origin because
    it can send requests here without reading the answer.
    """
    client = scope.get("client")
    headers = dict(scope["headers"])
    host = headers.get(b"host", b"").decode("latin-1")
    if client is None or not _is_loopback(client[0]) or not _is_loopback(_name(host)):
        return False
    origin = headers.get(b"origin", b"").decode("latin-1")
    return scope["method"] in _READING or not origin or origin.partition("://")[2] == host


def _name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
