from datetime import UTC, datetime
from unittest.mock import patch
from urllib.parse import quote, urlencode

import botocore.auth
import pytest
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from connector.line import Request
from connector.storage.bucket.signature import Keys, sign

NOW = datetime(2026, 3, 24, 10, 0, 0, tzinfo=UTC)
NAMES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30)


def theirs(request: Request, keys: Keys, region: str) -> str:
    """Sign with Amazon's own library."""
    signed = AWSRequest(request.method, request.url)
    signed.context["payload_signing_enabled"] = True
    credentials = Credentials(keys.access_key_id, keys.secret_access_key, keys.session_token)
    with patch.object(botocore.auth, "get_current_datetime", lambda *_args, **_more: NOW.replace(tzinfo=None)):
        botocore.auth.S3SigV4Auth(credentials, "s3", region).add_auth(signed)
    return str(signed.headers["Authorization"])


@given(NAMES, NAMES, st.sampled_from([None, "session/token="]), st.sampled_from(["GET", "HEAD"]))
def test_signatures_are_those_of_amazons_own_library(name, prefix, token, method):
    """Whatever an object is called and whatever is asked for, the signature is the one that Amazon's library makes."""
    keys = Keys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)
    query = urlencode({"list-type": "2", "prefix": prefix}, quote_via=quote, safe="")
    for url in (
        f"https://bucket.s3.eu-north-1.amazonaws.com/{quote(name)}",
        f"http://127.0.0.1:9000/bucket?{query}",
    ):
        request = Request(url, {"If-Match": '"abc"'}, method)
        ours = sign(request, keys, "eu-north-1", NOW)
        assert theirs(request, keys, "eu-north-1") == ours.headers["Authorization"]


def test_what_was_asked_for_stays():
    """Signing adds headers and takes none away."""
    request = Request("https://host.example/bucket/name", {"Range": "bytes=0-9"})
    signed = sign(request, Keys("id", "secret", "token"), "us-east-1", NOW)
    assert "bytes=0-9" == signed.headers["Range"]
    assert "token" == signed.headers["x-amz-security-token"]
    assert "20260324T100000Z" == signed.headers["x-amz-date"]


def test_secrets_are_not_shown():
    """Keys that end up in a log or a traceback show no secret."""
    assert "hidden" not in repr(Keys("id", "hidden", "hidden"))


@pytest.mark.parametrize("part", ["region", "day", "secret"])
def test_each_part_counts(part):
    """Another region, day or secret gives another signature."""
    request = Request("https://host.example/bucket/name", {})
    usual = sign(request, Keys("id", "secret"), "us-east-1", NOW)
    other = {
        "region": lambda: sign(request, Keys("id", "secret"), "us-east-2", NOW),
        "day": lambda: sign(request, Keys("id", "secret"), "us-east-1", NOW.replace(day=25)),
        "secret": lambda: sign(request, Keys("id", "secret2"), "us-east-1", NOW),
    }[part]()
    assert usual.headers["Authorization"] != other.headers["Authorization"]
