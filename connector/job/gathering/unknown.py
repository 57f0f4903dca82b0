"""Count the files that are passed over because nothing is known of their names."""

from dataclasses import dataclass

from connector.job.definition.model import Source
from connector.job.definition.source import is_unknown
from connector.session import FileName

__all__ = ["Unknown"]


@dataclass(slots=True)
class Unknown:
    """How many files match no known name, with one of them."""

    count: int = 0
    example: str = ""

    def look(self, source: Source, path: str, name: FileName) -> None:
        """Count the file where it is one."""
        if is_unknown(source, path, name):
            self.count += 1
            self.example = min(self.example or path, path)

    def told(self) -> str:
        """Give the sentence about them."""
        files = "file matches" if self.count == 1 else "files match"
        return f"{self.count:,} {files} no known name, e.g. {self.example}"
