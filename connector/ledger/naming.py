"""Ask known files for their label once more where a job's words about names are others than before."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, bindparam, delete, select, update

from connector.ledger import dialect
from connector.ledger.listed import ListedBatch, ListedFile
from connector.ledger.model import COMPANIONS, METADATA_FILE
from connector.ledger.tables import FILE, NAMING, ROW_RECORDING

__all__ = ["ask_known", "knows_naming", "note_naming"]

NAMED: Final = (METADATA_FILE, *COMPANIONS)


def knows_naming(connection: Connection, place: int, digest: str) -> bool:
    """Tell whether the place was listed to its end under these words about names."""
    return connection.execute(select(NAMING.c.digest).where(NAMING.c.place_id == place)).scalar() == digest


def note_naming(connection: Connection, place: int, digest: str) -> None:
    """Note that every file the place lists was asked for its label under these words about names."""
    insert = dialect.insert(connection, NAMING)
    insert = insert.on_conflict_do_update(index_elements=[NAMING.c.place_id], set_={"digest": insert.excluded.digest})
    connection.execute(insert, {"place_id": place, "digest": digest})


def ask_known(connection: Connection, place: int, batch: ListedBatch) -> list[int]:
    """Give known files of the batch the labels that their names have now; those that changed wait as new ones do.

    Only for places whose labels are all by name. Gives the files that were metadata and are no more. A file whose name
    told nothing before is left to record_listing.
    """
    paths = dialect.batch(connection, "paths")
    label = (FILE.c.role, FILE.c.channel, FILE.c.session_id, FILE.c.part)
    wanted = select(paths.c.position, FILE.c.id, *label).select_from(
        paths.outerjoin(FILE, (FILE.c.place_id == place) & (FILE.c.path == paths.c.value))
    )
    known = connection.execute(wanted, {"paths": [file.path for file in batch.files]}).all()
    changed: list[dict[str, Any]] = []
    dropped: list[int] = []
    for position, id_, *before in known:
        if id_ is None or before[0] not in NAMED:
            continue
        told = batch.label(batch.files[position])
        if [told.role, told.channel, told.session_id, told.part] != before:
            changed.append({"file": id_, **_told(told)})
            dropped += [id_] if before[0] == METADATA_FILE != told.role else []
    if changed:
        connection.execute(_RELABELLED, changed)
        _forget_rows(connection, [one["file"] for one in changed])
    return dropped


def _told(file: ListedFile) -> dict[str, Any]:
    told = {"what": file.role, "on": file.channel, "session": file.session_id, "number": file.part}
    return {**told, "waits": file.role in NAMED}


def _forget_rows(connection: Connection, file_ids: Sequence[int]) -> None:
    """Forget which sessions these recordings were given to under another name: the rows that are read again tell."""
    given = dialect.batch(connection, "files", BigInteger)
    stale = delete(ROW_RECORDING).where(ROW_RECORDING.c.file_id.in_(select(given.c.value)))
    connection.execute(stale, {"files": list(file_ids)})


_RELABELLED = (
    update(FILE)
    .where(FILE.c.id == bindparam("file"))
    .values(role=bindparam("what"), channel=bindparam("on"), session_id=bindparam("session"))
    .values(part=bindparam("number"), pending=bindparam("waits"))
)
