"""Find the mistakes of a job or an intake that its shape does not show: in addresses, options, patterns and secrets."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from connector import network
from connector.delivery.address import base_url, checked_token
from connector.document import Document, Location
from connector.errors import ConfigurationError, Problem
from connector.job.definition.done import usable_done
from connector.job.definition.files import KIND, files_options, storage_options
from connector.job.definition.intake import IntakeSource
from connector.job.definition.mail import check_mail_job
from connector.message.kinds import KINDS
from connector.session.transcript import compile_line
from connector.settings import Settings
from connector.storage import open_storage

__all__ = ["find_intake_mistakes", "find_mistakes", "unused_keys"]

HARMLESS = frozenset({"bots", "idle", "notes"})
"""Keys of an intake's source that prove nothing: one file may serve as the pattern for every kind."""


class _Look(NamedTuple):
    """One look at a part of the job: what raises where it is wrong, and what a problem's field is relative to."""

    at: Location
    base: Location
    try_it: Callable[[], object]


def find_mistakes(written: Document, value: Any, settings: Settings, known: list[Problem]) -> list[Problem]:
    """Give what is wrong with a job's values beyond what is known already; nothing is connected to.

    `value` is the job file with its variables filled in, right or not: a mistake in one part hides no other.
    """
    return _try(written, _looks(value, settings), known)


def find_intake_mistakes(written: Document, value: Any, settings: Settings, known: list[Problem]) -> list[Problem]:
    """Give what is wrong with an intake's values beyond what is known already, as find_mistakes does for a job's."""
    wrong = [problem for key, problem in _foreign_keys(written, value) if key not in HARMLESS]
    return _try(written, _intake_looks(value, settings), known) + wrong


def unused_keys(written: Document, value: Any) -> list[Problem]:
    """Give a warning for each key that means nothing to the intake's kind of sender and does no harm."""
    return [problem for key, problem in _foreign_keys(written, value) if key in HARMLESS]


def _try(written: Document, looks: Iterator[_Look], known: list[Problem]) -> list[Problem]:
    found: list[Problem] = []
    for look in looks:
        place = ".".join(str(part) for part in look.at)
        if any(problem.field == place or problem.field.startswith(f"{place}.") for problem in (*known, *found)):
            continue
        try:
            look.try_it()
        except ConfigurationError as error:
            found += [_placed(written, look.base, problem) for problem in error.problems]
    return found


def _looks(value: Any, settings: Settings) -> Iterator[_Look]:
    yield from _files_looks(value)
    for at in (("source",), ("source", "recordings")):
        address, options = _get(value, *at, "storage"), _get(value, *at, "options") or {}
        kind = _get(value, *at, "kind")
        if isinstance(address, str) and isinstance(options, dict):
            known = storage_options(str(kind), options)
            done = usable_done(_get(value, "source"), of_recordings=len(at) > 1)
            yield _Look(at, at, partial(open_storage, address, known, settings.home, done=done))
    yield _Look(("source", "kind"), (), partial(check_mail_job, value))
    pattern = _get(value, "source", "transcript_pattern")
    if isinstance(pattern, str):
        yield _Look(("source", "transcript_pattern"), ("source",), partial(compile_line, pattern))
    yield from _target_looks(value, settings)


def _target_looks(value: Any, settings: Settings) -> Iterator[_Look]:
    url, token = _get(value, "target", "url"), _get(value, "target", "token")
    if isinstance(url, str):
        yield _Look(("target", "url"), (), partial(base_url, url))
    if isinstance(token, str):
        yield _Look(("target", "token"), (), partial(checked_token, token))
    if settings.ca_file is not None:
        yield _Look(("CONNECTOR_CA_FILE",), (), partial(network.trust, settings.ca_file))


def _intake_looks(value: Any, settings: Settings) -> Iterator[_Look]:
    source = _get(value, "source")
    if isinstance(source, dict):
        yield _Look(("source",), (), partial(_check_proof, source))
    for key in ("relay", "chat"):
        address = _get(value, "source", key)
        if isinstance(address, str):
            yield _Look(("source", key), (), partial(_check_address, address, f"source.{key}"))
    yield from _target_looks(value, settings)


def _check_proof(source: dict[str, Any]) -> None:
    """Raise ConfigurationError for a source that anybody could pretend to be."""
    if (
        not any(source.get(key) for key in ("signing_secret", "api_key", "secret"))
        and source.get("unsigned") is not True
    ):
        hint = "give signing_secret, api_key or secret; or `unsigned: true` where the sender knows none of them"
        raise ConfigurationError([Problem("nothing proves who sends", field="source", hint=hint)])


def _check_address(address: str, field: str) -> None:
    try:
        base_url(address)
    except ConfigurationError as error:
        hint = error.problems[0].hint
        raise ConfigurationError([Problem(error.problems[0].message, field=field, hint=hint)]) from error


def _foreign_keys(written: Document, value: Any) -> list[tuple[str, Problem]]:
    """Give each key that means nothing to the kind of sender, with what to say of it."""
    kind, source = KINDS.get(str(_get(value, "source", "kind"))), _get(value, "source")
    if kind is None or not isinstance(source, dict):
        return []
    foreign = [key for key in source if key in IntakeSource.model_fields and key not in kind.keys]
    said = f"means nothing to a source of kind {source['kind']}"
    return [(key, written.problem(("source", key), said, hint="leave it out")) for key in foreign]


def _files_looks(value: Any) -> Iterator[_Look]:
    """Give the looks at what a job of kind files says of its files."""
    options = _get(value, "source", "options") or {}
    if _get(value, "source", "kind") != KIND or not isinstance(options, dict):
        return
    yield _Look(("source", "options"), ("source",), partial(files_options, options))
    if _get(value, "agents") and not _get(options, "agent"):
        yield _Look(("source", "options", "agent"), (), _no_agent)


def _no_agent() -> None:
    hint = "name the field that tells the agent, for example agent: {id: agent_id}"
    message = "is missing: without it nobody can be looked up in the agents file"
    raise ConfigurationError([Problem(message, field="source.options.agent", hint=hint)])


def _get(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _placed(written: Document, base: Location, problem: Problem) -> Problem:
    if problem.file is not None or not problem.field:
        return problem
    return written.problem((*base, *problem.field.split(".")), problem.message, hint=problem.hint)
