"""Have Sangoma CX send its events to an intake, once: what was made is remembered, since Sangoma lists no webhooks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import urlsplit

import orjson

from connector.clock import Clock
from connector.errors import ConfigurationError, Problem, StopError
from connector.message.sangoma.api import SangomaApi
from connector.network import is_loopback
from connector.session.field import rows, word

__all__ = ["EVENTS", "Memory", "Mode", "Result", "Webhook", "checked_address", "checked_events", "memory_of", "set_up"]

EVENTS: Final = ("conversation_created", "message_created")
"""The events that Sangoma documents; those of a Chatwoot may be asked for as well and may be refused."""
_EVENT: Final = re.compile(r"[a-z][a-z_]*\Z")


@dataclass(frozen=True, slots=True)
class Webhook:
    """What is asked of Sangoma: these events of this tenant, posted to this address."""

    tenant_domain: str
    url: str
    subscriptions: tuple[str, ...]


class Mode(NamedTuple):
    """Whether anything is done at all, and whether it is done although it was done before."""

    apply: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What setting up came to, or would come to.

    `there` was made before, `unsure` was asked for before and no answer is known, `made` is new, `wanted` would be.
    """

    state: Literal["there", "unsure", "made", "wanted"]
    id: str | None = None
    made_at: str | None = None
    others: tuple[str, ...] = ()
    """Ids of other webhooks that were made for this intake: Sangoma documents no way to delete them."""
    secret: str | None = None
    """What signs the events, where the answer told it."""


class Memory:
    """The file that remembers what was made for an intake."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[dict[str, Any]]:
        """Give what was made, oldest first; raise ConfigurationError where the file is spoilt."""
        try:
            found = orjson.loads(self.path.read_bytes())
        except FileNotFoundError:
            return []
        except (OSError, orjson.JSONDecodeError) as error:
            hint = "mend it, or delete it where you know that Sangoma has no webhook for this intake"
            raise ConfigurationError([Problem("cannot be read", self.path, hint=hint)]) from error
        return [dict(row) for row in rows(found if type(found) is dict else {}, "webhooks")]

    def write(self, made: Sequence[Mapping[str, Any]]) -> None:
        """Remember these; raise StopError where they cannot be written."""
        told = orjson.dumps({"webhooks": list(made)}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside = self.path.with_suffix(".new")
            beside.write_bytes(told)
            beside.replace(self.path)
        except OSError as error:
            raise StopError(f"{self.path} cannot be written: {error.strerror}", hint="see who may write it") from error


def memory_of(home: Path, intake: str) -> Memory:
    """Give what remembers the webhooks of an intake of this project."""
    return Memory(home / "setup" / f"{intake}.json")


async def set_up(api: SangomaApi, wanted: Webhook, memory: Memory, clock: Clock, mode: Mode) -> Result:
    """Make the webhook unless it was made before, or tell what would be done.

    `again` makes it although a former try is unsure or done. Raises StopError where Sangoma refuses,
    OutcomeUnknownError where nobody can tell whether it was made.
    """
    known = memory.read()
    same = [one for one in known if _is(one, wanted)]
    others = tuple(str(one["id"]) for one in known if one.get("id") and not _is(one, wanted))
    if same and not mode.again:
        sure = next((one for one in same if one.get("answered")), None)
        found = sure or same[-1]
        return Result("there" if sure else "unsure", word(found.get("id")), word(found.get("made_at")), others)
    if not mode.apply:
        return Result("wanted", others=others)
    row = {**asdict(wanted), "made_at": clock.now().isoformat(timespec="seconds"), "id": None, "answered": False}
    # Written first: where no answer comes, nobody can ask Sangoma whether the webhook is there.
    memory.write([*known, row])
    try:
        made = await api.create_webhook(wanted.url, wanted.subscriptions)
    except StopError:
        memory.write(known)
        raise
    memory.write([*known, {**row, "id": made.id, "answered": True}])
    return Result("made", made.id, row["made_at"], others, word(made.told.get("secret")))


def checked_address(base: str, path: str) -> str:
    """Give the address Sangoma is to post to; raise ConfigurationError where it cannot be reached safely."""
    try:
        parts = urlsplit(base.strip())
        _ = parts.port
    except ValueError:
        raise ConfigurationError([Problem("is no address", field="--url")]) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ConfigurationError([Problem("is no address of the form https://host", field="--url")])
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        hint = "put https:// before it: messages of customers go there"
        raise ConfigurationError([Problem("would show the messages to the network", field="--url", hint=hint)])
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}{path}"


def checked_events(events: Sequence[str]) -> tuple[str, ...]:
    """Give the events to subscribe to, each once; raise ConfigurationError for what can be none."""
    wrong = [one for one in events if not _EVENT.match(one)]
    if wrong:
        raise ConfigurationError([Problem(f"{wrong[0]!r} is no name of an event", field="--subscribe")])
    return tuple(dict.fromkeys(events)) or EVENTS


def _is(row: Mapping[str, Any], wanted: Webhook) -> bool:
    told = row.get("subscriptions")
    events = set(told) if isinstance(told, list) else set()
    return (row.get("tenant_domain"), row.get("url"), events) == (
        wanted.tenant_domain,
        wanted.url,
        set(wanted.subscriptions),
    )
