"""Describe the addresses of the intakes as an OpenAPI document: who may send what there, and what is answered."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from connector import __version__
from connector.job.definition.loader import IntakePlan
from connector.web.shape import SHAPES

__all__ = ["describe"]

ANSWERS: Final = {
    200: "Stored, and the disk has it; a repetition is answered so as well.",
    401: "The signature, the key or the secret is missing or wrong, or the time of the signature is too far off.",
    405: "The method is not one of this intake.",
    408: "The body took too long.",
    413: "The body is larger than the intake allows.",
    415: "The body is of another type than JSON.",
}
ULTIMATE: Final = {
    422: "Nobody can answer that here: an escalation or an action, and no relay.",
    504: "The real answerer gave no answer in time.",
}
TROUBLE: Final = "Trouble of ours: come again after the seconds that Retry-After names."
SIGNED: Final = {
    "zendesk": ("X-Zendesk-Webhook-Signature", "X-Zendesk-Webhook-Signature-Timestamp"),
    "sangoma": ("X-Chatwoot-Signature", "X-Chatwoot-Timestamp"),
}
"""The headers in which a sender's own signature and its time come."""


def describe(plans: Iterable[IntakePlan]) -> dict[str, Any]:
    """Give the OpenAPI 3.1 document for these intakes and for `/healthz`; it names no secret."""
    plans = list(plans)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Conversation analytics connector", "version": __version__},
        "paths": {**{plan.address: _path(plan) for plan in plans}, "/healthz": {"get": _health()}},
        "components": {
            "schemas": {
                "Error": {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]},
                **{plan.source.kind: SHAPES[plan.source.kind] for plan in plans},
            },
            "securitySchemes": {name: scheme for plan in plans for name, scheme in _schemes(plan)},
        },
    }


def _path(plan: IntakePlan) -> dict[str, Any]:
    security: dict[str, list[str]] = {name: [] for name, _ in _schemes(plan)}
    body = {"schema": {"$ref": f"#/components/schemas/{plan.source.kind}"}}
    size = plan.intake.source.max_body
    operation = {
        "summary": f"Take in what {plan.source.kind} sends",
        "description": f"A body of another shape is stored as well. At most {size:,} bytes.",
        "requestBody": {"required": False, "content": {"application/json": body}},
        "responses": {**_answers(plan), **_relayed(plan)},
        "security": [security],
    }
    name = plan.intake.intake
    return {method.lower(): {**operation, "operationId": f"{method.lower()}-{name}"} for method in plan.source.methods}


def _answers(plan: IntakePlan) -> dict[str, Any]:
    is_bot = plan.source.kind == "ultimate"
    told = {**ANSWERS, **(ULTIMATE if is_bot else {}), plan.source.trouble_status: TROUBLE}
    answers = {str(status): _answer(words, {"$ref": "#/components/schemas/Error"}) for status, words in told.items()}
    answers["200"] = _answer(ANSWERS[200], {"type": "object"})
    answers[str(plan.source.trouble_status)]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return answers


def _relayed(plan: IntakePlan) -> dict[str, Any]:
    """Give what else comes back where somebody else answers: whatever he says."""
    source = plan.intake.source
    if source.relay is None and source.chat is None:
        return {}
    return {"default": {"description": "The answer of the real answerer, passed on."}}


def _answer(words: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": schema}}}


def _health() -> dict[str, Any]:
    told = {"type": "object", "properties": {"status": {"type": "string"}}, "required": ["status"]}
    answers = {"200": _answer("Requests are accepted.", told), "503": _answer("They are not, at this moment.", told)}
    return {"summary": "Tell whether requests can be accepted", "operationId": "health", "responses": answers}


def _schemes(plan: IntakePlan) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give what a sender must show, each a header: all of them together."""
    source, name = plan.intake.source, plan.intake.intake
    if source.signing_secret is not None:
        for header in SIGNED.get(source.kind, ()):
            yield f"{name}-{header.lower()}", _header(header)
    if source.api_key is not None:
        yield f"{name}-authorization", _header("Authorization")
    if source.secret is not None:
        yield f"{name}-{source.secret.header.lower()}", _header(source.secret.header)


def _header(name: str) -> dict[str, Any]:
    return {"type": "apiKey", "in": "header", "name": name}
