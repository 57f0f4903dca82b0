"""Answer PUT /v1/case, PUT and POST /v1/case/messages, PATCH /v1/case/{externalID}."""

from datetime import UTC, datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from connector.sandbox.case_rules import ADD_MESSAGE, PATCH_CASE, PUT_CASE, PUT_MESSAGE, kept_case
from connector.sandbox.field import Field, moment_of, problems
from connector.sandbox.memory import Case
from connector.sandbox.message_rules import kept_message, kept_patch_message
from connector.sandbox.rehearsal import Rehearsal, rehearsal_of
from connector.sandbox.request import last_segment, read_json, refuse

__all__ = ["routes"]

Values = dict[str, Any]


def routes() -> list[Route]:
    """Give the case calls."""
    return [
        Route("/v1/case", _put_case, methods=["PUT"]),
        Route("/v1/case/messages", _put_message, methods=["PUT"]),
        Route("/v1/case/messages", _add_message, methods=["POST"]),
        Route("/v1/case/{rest:path}", _patch_case, methods=["PATCH"]),
    ]


async def _put_case(request: Request) -> Response:
    rehearsal = rehearsal_of(request)
    body = await _checked(request, PUT_CASE)
    fields = kept_case(PUT_CASE, body)
    _refuse_older(rehearsal, rehearsal.memory.cases.get(fields["caseUid"]), fields)
    messages = [kept_message(one, rehearsal.switches) for one in body["messages"]]
    rehearsal.store.write_case(fields["caseUid"], fields, messages)
    return PlainTextResponse("OK")


async def _put_message(request: Request) -> Response:
    rehearsal = rehearsal_of(request)
    body = await _checked(request, PUT_MESSAGE)
    fields = kept_case(PUT_MESSAGE, body)
    known = rehearsal.memory.cases.get(fields["caseUid"])
    _refuse_older(rehearsal, known, fields)
    _add(rehearsal, fields["caseUid"], body["message"], fields)
    return PlainTextResponse("OK")


async def _add_message(request: Request) -> Response:
    rehearsal = rehearsal_of(request)
    body = await _checked(request, ADD_MESSAGE)
    if body["caseUid"] in rehearsal.memory.cases:
        _add(rehearsal, body["caseUid"], body["message"], None)
    elif rehearsal.switches.missing_case == "refuse":
        raise HTTPException(404, "there is no such case")
    return PlainTextResponse("OK")


async def _patch_case(request: Request) -> Response:
    rehearsal = rehearsal_of(request)
    case_uid = last_segment(request, "/v1/case/")
    body = await _checked(request, PATCH_CASE)
    known = rehearsal.memory.cases.get(case_uid)
    if known is None:
        raise HTTPException(404, "there is no such case")
    changes = kept_case(PATCH_CASE, body)
    messages = [kept_patch_message(one, rehearsal.switches) for one in body.get("messages") or ()]
    if body.get("onlyUpdateCustomFields"):
        changes = {name: value for name, value in changes.items() if name == "customFields"}
        messages = []
    _refuse_older(rehearsal, known, changes)
    if changes.get("caseUid", case_uid) != case_uid and changes["caseUid"] in rehearsal.memory.cases:
        raise HTTPException(409, "a case with this external uid exists already")
    rehearsal.store.write_case(case_uid, {**known.fields, **changes}, _merged(known.messages, messages))
    return PlainTextResponse("OK")


async def _checked(request: Request, fields: tuple[Field, ...]) -> Values:
    body = await read_json(request)
    refuse(list(problems(fields, body, rehearsal_of(request).switches)))
    checked: Values = body
    return checked


def _refuse_older(rehearsal: Rehearsal, known: Case | None, fields: Values) -> None:
    """Answer 409 to fields that are older than those the case has, where the switch wants that."""
    if known is None or rehearsal.switches.older_update == "accept" or "updated" not in fields:
        return
    if _instant(fields["updated"]) < _instant(known.fields["updated"]):
        raise HTTPException(409, "the case has been updated later than this")


def _instant(text: str) -> datetime:
    moment = moment_of(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _add(rehearsal: Rehearsal, case_uid: str, message: Values, fields: Values | None) -> None:
    """Add a message to a case, which is made or overwritten where `fields` are given."""
    known = rehearsal.memory.cases.get(case_uid)
    switch = rehearsal.switches.repeated_message
    if switch == "refuse" and known and any(one["messageUid"] == message["messageUid"] for one in known.messages):
        raise HTTPException(409, "the case has a message with this uid already")
    kept = kept_message(message, rehearsal.switches)
    rehearsal.store.add_message(case_uid, kept, fields=fields, replace=switch != "duplicate")


def _merged(known: list[Values], added: list[Values]) -> list[Values]:
    """Give the messages with the added ones, each in the place of the one that has its id."""
    by_id = {one["messageUid"]: one for one in added}
    kept = [by_id.pop(one["messageUid"], one) for one in known]
    return [*kept, *by_id.values()]
