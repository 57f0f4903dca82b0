"""Read the address of a folder in a bucket."""

import re
from dataclasses import dataclass

from connector.errors import ConfigurationError, Problem

__all__ = ["Place", "read_place"]

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
