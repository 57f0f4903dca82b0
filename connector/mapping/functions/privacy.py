"""Bring phone numbers into one form, and hide what nobody needs to read."""

import hashlib
import hmac
from functools import lru_cache

import phonenumbers

from connector.mapping.functions.registry import FAILS, example, function
from connector.mapping.functions.words import HashKey, Region

__all__ = ["mask", "phone"]

MASK_CHARACTERS = 16


@function(
    example("+1 555-010-0115", "+15550100115"),
    example("31 31 31 31", "+4531313131", {"region": "DK"}),
    example("31 31 31 31", FAILS),
    example("anonymous", FAILS),
)
def phone(value: str, region: Region | None = None) -> str:
    """Write a phone number in E.164, so that the same customer is always the same text.

    `region` (DK, US …) is where numbers without a country code belong; without it they fail, as words do.
    """
    return _phone(value, region.code if region else None)


@lru_cache(maxsize=8192)
def _phone(value: str, region: str | None) -> str:
    parsed = phonenumbers.parse(value.strip().removeprefix("sip:").partition("@")[0], region)
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValueError("not a phone number")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@function(example("+4531313131", "*******3131"), example("Kim", "***"), example("secret", "****et", 2), fallible=False)
def mask(value: str, keep: int = 4, key: HashKey | None = None) -> str:
    """Hide a text: with CONNECTOR_HASH_KEY set by a token that is the same for the same text, else all but its end."""
    if key is not None:
        return hmac.new(key.secret, value.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:MASK_CHARACTERS]
    kept = value[-keep:] if 0 < keep < len(value) else ""
    return "*" * (len(value) - len(kept)) + kept
