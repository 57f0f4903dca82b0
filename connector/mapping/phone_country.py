"""Tell whether phone numbers name their country, and which countries those would fit that do not."""

from collections.abc import Sequence
from typing import Any

import phonenumbers

__all__ = ["phone_steps"]

REGIONS = ("DK", "NO", "SE", "FI", "DE", "GB", "NL", "US", "FR", "ES", "IT", "PL")
MOST_NUMBERS = 200
_MOST = 0.8


def phone_steps(values: Sequence[str], region: str | None = None) -> tuple[list[Any], str]:
    """Give the functions that make one form of all spellings of a number, and what a person must still say.

    Without country codes a person must name the country: eight digits belong to several.
    """
    numbers = [value for value in values[:MOST_NUMBERS] if any(sign.isdigit() for sign in value)]
    international = sum(value.startswith(("+", "00")) for value in numbers)
    if region is not None:
        return [{"phone": {"region": region}}], ""
    if numbers and international == len(numbers):
        return ["phone"], ""
    if international >= _MOST * len(numbers):
        return ["phone"], "some numbers name no country and become anonymous: write phone: {region: DK} with yours"
    fitting = [region for region in REGIONS if _share(numbers, region) >= _MOST]
    fits = f"; these fit {', '.join(fitting)}" if fitting else ""
    return ["trim"], f"its numbers name no country: write as: [{{phone: {{region: DK}}}}] with yours{fits}"


def _share(numbers: Sequence[str], region: str) -> float:
    fit = 0
    for number in numbers:
        try:
            fit += phonenumbers.is_valid_number(phonenumbers.parse(number, region))
        except phonenumbers.NumberParseException:
            continue
    return fit / len(numbers) if numbers else 0.0
