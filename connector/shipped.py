"""Find the mappings, the demo job and the samples that come with the product."""

from pathlib import Path

__all__ = ["shipped"]

PACKAGE = Path(__file__).parent


def shipped(name: str) -> Path:
    """Give the folder `mappings`, `jobs` or `sample_data`: in the wheel beside the code, in a checkout above it."""
    packed = PACKAGE / "shipped" / name
    return packed if packed.is_dir() else PACKAGE.parent / name
