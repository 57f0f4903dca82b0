"""Keep what one run learns of files that hold many sessions, until it can say that it is done with them."""

from dataclasses import dataclass, field

__all__ = ["RowLog"]


@dataclass(slots=True)
class RowLog:
    """Which files were read to their end, and what stands in the way of being done with them."""

    ended: list[int] = field(default_factory=list)
    """Files all of whose rows were handed out."""
    gone: list[int] = field(default_factory=list)
    """Files that are no longer in the storage."""
    left_out: set[int] = field(default_factory=set)
    """Files of which a row was not worked on in this run."""
    handed_out: set[int] = field(default_factory=set)
    """Marks of the sessions that were handed out: another file may hold them as well."""
    namings: dict[int, str] = field(default_factory=dict)
    """By place the job's words about names, where the ledger's labels were made under others before this run."""
    broken: set[str] = field(default_factory=set)
    """The entries of rows that could not be read."""

    def done(self) -> list[int]:
        """Give the files that need no more work."""
        return [file for file in self.ended if file not in self.left_out]
