"""Sign requests to S3 and its compatibles with version 4 of Amazon's signature."""

import hashlib
import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from connector.line import Request

__all__ = ["Keys", "sign"]

_ALGORITHM = "AWS4-HMAC-SHA256"
_NO_BODY = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Keys:
    """The id of an access key and what belongs to it."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


def sign(request: Request, keys: Keys, region: str, now: datetime) -> Request:
    """Give the request, which has its query in order, with a signature that holds for some minutes."""
    parts = urlsplit(request.url)
    time = now.strftime("%Y%m%dT%H%M%SZ")
    content = hashlib.sha256(request.body).hexdigest() if request.body else _NO_BODY
    signed = {"host": parts.netloc, "x-amz-content-sha256": content, "x-amz-date": time}
    if keys.session_token:
        signed["x-amz-security-token"] = keys.session_token
    own = {name: value for name, value in request.headers.items() if name.startswith("x-amz-")}
    if own:
        signed = dict(sorted({**signed, **own}.items()))
    names = ";".join(signed)
    lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
    canonical = f"{request.method}\n{parts.path or '/'}\n{parts.query}\n{lines}\n{names}\n{content}"
    scope = f"{time[:8]}/{region}/s3/aws4_request"
    to_sign = f"{_ALGORITHM}\n{time}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(_signing_key(keys.secret_access_key, time[:8], region), to_sign.encode(), "sha256").hexdigest()
    authorization = (
        f"{_ALGORITHM} Credential={keys.access_key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return replace(request, headers={**request.headers, **signed, "Authorization": authorization})


@lru_cache(maxsize=16)
def _signing_key(secret: str, day: str, region: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
