"""Know a customer again without keeping who it is."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from connector.mapping.functions import FUNCTIONS

__all__ = ["chat_customer", "customer_hash", "written"]

PHONE = FUNCTIONS["phone"]


def customer_hash(key: bytes | None, customer: object) -> str | None:
    """Give the keyed hash by which `forget` finds a customer's entries; None where there is no key or no customer."""
    if key is None or not customer:
        return None
    return hmac.new(key, str(customer).casefold().encode(errors="replace"), hashlib.sha256).hexdigest()[:32]


def chat_customer(record: Mapping[str, Any]) -> str | None:
    """Give what a chat's customer is known by: the e-mail address, else the phone number, else the id in the CRM."""
    named = record.get("participants")
    people = [one for one in named if isinstance(one, dict)] if isinstance(named, list) else []
    customer = next((one for one in people if one.get("type") == "end_user"), {})
    end_user = record.get("end_user")
    known = {**(end_user if isinstance(end_user, dict) else {}), **{key: one for key, one in customer.items() if one}}
    found = next((known[name] for name in ("email", "phone_number", "identifier") if known.get(name)), None)
    return written(str(found)) if found is not None else None


def written(text: str) -> str:
    """Give a customer's word in one spelling: a phone number with its country in E.164, anything else trimmed."""
    try:
        return str(PHONE.call(text))
    except ValueError:
        return text.strip()
