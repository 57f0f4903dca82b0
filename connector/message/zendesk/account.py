"""Look at the webhooks and triggers of a Zendesk account and change those that belong to an intake."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from connector.errors import StopError
from connector.message.zendesk.api import ZendeskApi
from connector.message.zendesk.setting_up import (
    TRIGGERS,
    WEBHOOKS,
    Change,
    Wish,
    is_ours,
    plan_triggers,
    plan_webhook,
    removals,
)

__all__ = ["NOT_YET", "find_endpoint", "set_up", "signing_secret", "take_down"]

NOT_YET: Final = "(the webhook that is made first)"
DEFINITIONS: Final = "/api/v2/triggers/definitions"

Told = Callable[[Change], None]


async def set_up(api: ZendeskApi, wish: Wish, *, apply: bool, told: Told) -> str | None:
    """Bring the webhook and its triggers about and give the webhook's id; `told` hears of each change before it comes.

    Without `apply` nothing is changed, and the id is None where there is no webhook yet. Twice is as good as once.
    """
    webhooks, triggers = await _found(api, wish)
    webhook: str | None = None
    for change in plan_webhook(wish, webhooks):
        told(change)
        done = await _carry_out(api, WEBHOOKS, "webhook", change) if apply else change
        if change.action != "delete":
            webhook = done.id
    definitions = await _definitions(api) if wish.two_triggers else {}
    for change in plan_triggers(wish, webhook or NOT_YET, triggers, definitions):
        told(change)
        if apply:
            await _carry_out(api, TRIGGERS, "trigger", change)
    return webhook


async def take_down(api: ZendeskApi, wish: Wish, *, apply: bool, told: Told) -> int:
    """Remove what belongs to the intake, triggers first: a webhook that is still named cannot go. Gives how many."""
    webhooks, triggers = await _found(api, wish)
    changes = [*removals("trigger", triggers), *removals("webhook", webhooks)]
    for change in changes:
        told(change)
        if apply:
            await _carry_out(api, TRIGGERS if change.what == "trigger" else WEBHOOKS, change.what, change)
    return len(changes)


async def find_endpoint(api: ZendeskApi, wish: Wish) -> str | None:
    """Give where the intake's webhook sends to, None where there is none."""
    webhooks = await _ours(api, wish, WEBHOOKS, "webhooks")
    return str(webhooks[0].get("endpoint")) if webhooks else None


async def signing_secret(api: ZendeskApi, webhook: str) -> str:
    """Give the secret with which Zendesk signs what this webhook sends."""
    answer = await api.get(f"{WEBHOOKS}/{webhook}/signing_secret") or {}
    found = answer.get("signing_secret")
    secret = found.get("secret") if isinstance(found, dict) else None
    if not isinstance(secret, str) or not secret:
        raise StopError("Zendesk gives no signing secret for the webhook", hint="see the webhook in the Admin Center")
    return secret


async def _found(api: ZendeskApi, wish: Wish) -> tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]:
    return await _ours(api, wish, WEBHOOKS, "webhooks"), await _ours(api, wish, TRIGGERS, "triggers")


async def _ours(api: ZendeskApi, wish: Wish, path: str, name: str) -> Sequence[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    async for page in api.pages(path):
        listed = page.get(name)
        found += [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    return [one for one in found if is_ours(wish, one)]


async def _definitions(api: ZendeskApi) -> Mapping[str, Any]:
    found = (await api.get(DEFINITIONS) or {}).get("definitions")
    return found if isinstance(found, dict) else {}


async def _carry_out(api: ZendeskApi, path: str, name: str, change: Change) -> Change:
    if change.action == "create":
        made = (await api.change("POST", path, {name: change.body})).get(name)
        if not isinstance(made, dict) or not made.get("id"):
            raise StopError(f"Zendesk does not tell the id of the {name} that it made", hint="run it again")
        return replace(change, id=str(made["id"]))
    if change.action == "update":
        await api.change("PUT", f"{path}/{change.id}", {name: change.body})
    elif change.action == "delete":
        await api.change("DELETE", f"{path}/{change.id}")
    return change
