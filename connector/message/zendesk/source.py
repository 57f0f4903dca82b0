"""Be the sender `zendesk`: let its webhooks in, read what their triggers tell."""

from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from connector.message.model import Accepted, Event, Request, Ticket
from connector.message.options import Options
from connector.message.signature import admit, zendesk_signed_at
from connector.message.zendesk.body import read_body
from connector.message.zendesk.comment import read_comment

__all__ = ["CORRELATION", "ZendeskSource", "make"]

CORRELATION: Final = (
    "x-zendesk-account-id",
    "x-zendesk-webhook-id",
    "x-zendesk-webhook-invocation-id",
    "x-zendesk-webhook-signature-timestamp",
)
"""Headers that tell one invocation from another. The signature does not cover the first three: nothing may rest on them
but the recognition of a repetition."""

LONGEST_TOLD: Final = 100
CONFLICT: Final = 409


class ZendeskSource:
    """Webhooks that Zendesk's triggers fire; see Source.

    Zendesk tries again after 409, up to three times, and loses what was answered with most other statuses.
    """

    kind = "zendesk"
    reads = "zendesk.comment"
    methods = frozenset({"POST", "PUT"})
    trouble_status = CONFLICT

    def __init__(self, options: Options) -> None:
        self._options = options

    def admit(self, request: Request, now: datetime) -> Ticket:
        """Give the ticket; the attempts of one invocation are one event, and so are its repetitions by anybody."""
        told = (request.headers.get(name, "")[:LONGEST_TOLD] for name in (CORRELATION[0], CORRELATION[2]))
        repeats = "|".join((*told, sha256(request.body).hexdigest()))
        return admit(request, self._options, now, signed_at=zendesk_signed_at, repeats=repeats, keep=CORRELATION)

    def read(self, accepted: Accepted) -> tuple[Event, ...]:
        """Give the one comment that a trigger tells of."""
        body, mended = read_body(accepted.body)
        return (read_comment(body, self._options, mended),)

    def answer(self, request: Request) -> tuple[int, dict[str, Any]]:  # noqa: ARG002 - Zendesk reads no answer
        """Give what Zendesk wants to hear: nothing but the status."""
        return 200, {}


def make(options: Options) -> ZendeskSource:
    """Give the sender as its intake file describes it."""
    return ZendeskSource(options)
