"""Speak Sangoma's interface for programs: one method per documented call.

The calls and what they take are documented (sangomakb.atlassian.net, space SCX); what they answer is not. So of an
answer only the id is looked for, where Chatwoot has it, and the whole of it is given as it came.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self

from connector.clock import Clock, SystemClock
from connector.message.layout import table
from connector.message.sangoma.access import AGENT_CALLS, DIGITAL_INTERACTIONS, QUEUE_CALLS, Access
from connector.message.sangoma.line import SangomaLine
from connector.session.field import rows, word

__all__ = ["Customer", "Inbox", "Made", "SangomaApi"]

ROOT: Final = "api/v1/digital-interactions"
_AROUND: Final = ("payload", "data", "results", "inboxes", "webhook")
"""What a list, or the thing that was made, may be wrapped in."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a call made: its id where the answer tells one, and the answer as it came."""

    id: str | None
    told: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Inbox:
    """An inbox, with what is known of it."""

    id: str
    name: str
    channel: str | None


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody who writes; `inbox_id` is where."""

    name: str
    email: str
    inbox_id: int
    phone_number: str | None = None


class SangomaApi:
    """One tenant's Sangoma CX; use it as `async with`.

    Every method raises StopError in words that tell what to do; what makes something raises OutcomeUnknownError where
    no answer tells whether it was made.
    """

    def __init__(self, access: Access, clock: Clock | None = None, *, ca_file: Path | None = None) -> None:
        self._tenant = access.tenant_domain
        self._line = SangomaLine(access, clock or SystemClock(), ca_file=ca_file)

    async def __aenter__(self) -> Self:
        """Get ready; the first call makes a connection and gets a token."""
        await self._line.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._line.__aexit__(kind, error, trace)

    async def inboxes(self) -> list[Inbox]:
        """Give the inboxes there are; one whose entry has no id is left out."""
        found = await self._line.get(f"{ROOT}/inboxes/", DIGITAL_INTERACTIONS)
        listed = _inner(found)
        entries = rows({"inboxes": listed if type(listed) is list else [listed]}, "inboxes")
        return [
            Inbox(id_, word(one.get("name")) or "", word(one.get("channel_type")))
            for one in entries
            if (id_ := word(one.get("id")))
        ]

    async def create_webhook(self, url: str, subscriptions: Sequence[str]) -> Made:
        """Have these events posted to this address. There is no call that lists or deletes webhooks."""
        return await self._make("webhooks/", url=url, subscriptions=list(subscriptions))

    async def create_agent_bot(self, name: str, outgoing_url: str) -> Made:
        """Make a bot whose events are posted to this address."""
        return await self._make("agent-bot/", name=name, outgoing_url=outgoing_url)

    async def assign_agent_bot(self, inbox_id: int, agent_bot_id: int) -> None:
        """Let a bot be the first to answer in this inbox: its conversations then wait for the bot."""
        await self._make("assign-agent-bot/", inbox_id=inbox_id, agent_bot_id=agent_bot_id)

    async def create_contact(self, customer: Customer) -> Made:
        """Make a contact for somebody who writes."""
        told = {"name": customer.name, "email": customer.email, "inbox_id": customer.inbox_id}
        return await self._make("contacts/", **told, **_given(phone_number=customer.phone_number))

    async def create_conversation(
        self, contact_id: int, inbox_id: int, *, source_id: str, priority: int, initial_message: str
    ) -> Made:
        """Begin a conversation with its first message; `source_id` is the contact's e-mail address."""
        told = {"source_id": source_id, "contact_id": contact_id, "inbox_id": inbox_id, "priority": priority}
        return await self._make("conversations/", **told, initial_message=initial_message)

    async def send_message(
        self, conversation_id: int, content: str, message_type: Literal["incoming", "outgoing"] = "outgoing"
    ) -> Made:
        """Add a message: outgoing shows as the bot's, incoming as the customer's."""
        told = {"content": content, "message_type": message_type}
        return await self._make("messages/", **told, conversation_id=conversation_id)

    async def deliver_to_agent(self, conversation_id: int) -> None:
        """Hand a conversation over from the bot to a person."""
        await self._make("conversations/deliver-to-agent/", conversation_id=conversation_id)

    async def finish(self, conversation_id: int) -> None:
        """End a conversation."""
        await self._make("conversations/finish/", conversation_id=conversation_id)

    async def call_from_agent(self, agent_name: str, destination: str) -> None:
        """Place a call for an agent who is logged in."""
        body = {"agent_name": agent_name, "destination": destination, "tenant_domain": self._tenant}
        await self._line.post("api/v1/agents/call/", AGENT_CALLS, body)

    async def call_from_queue(self, queue_name: str, destination: str) -> None:
        """Place a call that, once answered, waits in a queue for an agent."""
        body = {"queue_name": queue_name, "destination": destination, "tenant_domain": self._tenant}
        await self._line.post("api/v1/queues/call/", QUEUE_CALLS, body)

    async def _make(self, path: str, **body: Any) -> Made:
        found = await self._line.post(f"{ROOT}/{path}", DIGITAL_INTERACTIONS, {"tenant_domain": self._tenant, **body})
        told = table(_inner(found))
        return Made(word(told.get("id")), told)


def _inner(found: Any) -> Any:
    """Give what an answer is about: itself, or what it is wrapped in, once or twice."""
    for _ in range(len(_AROUND)):
        around = table(found)
        if "id" in around or not (wrapped := [around[name] for name in _AROUND if name in around]):
            break
        found = wrapped[0]
    return found


def _given(**parts: str | None) -> dict[str, str]:
    return {name: value for name, value in parts.items() if value is not None}
