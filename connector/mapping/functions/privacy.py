"""Bring phone numbers into one form, and hide what nobody needs to read."""

import hashlib
import hmac
import re
from functools import cache, lru_cache
from typing import NamedTuple

import phonenumbers

from connector.mapping.functions.registry import FAILS, example, function
from connector.mapping.functions.words import HashKey, Region

__all__ = ["mask", "phone"]

MASK_CHARACTERS = 16

_E164 = re.compile(r"\+([1-9][0-9]{6,14})")


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
    if _is_written_out(value):
        return value
    try:
        parsed = phonenumbers.parse(value.strip().removeprefix("sip:").partition("@")[0], region)
    except phonenumbers.NumberParseException as error:
        raise ValueError("not a phone number") from error
    if phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValueError("not a phone number")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _is_written_out(value: str) -> bool:
    """Tell whether the library would give this number back as it stands, at a tenth of the cost of asking it."""
    match = _E164.fullmatch(value)
    if match is None:
        return False
    digits = match[1]
    for length in (1, 2, 3):
        form = _form(int(digits[:length]))
        if form is not None:
            national = digits[length:]
            return len(national) in form.lengths and not (form.prefix and form.prefix.match(national))
    return False


class _Form(NamedTuple):
    """How numbers of one calling code look: their lengths, and the prefix that does not belong in E.164."""

    lengths: tuple[int, ...]
    prefix: re.Pattern[str] | None


@cache
def _form(calling_code: int) -> _Form | None:
    if calling_code not in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
        return None
    region = phonenumbers.region_code_for_country_code(calling_code)
    known = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(calling_code, region)
    if known is None or known.general_desc is None:
        return None
    prefix = known.national_prefix_for_parsing
    return _Form(tuple(known.general_desc.possible_length), re.compile(prefix) if prefix else None)


@function(example("+4531313131", "*******3131"), example("Kim", "***"), example("secret", "****et", 2), fallible=False)
def mask(value: str, keep: int = 4, key: HashKey | None = None) -> str:
    """Hide a text: with CONNECTOR_HASH_KEY set by a token that is the same for the same text, else all but its end."""
    if key is not None:
        return hmac.new(key.secret, value.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:MASK_CHARACTERS]
    kept = value[-keep:] if 0 < keep < len(value) else ""
    return "*" * (len(value) - len(kept)) + kept
