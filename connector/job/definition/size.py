"""Read amounts of bytes as people write them: 1MiB, 256 kB, 4096."""

import re
from typing import Any, Final

__all__ = ["parse_size"]

_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(B|kB|KB|KiB|MB|MiB|GB|GiB)\Z")
_UNITS: Final = {
    "B": 1,
    "kB": 1_000,
    "KB": 1_000,
    "KiB": 1 << 10,
    "MB": 1_000_000,
    "MiB": 1 << 20,
    "GB": 1_000_000_000,
    "GiB": 1 << 30,
}


def parse_size(value: Any) -> int:
    """Give the bytes of a number, or of a text like `1MiB` or `256 kB`; raise ValueError on anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = _SIZE.match(value.strip()) if isinstance(value, str) else None
    if not found:
        raise ValueError("is not an amount of bytes such as 1MiB, 256kB or 4096")
    return round(float(found[1]) * _UNITS[found[2]])
