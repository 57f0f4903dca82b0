"""Tell what kind of file system a path lies on."""

from pathlib import Path
from typing import Final

__all__ = ["MOUNTS", "network_kind"]

MOUNTS: Final = Path("/proc/self/mountinfo")
"""Linux's table of what is mounted where."""

# Their locks do not hold between machines, or at all: SQLite would damage its file there.
_NETWORK: Final = frozenset(
    {
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "gpfs", "beegfs", "davfs"),
        *("fuse.sshfs", "fuse.s3fs", "fuse.rclone", "fuse.gcsfuse", "fuse.glusterfs", "fuse.ceph", "fuse.blobfuse2"),
    }
)


def network_kind(path: Path, mounts: Path = MOUNTS) -> str | None:
    """Give the name of the network file system the path lies on; None where it is local or nobody can tell.

    `mounts` is the kernel's table of mounts, which only Linux has.
    """
    if not mounts.exists():
        return None
    place, deepest, found = path.resolve(), -1, ""
    for line in mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        before, _, after = line.partition(" - ")
        folder = Path(_unescape(before.split(" ")[4]))
        # Of two mounts on one folder the later one hides the earlier.
        if (place == folder or folder in place.parents) and len(folder.parts) >= deepest:
            deepest, found = len(folder.parts), after.split(" ")[0]
    return found if found in _NETWORK else None


def _unescape(text: str) -> str:
    """Give back the blanks that the kernel writes as octal numbers."""
    for code, meant in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, meant)
    return text
