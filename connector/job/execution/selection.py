"""Say which sessions one run is restricted to."""

from dataclasses import dataclass, field

__all__ = ["Selection"]

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Selection:
    """What a run may work on: entries that the ledger knows, and files that it may not know yet."""

    entries: frozenset[str] = frozenset()
    """Ids of entries that must have an outcome in this run; where their source is gone they are refused."""
    keys: frozenset[Key] = frozenset()
    """Their sessions, as channel and session id."""
    files: frozenset[int] = frozenset()
    """The ledger's numbers of the files they came from."""
    paths: frozenset[str] = field(default=frozenset())
    """Files that the ledger may have no entry of."""
    resend: frozenset[str] = frozenset()
    """Entries that count as delivered and that the target has not: these alone are delivered again."""

    def has_file(self, file_id: int, path: str, key: tuple[str | None, str | None]) -> bool:
        """Tell whether a file is read: it is named, or it is of a session that is."""
        return file_id in self.files or path in self.paths or key in self.keys

    def has_row(self, key: Key, file: Key) -> bool:
        """Tell whether a row is read: its session is named, or its file is, as one that nobody could read."""
        return key in self.keys or file in self.keys or file[1] in self.paths
