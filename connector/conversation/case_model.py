"""State what Capturi accepts as a case: its fields, its messages, and who wrote them."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

from connector.conversation.model import Id, Instant, Labels, Text

__all__ = ["Case", "CaseFields", "CaseMessage", "CasePatch", "Contact", "CustomField", "Direction", "Message"]

MOST_CUSTOM_FIELDS = 10

Direction = Literal["Inbound", "Outbound"]


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("is blank")
    return text


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True)


class Contact(_Part):
    """Somebody who wrote or got a message."""

    name: Text = Field(description="Name as it is shown.")
    email: Text = Field(description="E-mail address.")
    id: Text | None = Field(None, description="Id in the source system; Capturi wants it of whoever writes outbound.")


class CustomField(_Part):
    """A field of the customer's own."""

    name: Annotated[str, StringConstraints(strict=True, pattern=r"^[a-zA-Z0-9]+$")] = Field(
        description="Letters and digits only."
    )
    value: Text = Field(description="Text; Capturi ignores empty ones without a word.")


class Message(_Part):
    """One message of a case."""

    message_uid: Id = Field(description="Id in the source system.")
    created: Instant = Field(description="When it was written, UTC with Z.")
    direction: Direction = Field(description="From the customer, or to him.")
    sender: Contact = Field(alias="from", description="Who wrote it.")
    to: tuple[Contact, ...] = Field(description="Who got it; at least one.")
    text: Annotated[str, AfterValidator(_not_blank)] = Field(strict=True, description="What was written.")
    type: Text | None = Field(None, description="Kind of message, for example email or chat.")
    subject: Text | None = Field(None, description="Subject; once required by Capturi, so always worth sending.")
    attachments: Labels = Field(None, description="Ids of attached files.")

    # Lengths are checked when all entries are known to be sound: else a broken entry counts as an absent one as well.
    @model_validator(mode="after")
    def _has_both_ends(self) -> "Message":
        if not self.to:
            raise ValueError("goes to nobody")
        if self.direction == "Outbound" and self.sender.id is None:
            raise ValueError("has no from.id, which an outbound message must have")
        return self


class CaseFields(_Part):
    """What Capturi takes of a text conversation beside its messages; fields bear Capturi's names in snake case."""

    case_uid: Id = Field(description="Id in the source system.")
    source: Text = Field(description="Name of the source system.")
    created: Instant = Field(description="When the case began, UTC with Z.")
    updated: Instant = Field(description="When it last changed, UTC with Z.")
    subject: Text = Field(description="What it is about.")
    inbox: Text | None = Field(None, description="Inbox or queue.")
    status: Text | None = Field(None, description="A word of the source system.")
    priority: Text | None = Field(None, description="How urgent it is.")
    tags: Labels = Field(None, description="Tags, each once.")
    custom_fields: Annotated[tuple[CustomField, ...], Field(max_length=MOST_CUSTOM_FIELDS)] | None = None


class Case(CaseFields):
    """A text conversation as Capturi accepts it, with its messages."""

    messages: tuple[Message, ...] = Field(description="In the order of the transcript; at least one.")
    notes: tuple[str, ...] = Field((), exclude=True, description="What a person should know; never sent.")

    @model_validator(mode="after")
    def _has_messages(self) -> "Case":
        if not self.messages:
            raise ValueError("has no message")
        return self

    def to_wire(self) -> dict[str, Any]:
        """Give the body of the call that puts the whole case; empty fields are left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class CaseMessage(CaseFields):
    """One message with the fields of its case, as Capturi accepts them together."""

    message: Message = Field(description="The one message.")
    assumed: tuple[str, ...] = Field((), exclude=True, description="Fields that are a default; never sent.")
    notes: tuple[str, ...] = Field((), exclude=True, description="What a person should know; never sent.")

    def to_wire(self) -> dict[str, Any]:
        """Give the body of the call that puts one message; empty fields are left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class CasePatch(_Part):
    """New fields of a case without a message; `created` and `priority` wait for one: no change carries them."""

    case_uid: Text = Field(exclude=True, description="Id in the source system; stands in the address.")
    created: Instant | None = Field(None, description="When the case began, UTC with Z; goes with the next message.")
    updated: Instant | None = Field(None, description="When the case last changed, UTC with Z.")
    subject: Text | None = Field(None, description="What it is about.")
    inbox: Text | None = Field(None, description="Inbox or queue.")
    status: Text | None = Field(None, description="A word of the source system.")
    priority: Text | None = Field(None, description="How urgent it is; goes with the next message.")
    tags: Labels = Field(None, description="Tags, each once; they replace those the case has.")
    custom_fields: Annotated[tuple[CustomField, ...], Field(max_length=MOST_CUSTOM_FIELDS)] | None = None

    def to_wire(self) -> dict[str, Any]:
        """Give the fields as Capturi names them; those without a value are left out and stay as they are."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)
