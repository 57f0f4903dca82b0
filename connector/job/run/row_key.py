"""Name what a row of a file tells: the session, or the row itself where nobody could read it."""

from hashlib import blake2b

from connector import ledger
from connector.job.gathering.gather import Key
from connector.ledger import FileRow
from connector.session import BrokenRow, Session

__all__ = ["key_of", "mark_of"]


def key_of(file: FileRow, row: Session | BrokenRow) -> Key:
    """Give the channel and the session id under which the ledger knows what a row tells, or the row itself."""
    if isinstance(row, BrokenRow):
        return ledger.UNREADABLE_ROW_CHANNEL, f"{file.path}#{row.digest}"
    return row.channel.value, row.id


def mark_of(key: Key) -> int:
    """Give eight bytes that stand for a key: a run remembers one of each session that it handed out."""
    told = "\0".join(key).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(told, digest_size=8).digest())
