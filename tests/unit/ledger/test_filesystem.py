"""Where a ledger file may lie."""

from pathlib import Path

import pytest

from connector.errors import ConfigurationError
from connector.ledger.filesystem import network_kind
from connector.ledger.soundness import check_place

MOUNTS = r"""
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 22 0:40 / /mnt/team\040share rw,relatime shared:1 - nfs4 server:/export rw,vers=4.2
41 22 0:41 / /mnt/office rw - cifs //server/share rw
42 40 0:42 / /mnt/team\040share/scratch rw - tmpfs tmpfs rw
43 22 0:43 / /mnt/twice rw - ext4 /dev/vdb rw
44 43 0:44 / /mnt/twice rw - fuse.sshfs host: rw
""".strip()


@pytest.fixture
def mounts(tmp_path):
    table = tmp_path / "mountinfo"
    table.write_text(MOUNTS)
    return table


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/me/project", None),
        ("/mnt/team share/project", "nfs4"),
        ("/mnt/team share", "nfs4"),
        ("/mnt/team share/scratch/project", None),
        ("/mnt/team sharing/project", None),
        ("/mnt/office/project", "cifs"),
        ("/mnt/twice/project", "fuse.sshfs"),
    ],
)
def test_the_nearest_mount_decides(mounts, folder, kind):
    """A path lies on the file system that is mounted nearest above it, the latest of several on one folder."""
    assert kind == network_kind(Path(folder), mounts)


def test_a_system_without_a_table_of_mounts_is_trusted(tmp_path):
    """Where nobody can tell, the ledger is not refused."""
    assert network_kind(Path("/anywhere"), tmp_path / "none") is None


def test_a_network_file_system_is_refused_with_the_way_out(tmp_path):
    """The error names the file, what it lies on, and PostgreSQL as the other way."""
    table = tmp_path / "mountinfo"
    table.write_text(f"1 0 0:1 / {tmp_path} rw - nfs server: rw")
    with pytest.raises(ConfigurationError, match=r"connector\.db lies on a network file system \(nfs\).*PostgreSQL"):
        check_place(tmp_path / "connector.db", table)
