"""Describe an intake file: what a person writes into `jobs/NAME.yaml` about a sender of messages."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, model_validator

from connector.job.definition.cpaas import Cpaas
from connector.job.definition.model import CHAT_WRITER, ChatWriter, Duration, Limits, Name, Part, StandIn, Target
from connector.job.definition.size import parse_size
from connector.message import options
from connector.message.zendesk.access import EXPORTS_PER_MINUTE, REQUESTS_PER_MINUTE, Access

__all__ = ["ApiAccess", "Intake", "IntakeSource", "MailboxEntry", "SecretHeader"]

Secret = Annotated[SecretStr, Field(min_length=1)]
LARGEST_BODY = 64 << 20


class SecretHeader(Part):
    """A secret that the sender puts into a header of its own."""

    header: str = Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", description="Name of the header.")
    mode: Literal["plain", "hmac-sha256-hex", "hmac-sha256-base64"] = Field(
        "plain", description="The secret itself, or the signature of the raw body made with it."
    )
    value: Secret = Field(description='The secret, as "${NAME}".')

    def plain(self) -> options.Secret:
        """Give what the sender's reader needs to know."""
        return options.Secret(self.header.lower(), self.mode, self.value.get_secret_value())


class MailboxEntry(Part):
    """Who gets or writes a message where the sender names nobody."""

    name: str = Field(min_length=1, description="Shown name.")
    email: str = Field(min_length=1, description="Address.")
    id: str | None = Field(None, description="Id; left out: the address.")


class ApiAccess(Part):
    """The sender's own interface for programs: setting it up and bringing its history in go over it (zendesk)."""

    subdomain: str | None = Field(
        None, pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*$", description="Name before .zendesk.com; or give url."
    )
    url: str | None = Field(None, description="Address like https://acme.zendesk.com, where the subdomain will not do.")
    email: str = Field(min_length=3, description="Whose token it is: an administrator's address.")
    token: Secret = Field(description='API token of the Admin Center, as "${NAME}".')
    requests_per_minute: int = Field(
        REQUESTS_PER_MINUTE,
        ge=1,
        le=10_000,
        description="Requests in a minute; other programs share them.",
    )
    exports_per_minute: int = Field(
        EXPORTS_PER_MINUTE, ge=1, le=1_000, description="Of the incremental exports; 30 with the High Volume add-on."
    )

    @model_validator(mode="after")
    def _one_address(self) -> Self:
        if (self.subdomain is None) is (self.url is None):
            raise ValueError("give subdomain or url, one of them")
        return self

    def access(self) -> Access:
        """Give what its client needs to know."""
        return Access(
            self.url or f"https://{self.subdomain}.zendesk.com",
            self.email,
            self.token.get_secret_value(),
            self.requests_per_minute,
            self.exports_per_minute,
        )


class IntakeSource(Part):
    """Who sends, how he proves it, what is made of what he leaves out; a key of another kind is wrong, or warned of."""

    kind: Literal["zendesk", "ultimate", "sangoma", "ccai-events"] = Field(description="The system that sends.")
    signing_secret: Secret | None = Field(
        None, description='Secret of the sender\'s own signature (zendesk, sangoma), as "${NAME}".'
    )
    api_key: Secret | None = Field(None, description="The whole value expected in the header Authorization.")
    secret: SecretHeader | None = Field(None, description="A secret in a header of your choice, for other senders.")
    unsigned: bool = Field(
        default=False,
        description="Whether a sender without any secret is let in: anybody then is, who knows the address.",
    )
    tolerance: Duration = Field(
        timedelta(minutes=5),
        description="Oldest signature accepted, and how long a repetition is known as one and stored once.",
    )
    max_body: Annotated[int, BeforeValidator(parse_size), Field(ge=1, le=LARGEST_BODY)] = Field(
        1 << 20, description="Largest body in bytes, or as 1MiB."
    )
    bots: list[str] = Field(default_factory=list, description="Ids of the bots that may send; empty: all (ultimate).")
    relay: str | None = Field(
        None, description="Address of the real answerer, whose answer is passed on (ultimate); left out: none is asked."
    )
    relay_timeout: Duration = Field(timedelta(seconds=5), description="How long the real answerer is waited for.")
    chat: str | None = Field(
        None,
        description="Address of the Chat API, to which what the application sends here goes on (ultimate); "
        "left out: it is only kept.",
    )
    origins: list[str] = Field(
        default_factory=list,
        description="Addresses of the pages that may post from a browser, like https://crm.example.com (ccai-events).",
    )
    idle: Duration = Field(
        timedelta(hours=2), description="A text conversation without an end is closed after so much silence."
    )
    notes: Literal["drop", "send"] = Field("drop", description="What becomes of internal notes.")
    entities: Literal["auto", "decode", "keep"] = Field(
        "auto",
        description="Whether HTML entities in texts are read (zendesk); auto: where the sender seems to write them.",
    )
    stand_in: StandIn = Field(default_factory=StandIn, description="For contacts without name or e-mail.")
    mailbox: MailboxEntry | None = Field(None, description="Recipient, or the bot's address, where none is named.")
    api: ApiAccess | None = Field(
        None, description="How Zendesk itself is asked, by `connector zendesk setup` and `backfill` alone."
    )
    cpaas: Cpaas | None = Field(None, description="How Sangoma CX itself is asked, by `connector sangoma` alone.")


class Intake(Part):
    """One sender of messages: how he is known, and where what he tells goes."""

    intake: Name = Field(description="Name of the intake: the file's name without .yaml; the end of its address.")
    tenant: Name = Field(description="Part of every case's id: ids are unique per tenant only.")
    source: IntakeSource = Field(description="Who sends.")
    chats: ChatWriter = CHAT_WRITER
    mapping: str = Field(description="Mapping file, relative to the project folder: writes capturi.case_message.")
    target: Target = Field(description="Where messages go.")
    limits: Limits = Field(default_factory=Limits, description="How fast and when; a message counts as a conversation.")

    def options(self) -> options.Options:
        """Give what the sender's reader needs to know."""
        source, secret, mailbox = self.source, self.source.secret, self.source.mailbox
        return options.Options(
            name=self.intake,
            tenant=self.tenant,
            signing_secret=_text(source.signing_secret),
            api_key=_text(source.api_key),
            tolerance=source.tolerance,
            secret=options.Secret(secret.header.lower(), secret.mode, secret.value.get_secret_value())
            if secret
            else None,
            unsigned=source.unsigned,
            bots=tuple(source.bots),
            stand_in=options.Mailbox(source.stand_in.name, source.stand_in.email),
            mailbox=options.Mailbox(mailbox.name, mailbox.email, mailbox.id) if mailbox else None,
            notes=source.notes,
            entities=source.entities,
            relays=source.relay is not None,
        )


def _text(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None
