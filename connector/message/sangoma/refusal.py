"""Say what a refusal of Sangoma's interface means, and what to do about it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from connector.errors import StopError
from connector.line import Answer

__all__ = ["refusal_of"]

_CREDENTIALS: Final = "see source.cpaas: client id and secret are made under System > Configuration > CPaaS Credentials"
_WORDS: Final[Mapping[int, tuple[str, str]]] = {
    HTTPStatus.BAD_REQUEST: ("Sangoma does not take what was sent", "see source.cpaas.tenant_domain, and the ids"),
    HTTPStatus.UNAUTHORIZED: ("Sangoma does not accept the token", _CREDENTIALS),
    HTTPStatus.FORBIDDEN: (
        "Sangoma does not let these credentials do that",
        "see their scopes, and whether they belong to source.cpaas.tenant_domain",
    ),
    HTTPStatus.NOT_FOUND: ("Sangoma knows nothing there", "see source.cpaas.url, and the ids"),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("Sangoma does not take what was sent", "see the events that are subscribed to"),
    HTTPStatus.TOO_MANY_REQUESTS: ("a limit of Sangoma's is used up", "run it again later"),
}


def refusal_of(answer: Answer, *, token: bool = False) -> StopError:
    """Give the error to raise for an answer that is no success, or that gave no token.

    What the answer says is not repeated: no shape of it is documented, and it may quote what was sent.
    """
    status = answer.status
    if token:
        message = (
            "Sangoma's answer holds no token" if status < HTTPStatus.MULTIPLE_CHOICES else "Sangoma gives no token"
        )
        return StopError(f"{message} (status {status})", hint=_CREDENTIALS)
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return StopError("Sangoma sends the request elsewhere", hint="see source.cpaas.url: is it the right address?")
    message, hint = _WORDS.get(status, ("Sangoma refuses the request", "run it again later"))
    return StopError(f"{message} (status {status})", hint=hint)
