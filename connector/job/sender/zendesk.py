"""Read what setting a Zendesk up needs of an intake file, though its secrets may not be there yet."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from connector import document
from connector.errors import ConfigurationError, Problem
from connector.job.definition import loader, variables
from connector.job.definition.intake import Intake
from connector.job.sender.webhook import checked_address
from connector.message.zendesk.access import Access
from connector.message.zendesk.setting_up import Wish
from connector.settings import Settings, environment

__all__ = ["SECRET", "TOKEN", "Account", "access_of", "load_account"]

SECRET: Final = "ZENDESK_SIGNING_SECRET"  # noqa: S105 - the name of a variable
TOKEN: Final = "ZENDESK_API_TOKEN"  # noqa: S105 - likewise
KIND: Final = "zendesk"
NOT_SET: Final = "not-set"

_VARIABLE: Final = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


@dataclass(frozen=True, slots=True)
class Account:
    """The Zendesk that an intake's messages come from, as far as its file tells."""

    intake: Intake
    secret_variable: str
    """The variable that the file reads the signing secret from."""

    def wish(self, url: str, *, two_triggers: bool = False) -> Wish:
        """Give what is to be in Zendesk, for a connector that is reached at this address.

        Raises ConfigurationError where it is no address, or one over which nothing private should go.
        """
        key = self.intake.source.api_key
        return Wish(
            self.intake.intake,
            checked_address(url, f"/hooks/{KIND}/{self.intake.intake}"),
            api_key=key.get_secret_value() if key is not None else None,
            internal_notes=self.intake.source.notes == "send",
            two_triggers=two_triggers,
        )


def load_account(name: str, settings: Settings) -> Account:
    """Give the account of the intake of this name; raise ConfigurationError with the mistakes of its file.

    What is only needed later may be missing: the signing secret, which this is there to get, and the target's token.
    """
    path = loader.find_intake(settings.home, name)
    written = document.read(path)
    known = environment(settings.home)
    later = {one: known.get(one) or NOT_SET for one in _needed_later(written.value)}
    value, problems = variables.fill(written, {**known, **later})
    if problems:
        raise ConfigurationError(problems)
    intake = document.validate(written, Intake, value)
    if intake.source.kind != KIND:
        raise ConfigurationError([written.problem(("source", "kind"), f"is {intake.source.kind}, not {KIND}")])
    secret = _text(written.value, "source", "signing_secret")
    named = _VARIABLE.fullmatch(secret)
    return Account(intake, named[1] if named else SECRET)


def access_of(
    intake: Intake, *, where: str | None = None, email: str | None = None, token: str | None = None
) -> Access:
    """Give the way to the account: as the intake's file says, or to another address, or as somebody else.

    `where` is an address or a subdomain; `token` counts only where the file has none. Raises ConfigurationError where
    neither tells enough.
    """
    api = intake.source.api
    given = {"url": _address(where) if where else None, "email": email, "token": token if api is None else None}
    changes = {name: value for name, value in given.items() if value}
    if api is None and len(changes) < len(given):
        hint = f'write source.api: {{subdomain: acme, email: admin@acme.example, token: "${{{TOKEN}}}"}}'
        raise ConfigurationError([Problem("is missing: how is Zendesk reached?", field="source.api", hint=hint)])
    known = api.access() if api is not None else Access("", "", "")
    return replace(
        known,
        url=changes.get("url", known.url),
        email=changes.get("email", known.email),
        token=changes.get("token", known.token),
    )


def _address(where: str) -> str:
    return where if "://" in where else f"https://{where}.zendesk.com"


def _needed_later(value: Any) -> Iterator[str]:
    """Give the variables outside of what setting up needs."""
    whole = value if isinstance(value, dict) else {}
    source = whole.get("source")
    now = {"api", "api_key"}
    parts = {name: part for name, part in source.items() if name not in now} if isinstance(source, dict) else {}
    yield from _variables([parts, *(part for name, part in whole.items() if name != "source")])


def _variables(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from _VARIABLE.findall(value)
    below = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for part in below:
        yield from _variables(part)


def _text(value: Any, *keys: str) -> str:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else ""
