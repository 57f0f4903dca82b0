"""Check who sent a request: signatures over its raw body, shared secrets and keys, compared in constant time.

Zendesk signs `timestamp + body`, Chatwoot (and Sangoma CX, as far as anybody knows) `timestamp + "." + body`; the other
senders document no scheme, so that header and mode are settings.
"""

import hmac
from base64 import b64encode
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Final

from connector.errors import NotAdmittedError, OutsideToleranceError
from connector.message.model import Request, Ticket
from connector.message.options import Options, Secret

__all__ = ["admit", "chatwoot_signed_at", "check_api_key", "check_secret", "zendesk_signed_at"]

UNAUTHORISED: Final = 401
DIGEST: Final = "sha256"
ALWAYS_KEPT: Final = frozenset({"content-type", "user-agent"})

SignedAt = Callable[[Request, str], datetime]


def admit(  # noqa: PLR0913 - what all kinds of senders differ in
    request: Request,
    options: Options,
    now: datetime,
    *,
    signed_at: SignedAt | None = None,
    repeats: str = "",
    keep: Collection[str] = (),
) -> Ticket:
    """Give the ticket of a request for which everything holds that its intake asks for.

    `signed_at` checks the sender's own signature, `repeats` names the event as its sender does, `keep` the headers
    worth keeping, in lower case. Raises NotAdmittedError, or OutsideToleranceError where nothing but the time is wrong.
    """
    moment = None
    if options.signing_secret is not None and signed_at is not None:
        moment = signed_at(request, options.signing_secret)
    if options.api_key is not None:
        check_api_key(request, options.api_key)
    if options.secret is not None:
        check_secret(request, options.secret)
    if moment is not None and not _is_near(moment, now, options.tolerance):
        raise OutsideToleranceError(repeats)
    kept = ALWAYS_KEPT.union(keep)
    return Ticket(repeats, {name: value for name, value in request.headers.items() if name in kept})


def zendesk_signed_at(request: Request, secret: str) -> datetime:
    """Give the moment at which Zendesk signed the request; raise NotAdmittedError where it did not.

    The key is the secret's text itself, however much it looks like base64.
    """
    stamp = _header(request, "x-zendesk-webhook-signature-timestamp")
    expected = b64encode(_sign(secret, stamp + request.body))
    _compare(expected, _header(request, "x-zendesk-webhook-signature").strip())
    try:
        moment = datetime.fromisoformat(stamp.decode().strip())
    except ValueError as error:
        raise _refused("the time of the signature is no ISO 8601 time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def chatwoot_signed_at(request: Request, secret: str) -> datetime:
    """Give the moment at which a Chatwoot signed the request; raise NotAdmittedError where it did not."""
    stamp = _header(request, "x-chatwoot-timestamp")
    expected = b"sha256=" + _sign(secret, b"%s.%s" % (stamp, request.body)).hex().encode()
    _compare(expected, _header(request, "x-chatwoot-signature").strip())
    try:
        return datetime.fromtimestamp(int(stamp), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise _refused("the time of the signature is no number of seconds") from error


def check_api_key(request: Request, api_key: str) -> None:
    """Raise NotAdmittedError where the header Authorization is not exactly this key."""
    _compare(api_key.encode(), _header(request, "authorization"))


def check_secret(request: Request, secret: Secret) -> None:
    """Raise NotAdmittedError where the header does not hold the secret, or the signature of the body made with it.

    A hexadecimal signature may be written in capitals and begin with `sha256=`.
    """
    given = _header(request, secret.header.lower()).strip()
    if secret.mode == "plain":
        _compare(secret.value.encode(), given)
    elif secret.mode == "hmac-sha256-hex":
        expected = _sign(secret.value, request.body).hex().encode()
        _compare(expected, given.lower().removeprefix(b"sha256="))
    else:
        _compare(b64encode(_sign(secret.value, request.body)), given)


def _sign(secret: str, told: bytes) -> bytes:
    return hmac.digest(secret.encode(), told, DIGEST)


def _compare(expected: bytes, given: bytes) -> None:
    if not hmac.compare_digest(expected, given):
        raise _refused("the signature or key is wrong")


def _header(request: Request, name: str) -> bytes:
    """Give the bytes that came in a header: HTTP reads them as Latin-1."""
    value = request.headers.get(name)
    if value is None:
        raise _refused(f"the header {name} is missing")
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError as error:
        raise _refused(f"the header {name} is no header of HTTP") from error


def _is_near(moment: datetime, now: datetime, tolerance: timedelta) -> bool:
    return abs(now - moment) <= tolerance


def _refused(why: str) -> NotAdmittedError:
    return NotAdmittedError(UNAUTHORISED, why)
