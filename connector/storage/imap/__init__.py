"""Read a mailbox over IMAP: each message from one sender is a file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connector.storage.imap.address import make_trust, read_address, read_options
from connector.storage.imap.connection import MailConnection
from connector.storage.imap.mailbox import MailboxStorage

__all__ = ["MailboxStorage", "open_kind"]


def open_kind(address: str, options: Mapping[str, Any], home: Path) -> MailboxStorage:
    """Give the mailbox of the address, not yet connected; raise ConfigurationError with what is wrong."""
    place, chosen = read_address(address), read_options(options)
    connection = MailConnection(place, chosen, make_trust(place, chosen, home))
    return MailboxStorage(str(place), chosen.sender, connection)
