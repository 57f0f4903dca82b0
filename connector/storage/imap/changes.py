"""Mark messages as read, or move them to another folder of the account."""

from collections.abc import Sequence

from imapclient import IMAPClient

from connector.errors import StorageUnreachableError

__all__ = ["mark", "move", "require_possible"]

AT_ONCE = 200


def mark(client: IMAPClient, uids: Sequence[int]) -> None:
    """Mark these messages of the open folder as read."""
    for start in range(0, len(uids), AT_ONCE):
        client.add_flags(uids[start : start + AT_ONCE], [rb"\Seen"], silent=True)


def move(client: IMAPClient, uids: Sequence[int], folder: str) -> None:
    """Move these messages of the open folder to another one, which is made where it is missing.

    Raises StorageUnreachableError where the server cannot move single messages.
    """
    if not uids:
        return
    if not client.folder_exists(folder):
        client.create_folder(folder)
        client.subscribe_folder(folder)
    require_possible(client, moves=True)
    can_move = client.has_capability("MOVE")
    for start in range(0, len(uids), AT_ONCE):
        some = uids[start : start + AT_ONCE]
        if can_move:
            client.move(some, folder)
        else:
            client.copy(some, folder)
            client.delete_messages(some, silent=True)
            client.uid_expunge(some)


def require_possible(client: IMAPClient, *, moves: bool) -> None:
    """Raise StorageUnreachableError where messages are to be moved and the server knows no way to move single ones."""
    if moves and not client.has_capability("MOVE") and not client.has_capability("UIDPLUS"):
        raise StorageUnreachableError("the mail server cannot move single messages", hint="write `done: mark`")
