"""Sign requests to Azure's storage with the key of the account."""

import base64
import hmac
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from connector.line import Request

__all__ = ["sign"]

_SIGNED = ("If-Match", "If-None-Match", "If-Unmodified-Since", "Range")


def sign(request: Request, account: str, key: bytes) -> Request:
    """Give the request, which has its date in x-ms-date, with a signature that holds for some minutes."""
    parts = urlsplit(request.url)
    length = str(len(request.body)) if request.body else ""
    # Encoding, language, MD5, date and If-Modified-Since are empty.
    begin = ["", "", length, "", request.headers.get("Content-Type", ""), "", ""]
    plain = "\n".join(["", *begin, *(request.headers.get(name, "") for name in _SIGNED)])
    own = "".join(f"{name}:{value}\n" for name, value in sorted(request.headers.items()) if name.startswith("x-ms-"))
    query = "".join(f"\n{name}:{value}" for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True)))
    to_sign = f"{request.method}{plain}\n{own}/{account}{parts.path}{query}"
    signature = base64.b64encode(hmac.digest(key, to_sign.encode(), "sha256")).decode()
    return replace(request, headers={**request.headers, "Authorization": f"SharedKey {account}:{signature}"})
