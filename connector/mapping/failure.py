"""Name what can go wrong inside one rule, so that a field gets a reason and never an exception."""

__all__ = ["DATA_FAULTS", "FieldRefusedError"]

DATA_FAULTS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What Python raises where a value does not fit what is done with it; strange data, not a broken program."""


class FieldRefusedError(Exception):
    """A rule says that the record cannot go on without this field."""

    def __init__(self, reason: str, source: str = "") -> None:
        self.reason = reason
        self.source = source
        super().__init__(reason)
