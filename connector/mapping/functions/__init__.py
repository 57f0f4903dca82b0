"""Offer the closed list of functions that `as` can name, each with its description and executable examples."""

from connector.mapping.functions.figures import boolean, multiply, number, round_
from connector.mapping.functions.lookup import table
from connector.mapping.functions.privacy import mask, phone
from connector.mapping.functions.registry import FAILS, Example, Function, Parameter
from connector.mapping.functions.text import extract, join, limit, lower, replace, split, trim, upper
from connector.mapping.functions.times import seconds, utc

__all__ = ["FAILS", "FUNCTIONS", "Example", "Function", "Parameter"]

FUNCTIONS: dict[str, Function] = {
    one.name: one
    for one in (
        *(trim, lower, upper, replace, extract, split, join, limit),
        *(number, multiply, round_, boolean),
        *(utc, seconds, phone, table, mask),
    )
}
"""Every function by name, in the order of the reference."""
