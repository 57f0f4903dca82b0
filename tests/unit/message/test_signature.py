"""What lets a request in: signatures, keys and times, by the recorded vectors and by any bytes at all."""

import hashlib
import hmac
import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import NotAdmittedError, OutsideToleranceError
from connector.message import signature
from connector.message.model import Request
from connector.message.options import Options, Secret

FIXTURES = Path(__file__).parents[2] / "fixtures"
NOW = datetime(2026, 2, 3, 9, 15, 42, tzinfo=UTC)
KEY = "s"
OPTIONS = Options(name="acme-zendesk", tenant="acme")
ZENDESK = ("x-zendesk-webhook-signature-timestamp", "x-zendesk-webhook-signature", signature.zendesk_signed_at)
CHATWOOT = ("x-chatwoot-timestamp", "x-chatwoot-signature", signature.chatwoot_signed_at)


def vectors(kind, scheme):
    """Give every recorded vector of a kind with its secret, the exact bytes of its body and its scheme."""
    told = json.loads((FIXTURES / kind / "signature_vectors.json").read_bytes())
    for one in told["vectors"]:
        named = one.get("body_file")
        body = (FIXTURES / kind / named).read_bytes() if named else one["body"].encode()
        yield pytest.param(told["secret"], body, one, scheme, id=f"{kind}: {one['name']}")


def request(body=b"{}", **headers):
    return Request("POST", {name.replace("_", "-"): value for name, value in headers.items()}, body)


def zendesk(body=b"{}", stamp="2026-02-03T09:15:42Z", secret=KEY):
    signed = b64encode(hmac.new(secret.encode(), stamp.encode() + body, hashlib.sha256).digest()).decode()
    return Request("PUT", {ZENDESK[0]: stamp, ZENDESK[1]: signed}, body)


@pytest.mark.parametrize(
    ("secret", "body", "vector", "scheme"), [*vectors("zendesk", ZENDESK), *vectors("sangoma", CHATWOOT)]
)
def test_the_recorded_signatures_are_told_apart(secret, body, vector, scheme):
    """A right signature gives the moment it was made at; a wrong order or a missing time is turned away."""
    stamp, name, signed_at = scheme
    if "body_sha256" in vector:
        assert vector["body_sha256"] == hashlib.sha256(body).hexdigest()
    given = Request("PUT", {stamp: vector["timestamp"], name: vector["signature"]}, body)
    if vector.get("valid", True):
        assert signed_at(given, secret).isoformat() in {"2026-02-03T09:15:42+00:00", "2026-02-03T09:41:08+00:00"}
    else:
        with pytest.raises(NotAdmittedError, match="wrong"):
            signed_at(given, secret)


@pytest.mark.parametrize("lost", [ZENDESK[0], ZENDESK[1]])
def test_a_missing_header_is_turned_away(lost):
    """Without the signature or its time there is nothing to trust."""
    whole = zendesk()
    headers = {name: value for name, value in whole.headers.items() if name != lost}
    with pytest.raises(NotAdmittedError, match=f"{lost} is missing") as caught:
        signature.zendesk_signed_at(replace(whole, headers=headers), "s")
    assert 401 == caught.value.status


@pytest.mark.parametrize("stamp", ["", "yesterday", "1770110142", "2026-13-03T09:15:42Z", "\xe9"])
def test_a_rightly_signed_time_that_is_none_is_turned_away(stamp):
    """What Zendesk signs as its time must be a time."""
    signed = b64encode(hmac.digest(b"s", stamp.encode("latin-1") + b"{}", "sha256")).decode()
    with pytest.raises(NotAdmittedError, match="no ISO 8601"):
        signature.zendesk_signed_at(Request("PUT", {ZENDESK[0]: stamp, ZENDESK[1]: signed}, b"{}"), "s")


@pytest.mark.parametrize("stamp", ["", "2026-02-03T09:15:42Z", "9" * 30, "-" + "9" * 30, "9" * 5000])
def test_a_rightly_signed_number_that_is_no_moment_is_turned_away(stamp):
    """What Chatwoot signs as its time must be seconds of a time that there is."""
    signed = "sha256=" + hmac.digest(b"s", stamp.encode() + b".{}", "sha256").hex()
    with pytest.raises(NotAdmittedError, match="no number of seconds"):
        signature.chatwoot_signed_at(Request("POST", {CHATWOOT[0]: stamp, CHATWOOT[1]: signed}, b"{}"), "s")


@pytest.mark.parametrize(
    ("age", "admitted"),
    [(0, True), (300, True), (301, False), (-300, True), (-301, False), (86_400, False)],
)
def test_a_signature_is_good_for_the_tolerance_and_no_longer(age, admitted):
    """Too old and too far ahead are turned away by an error of their own, which names the event."""
    options = replace(OPTIONS, signing_secret="s", tolerance=timedelta(minutes=5))
    now = NOW + timedelta(seconds=age)

    def admit():
        return signature.admit(zendesk(), options, now, signed_at=signature.zendesk_signed_at, repeats="01HX")

    if admitted:
        assert "01HX" == admit().repeats
    else:
        with pytest.raises(OutsideToleranceError) as caught:
            admit()
        assert (401, "01HX") == (caught.value.status, caught.value.repeats)


@pytest.mark.parametrize(
    ("headers", "admitted"),
    [
        ({}, False),
        ({"authorization": "key"}, True),
        ({"authorization": "key "}, False),
        ({"authorization": "Bearer key"}, False),
        ({"authorization": "\u20ac"}, False),
    ],
)
def test_the_key_is_the_whole_header(headers, admitted):
    """Authorization must hold the very key, nothing more and nothing less."""
    options = replace(OPTIONS, api_key="key")
    if admitted:
        signature.admit(request(**headers), options, NOW)
    else:
        with pytest.raises(NotAdmittedError):
            signature.admit(request(**headers), options, NOW)


def test_a_key_beyond_ascii_is_compared_as_the_bytes_it_was_sent_as():
    """HTTP hands UTF-8 out as Latin-1; the same bytes are the same key."""
    given = request(authorization="nøgle".encode().decode("latin-1"))
    signature.check_api_key(given, "nøgle")
    with pytest.raises(NotAdmittedError):
        signature.check_api_key(request(authorization="nøgle"), "nøgle")


@pytest.mark.parametrize("wrong", ["signature", "key", "secret", None])
def test_whatever_is_configured_must_hold_together(wrong):
    """Signature, key and secret header do not stand in for each other."""
    secret = Secret("X-Secret", "plain", "word")
    options = replace(OPTIONS, signing_secret="s", api_key="key", secret=secret)
    signed = zendesk(secret="other" if wrong == "signature" else "s")
    headers = {
        **signed.headers,
        "authorization": "no" if wrong == "key" else "key",
        "x-secret": "no" if wrong == "secret" else "word",
    }
    given = replace(signed, headers=headers)
    if wrong is None:
        signature.admit(given, options, NOW, signed_at=signature.zendesk_signed_at)
    else:
        with pytest.raises(NotAdmittedError):
            signature.admit(given, options, NOW, signed_at=signature.zendesk_signed_at)


BODY = b'{"botId":"64aa"}'
HEX = hmac.new(b"word", BODY, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    ("mode", "value", "admitted"),
    [
        ("plain", "word", True),
        ("plain", "Word", False),
        ("hmac-sha256-hex", HEX, True),
        ("hmac-sha256-hex", HEX.upper(), True),
        ("hmac-sha256-hex", f"sha256={HEX}", True),
        ("hmac-sha256-hex", "word", False),
        ("hmac-sha256-base64", b64encode(bytes.fromhex(HEX)).decode(), True),
        ("hmac-sha256-base64", HEX, False),
        ("plain", "", False),
    ],
)
def test_a_secret_header_is_checked_by_its_mode(mode, value, admitted):
    """The word itself, or the signature of the raw body made with it, as text or in base 64."""
    secret = Secret("X-Secret", mode, "word")
    if admitted:
        signature.check_secret(request(BODY, x_secret=value), secret)
    else:
        with pytest.raises(NotAdmittedError):
            signature.check_secret(request(BODY, x_secret=value), secret)


def test_neither_keys_nor_signatures_are_kept():
    """Of the headers a ticket keeps what was asked for and what is harmless, never what lets somebody in."""
    headers = {
        **zendesk().headers,
        "authorization": "key",
        "cookie": "session=1",
        "content-type": "application/json",
        "x-zendesk-webhook-invocation-id": "01HX",
    }
    options = replace(OPTIONS, signing_secret="s", api_key="key")
    ticket = signature.admit(
        replace(zendesk(), headers=headers),
        options,
        NOW,
        signed_at=signature.zendesk_signed_at,
        keep={"x-zendesk-webhook-invocation-id"},
    )
    assert {"content-type": "application/json", "x-zendesk-webhook-invocation-id": "01HX"} == ticket.headers


TEXTS = st.text(st.characters(max_codepoint=0xFF), max_size=40)


@given(body=st.binary(max_size=200), stamp=TEXTS, signed=TEXTS, scheme=st.sampled_from([ZENDESK, CHATWOOT]))
def test_no_signature_out_of_thin_air_is_let_in(body, stamp, signed, scheme):
    """Whatever bytes come, a request that nobody signed is turned away, and by nothing worse than that."""
    with pytest.raises(NotAdmittedError):
        scheme[2](Request("PUT", {scheme[0]: stamp, scheme[1]: signed}, body), "secret")


@given(body=st.binary(max_size=200), secret=st.text(min_size=1, max_size=30))
def test_every_body_signed_with_the_secret_is_let_in(body, secret):
    """Bytes that are no text and secrets of any letters are signed like all others."""
    assert NOW == signature.zendesk_signed_at(zendesk(body, secret=secret), secret)
