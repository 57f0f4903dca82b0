"""Say what an agent is to the rest of the connector."""

from dataclasses import dataclass
from datetime import date

__all__ = ["Agent"]


@dataclass(frozen=True, slots=True)
class Agent:
    """A human agent: what `$agent` gives a mapping; a blank field is an unknown one."""

    id: str = ""
    number: str = ""
    email: str = ""
    name: str = ""
    team: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def as_context(self) -> dict[str, str]:
        """Give the fields a mapping reads as `$agent.…`."""
        return {"id": self.id, "number": self.number, "email": self.email, "name": self.name, "team": self.team}

    def is_valid(self, day: date) -> bool:
        """Tell whether this row of the agents file speaks for that day; `valid_to` is the first day it does not."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day < self.valid_to)
