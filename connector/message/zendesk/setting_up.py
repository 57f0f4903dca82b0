"""Work out what a Zendesk account needs to send its comments to an intake, and how that differs from what is there.

Nothing is asked or changed here: the account's webhooks and triggers come in, the changes go out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from connector.errors import StopError
from connector.message.zendesk.people import INBOUND, OUTBOUND
from connector.message.zendesk.template import template
from connector.message.zendesk.words import is_end_user

__all__ = [
    "TRIGGERS",
    "WEBHOOKS",
    "Change",
    "Wish",
    "differences",
    "is_ours",
    "plan_triggers",
    "plan_webhook",
    "removals",
]

WEBHOOKS: Final = "/api/v2/webhooks"
TRIGGERS: Final = "/api/v2/triggers"
Action = Literal["create", "update", "delete", "keep"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be in Zendesk for one intake."""

    intake: str
    endpoint: str
    """The intake's address as Zendesk reaches it."""
    api_key: str | None = field(default=None, repr=False)
    internal_notes: bool = False
    two_triggers: bool = False
    """One for customers and one for agents, as in the vendor's recipe, instead of one that tells the author's role."""

    @property
    def name(self) -> str:
        """Give the name that our webhook bears, and with which our triggers' names begin."""
        return f"Conversation connector: {self.intake}"

    @property
    def marker(self) -> str:
        """Give the words by which what is ours is found, also under another name."""
        return f"[conversation-connector:{self.intake}]"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing to do, or to leave as it is."""

    action: Action
    what: Literal["webhook", "trigger"]
    name: str
    id: str | None
    body: dict[str, Any] = field(repr=False)
    """What it is to be; empty where it goes."""
    fields: tuple[str, ...] = ()
    """What differs from what is there."""


def is_ours(wish: Wish, found: Mapping[str, Any]) -> bool:
    """Tell whether a webhook or trigger was made for this intake: by its marker, or by its name alone."""
    name = str(found.get("name") or found.get("title") or "")
    return wish.marker in str(found.get("description") or "") or name in {wish.name, *_titles(wish)}


def plan_webhook(wish: Wish, found: Sequence[Mapping[str, Any]]) -> list[Change]:
    """Give what to do about the webhook, given those that are ours; more than one is one too many."""
    wanted: dict[str, Any] = {
        "name": wish.name,
        "description": f"Sends comments to the conversation connector. {wish.marker}",
        "status": "active",
        "endpoint": wish.endpoint,
        "http_method": "PUT",
        "request_format": "json",
        "subscriptions": ["conditional_ticket_events"],
    }
    first, *others = found or ({},)
    fields = differences(wanted, first)
    if wish.api_key:
        data = {"name": "Authorization", "value": wish.api_key}
        wanted["authentication"] = {"type": "api_key", "add_position": "header", "data": data}
        # A key cannot be read back: whether it is the right one nobody can tell, only whether there is one.
        fields = fields if first.get("authentication") else (*fields, "authentication")
    return [_change("webhook", wish.name, first, wanted, fields), *removals("webhook", others)]


def plan_triggers(
    wish: Wish, webhook: str, found: Sequence[Mapping[str, Any]], definitions: Mapping[str, Any]
) -> list[Change]:
    """Give what to do about the triggers that fire the webhook of this id, given those that are ours."""
    left = list(found)
    changes = []
    for title, direction in _titles(wish).items():
        wanted = _trigger(wish, webhook, title, direction, definitions)
        same = next((one for one in left if one.get("title") == title), {})
        left = [one for one in left if one is not same]
        changes.append(_change("trigger", title, same, wanted, differences(wanted, same)))
    return [*changes, *removals("trigger", left)]


def removals(what: Literal["webhook", "trigger"], found: Iterable[Mapping[str, Any]]) -> list[Change]:
    """Give what to do so that none of these is there."""
    return [Change("delete", what, str(one.get("name") or one.get("title")), str(one.get("id")), {}) for one in found]


def differences(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the names of the fields that are not as they are wanted."""
    return tuple(name for name, value in wanted.items() if _plain(value) != _plain(found.get(name)))


def _titles(wish: Wish) -> dict[str, str | None]:
    if not wish.two_triggers:
        return {wish.name: None}
    return {f"{wish.name} (customers)": INBOUND, f"{wish.name} (agents)": OUTBOUND}


def _trigger(
    wish: Wish, webhook: str, title: str, direction: str | None, definitions: Mapping[str, Any]
) -> dict[str, Any]:
    """Give a trigger that fires on comments alone: not on every change of a field or tag, as the recipe's does."""
    # With internal notes a comment of either kind will do; the body tells which it is.
    visible = "not_relevant" if wish.internal_notes else "true"
    conditions = [{"field": "comment_is_public", "operator": "is", "value": visible}]
    if direction is not None:
        value = _role(definitions, customers=direction == INBOUND)
        conditions.append({"field": "role", "operator": "is", "value": value})
    return {
        "title": title,
        "description": f"Sends each new comment to the conversation connector. {wish.marker}",
        "active": True,
        "conditions": {"all": conditions, "any": []},
        "actions": [{"field": "notification_webhook", "value": [webhook, template(direction)]}],
    }


def _role(definitions: Mapping[str, Any], *, customers: bool) -> str:
    """Give the account's own word for the role in a condition: no page lists them."""
    for one in _rows(definitions.get("conditions_all")):
        if one.get("subject") == "role":
            for value in _rows(one.get("values")):
                names = (str(value.get("value")), str(value.get("title")).strip("()"))
                if any(is_end_user(name) if customers else name.casefold() == "agent" for name in names):
                    return str(value["value"])
    hint = "leave --two-triggers out: one trigger tells the role in its body"
    raise StopError("the account lists no condition on the role of who changed the ticket", hint=hint)


def _change(
    what: Literal["webhook", "trigger"],
    name: str,
    found: Mapping[str, Any],
    wanted: dict[str, Any],
    fields: tuple[str, ...],
) -> Change:
    if not found:
        return Change("create", what, name, None, wanted)
    return Change("update" if fields else "keep", what, name, str(found.get("id")), wanted, fields)


def _rows(value: Any) -> Iterable[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _plain(value: Any) -> Any:
    """Give the value in a form in which Zendesk's way of writing it plays no part."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool) else str(value)
