"""Read the address at which a server is asked."""

from urllib.parse import urlsplit

from connector.errors import ConfigurationError, Problem
from connector.network import is_loopback

__all__ = ["read_endpoint"]

_USUAL_PORTS = {"http": ":80", "https": ":443"}


def read_endpoint(text: str, *, secret: bool, field: str = "options.endpoint") -> str:
    """Give the endpoint without a closing slash; raise ConfigurationError where it is none.

    Where every request carries a secret, plain http is allowed on this machine alone.
    """
    try:
        parts = urlsplit(text.strip())
        _ = parts.port
    except ValueError:
        raise _wrong(field, "is no address") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _wrong(field, "is no address of the form https://host")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise _wrong(field, "must not carry a user, a password, a query or a fragment")
    # A name without a dot is that of a neighbour, such as another container of the same host.
    if parts.scheme == "http" and secret and not (is_loopback(parts.hostname) or "." not in parts.hostname):
        raise _wrong(field, "would show the credentials to the network", "use https://")
    # As clients name the host in what they send, and as it is signed therefore: small, without the usual port.
    host = parts.netloc.lower().removesuffix(_USUAL_PORTS[parts.scheme])
    return f"{parts.scheme}://{host}{parts.path.rstrip('/')}"


def _wrong(
    field: str, message: str, hint: str = "write https://host, with the port where it is not the usual one"
) -> ConfigurationError:
    return ConfigurationError([Problem(message, field=field, hint=hint)])
