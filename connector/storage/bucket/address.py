"""Read the address of a folder in a bucket, and the endpoint where a bucket is served."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from connector.errors import ConfigurationError, Problem
from connector.network import is_loopback

__all__ = ["Place", "read_endpoint", "read_place"]

_USUAL_PORTS = {"http": ":80", "https": ":443"}
_BUCKET = re.compile(r"[$A-Za-z0-9][A-Za-z0-9._-]*\Z")


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of a bucket."""

    bucket: str
    folder: str
    """What the names of its objects begin with: empty for all, else with "/" at its end."""

    def below(self, root: str) -> str:
        """Give the address of the folder after this root, such as gs://bucket."""
        return f"{root}/{self.folder}".rstrip("/")


def read_place(address: str, *, form: str) -> Place:
    """Give the parts of `scheme://bucket/folder`; raise ConfigurationError where there is no bucket in it.

    Nothing in it is decoded, as the vendors' own tools read it. A second slash behind the bucket belongs to the
    folder's name: there are exports that begin so.
    """
    bucket, _, folder = address.partition("://")[2].partition("/")
    if "@" in bucket or ":" in bucket:
        hint = f"write {form}; credentials belong in the options, another server in options.endpoint"
        raise ConfigurationError([Problem("holds more than a bucket and a folder", field="storage", hint=hint)])
    if not _BUCKET.match(bucket):
        raise ConfigurationError([Problem("names no bucket", field="storage", hint=f"write {form}")])
    folder = folder.rstrip("/")
    if not {".", ".."}.isdisjoint(folder.split("/")) or "\0" in folder:
        raise ConfigurationError([Problem("holds . or .. in its folder", field="storage", hint=f"write {form}")])
    return Place(bucket, f"{folder}/" if folder else "")


def read_endpoint(text: str, *, secret: bool, field: str = "options.endpoint") -> str:
    """Give the endpoint without a closing slash; raise ConfigurationError where it is none.

    Where every request carries a secret that opens the bucket, plain http is allowed on this machine alone.
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
