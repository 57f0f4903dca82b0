"""Find sessions that were refused for having several recordings: one of those may have been taken away since."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, select

from connector.ledger import dialect
from connector.ledger.correction import NEVER_NS
from connector.ledger.model import FileRow
from connector.ledger.shared import Source
from connector.ledger.tables import ENTRY, FILE

__all__ = ["doubled_recordings"]

RECORDING: Final = "recording"
SEVERAL: Final = 2


def doubled_recordings(connection: Connection, place_ids: Sequence[int], source: Source) -> dict[int, list[FileRow]]:
    """Give, for sessions refused `audio_invalid` with several recordings, metadata file -> its recordings.

    Sessions that are judged in this run anyway are left out.
    """
    refused = select(ENTRY.c.file_id).where(
        *(ENTRY.c[name] == value for name, value in source._asdict().items()),
        # A call that was delivered before its recordings came has the reason as well: the index knows both states.
        ENTRY.c.state.in_(["refused", "delivered"]),
        ENTRY.c.code == "audio_invalid",
    )
    calm = select(FILE.c.id, FILE.c.session_id, FILE.c.channel).where(FILE.c.id.in_(refused), ~FILE.c.pending)
    sessions = {row.session_id: row for row in connection.execute(calm) if row.session_id}
    found: dict[int, list[FileRow]] = {}
    for file in _recordings(connection, place_ids, list(sessions)):
        metadata = sessions[file.session_id or ""]
        if file.channel in {None, metadata.channel}:
            found.setdefault(metadata.id, []).append(file)
    return {metadata: files for metadata, files in found.items() if len(files) >= SEVERAL}


def _recordings(connection: Connection, place_ids: Sequence[int], sessions: Sequence[str]) -> list[FileRow]:
    given = dialect.batch(connection, "sessions")
    wanted = select(FILE).where(
        FILE.c.place_id.in_(place_ids),
        FILE.c.session_id.in_(select(given.c.value)),
        FILE.c.role == RECORDING,
        FILE.c.modified_ns != NEVER_NS,
    )
    return [FileRow(*row) for row in connection.execute(wanted, {"sessions": list(sessions)})] if sessions else []
