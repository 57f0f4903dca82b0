"""Name the people of the samples: all invented, numbers out of the ranges kept for fiction."""

from dataclasses import dataclass

__all__ = ["AGENTS", "AGENTS_CSV", "SENT_AS", "Agent"]


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent as the metadata knows him."""

    id: int
    number: str | None
    first_name: str
    last_name: str
    email: str

    @property
    def name(self) -> str:
        """Give first and last name."""
        return f"{self.first_name} {self.last_name}"


AGENTS = {
    agent.id: agent
    for agent in (
        Agent(5, None, "Mette", "Krogh", "mette.krogh@acme.example"),
        Agent(9, "2042", "Jonas", "Lind-Larsen", "jonas.lind@acme.example"),
        Agent(12, "2043", "Sara", "Bach", "sara.bach@acme.example"),
        Agent(14, "2044", "Ida", "Nørgaard", "ida.noergaard@acme.example"),
        Agent(17, None, "Peter", "Dahl", "peter.dahl@acme.example"),
        Agent(33, None, "Temp", "Winter", "temp.winter@agency.example"),
    )
}

# Sara changed her team; Ida is known by her number only, Peter by his e-mail; 33 is in nobody's list.
AGENTS_CSV = """\
number,id,email,name,team,valid_from,valid_to
2041,5,mette.krogh@acme.example,Mette Krogh,Orders,,
2042,9,jonas.lind@acme.example,Jonas Lind,Order info,,
2043,12,sara.bach@acme.example,Sara Bach,Orders,2025-01-01,2026-03-01
2043,12,sara.bach@acme.example,Sara Bach,Billing,2026-03-01,
2044,,,Ida Nørgaard,Support,,
,,peter.dahl@acme.example,Peter Dahl,Support,,
"""

# What agents.csv makes of the id in the metadata: id, name, e-mail, team
SENT_AS = {
    5: ("5", "Mette Krogh", "mette.krogh@acme.example", "Orders"),
    9: ("9", "Jonas Lind", "jonas.lind@acme.example", "Order info"),
    12: ("12", "Sara Bach", "sara.bach@acme.example", "Billing"),
    14: ("14", "Ida Nørgaard", "ida.noergaard@acme.example", "Support"),
    17: ("17", "Peter Dahl", "peter.dahl@acme.example", "Support"),
}
