"""List the kinds of senders of messages: one row each, its module imported when it is needed."""

from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Final

from connector.message.model import Source
from connector.message.options import Options

__all__ = ["KINDS", "Kind", "make_source"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of sender: where its reader is, and which keys of an intake's `source` mean something to it."""

    module: str
    """Has `make(options: Options) -> Source`."""
    keys: frozenset[str]
    edits: bool = True
    """Whether another text under the id of a message is the message as it was changed, and goes; else it is noted."""
    sessions: bool = False
    """Whether a message after the end begins another conversation under the same id, and so another case."""
    tells_case: bool = True
    """Whether a message tells all there is about its conversation; else what it does not tell stays as it was."""
    remembers: str = ""
    """The key of a record under which earlier events of a conversation tell what holds for its messages as well."""
    browsers: bool = False
    """Whether several browsers tell of one thing, and of calls as well."""


_EVERYWHERE: Final = frozenset({"kind", "api_key", "secret", "unsigned", "tolerance", "max_body", "stand_in"})


def _kind(module: str, *keys: str, remembers: str = "", **ways: bool) -> Kind:
    return Kind(f"connector.message.{module}", _EVERYWHERE.union(keys), remembers=remembers, **ways)


KINDS: Final = MappingProxyType(
    {
        "zendesk": _kind("zendesk", "signing_secret", "notes", "entities", "mailbox", "api", edits=False),
        "ultimate": _kind(
            *("ultimate", "bots", "relay", "relay_timeout", "chat", "idle", "mailbox"),
            remembers="metadata",
            sessions=True,
            tells_case=False,
        ),
        "sangoma": _kind("sangoma", "signing_secret", "notes", "idle", "mailbox", "cpaas"),
        "ccai-events": _kind("ccai_events", "origins", "idle", "mailbox", tells_case=False, browsers=True),
    }
)
"""The kinds by the word that an intake file says under `source.kind`."""


def make_source(kind: str, options: Options) -> Source:
    """Give the configured sender of this kind; raises what its module's `make` raises."""
    source: Source = import_module(KINDS[kind].module).make(options)
    return source
