"""List every call of the samples in the order of their ids."""

from sample_data.calls_apart import CALLS_APART
from sample_data.calls_recorded import CALLS_RECORDED
from sample_data.calls_usual import CALLS_USUAL

__all__ = ["CALLS"]

CALLS = tuple(sorted((*CALLS_USUAL, *CALLS_RECORDED, *CALLS_APART), key=lambda sample: sample.call.id))
