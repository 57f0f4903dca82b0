"""Answer an AI agent where nobody else does, without ever telling it that something was done for the visitor."""

from http import HTTPStatus
from typing import Any, Final

from connector.errors import SkipError
from connector.message.layout import table
from connector.session.field import word
from connector.session.reader import read_json

__all__ = ["answer_alone", "goes_to_chat"]

QUESTION: Final = "isTeamOnline"
ESCALATION: Final = "escalate"
NOT_DONE: Final = HTTPStatus.UNPROCESSABLE_ENTITY
NO_ANSWER: Final = HTTPStatus.GATEWAY_TIMEOUT


def answer_alone(body: bytes, *, relays: bool) -> tuple[int, dict[str, Any]]:
    """Give the status and the body of the answer.

    No team is online as far as we know. A hand-over succeeds at any 200 and an action counts as done, so both get an
    error, and so does every event that should have reached the visitor over a relay and did not. What is only taken
    note of gets its 200, as what an application tells us does.
    """
    told = _told(body)
    data = table(told.get("data"))
    kind = word(data.get("eventType"))
    if kind == QUESTION:
        return HTTPStatus.OK, {"isOnline": False}
    if relays and not _is_for_chat(told):
        return NO_ANSWER, {"error": "the application that answers gave no answer in time"}
    if kind == ESCALATION:
        return NOT_DONE, {"error": "nobody takes over here: this address only listens"}
    if kind is None and type(told.get("data")) is list:
        return NOT_DONE, {"error": "no action is carried out here: this address only listens"}
    return HTTPStatus.OK, {}


def goes_to_chat(body: bytes) -> bool:
    """Tell whether a body is what an application sends to the Chat API, and not what the AI agent sends."""
    return _is_for_chat(_told(body))


def _is_for_chat(told: Any) -> bool:
    return word(told.get("eventType")) is not None and word(table(told.get("data")).get("eventType")) is None


def _told(body: bytes) -> Any:
    try:
        return table(read_json(body, "the body")[0])
    except SkipError:
        return {}
