"""What every kind of sender must keep to, whoever it is: the law of a message source."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.errors import NotAdmittedError, SkipError
from connector.mapping.records import RECORDS
from connector.message.kinds import KINDS, make_source
from connector.message.model import Accepted, Act, Request
from connector.message.options import Options, Secret
from connector.reason import Code

NOW = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=4),
    max_leaves=12,
)
NAMES = {Act.MESSAGE: {"case", "message"}, Act.CASE: {"case"}, Act.CLOSE: {"case"}, Act.RECORD: set()}
"""Which ids an event that asks for this must tell."""
ANY_BODY = st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode())


def source(kind, **options):
    return make_source(kind, Options(name="acme", tenant="acme", **options))


@pytest.fixture(params=sorted(KINDS))
def kind(request):
    return request.param


def test_a_kind_says_what_it_is(kind):
    """A sender says its kind, which mappings fit it, and how it is to be told of our trouble."""
    made = source(kind, unsigned=True)
    assert kind == made.kind
    assert made.reads in RECORDS
    assert made.trouble_status in {409, 429, 503}
    assert made.methods <= {"POST", "PUT"}


def test_only_who_proves_himself_is_let_in(kind):
    """Without the secret that the intake demands nobody is let in, and the secret is kept nowhere."""
    made = source(kind, secret=Secret("x-secret", "plain", "s3cret"))
    for headers in ({}, {"x-secret": ""}, {"x-secret": "wrong"}):
        with pytest.raises(NotAdmittedError) as raised:
            made.admit(Request("POST", headers, b"{}"), NOW)
        assert 401 == raised.value.status
    ticket = made.admit(Request("POST", {"x-secret": "s3cret", "cookie": "c", "authorization": "a"}, b"{}"), NOW)
    assert not {"x-secret", "cookie", "authorization"} & set(ticket.headers)


@given(raw=ANY_BODY)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100)
def test_no_body_does_any_harm(kind, raw):
    """Any bytes are read or are unreadable, twice the same way, and get an answer that can be sent."""
    made = source(kind, unsigned=True)
    status, body = made.answer(Request("POST", {}, raw))
    assert 200 <= status < 600
    assert json.dumps(body)
    outcomes = []
    for _ in range(2):
        try:
            outcomes.append(made.read(Accepted(1, NOW, {}, raw)))
        except SkipError as error:
            outcomes.append(error.code)
    assert repr(outcomes[0]) == repr(outcomes[1])
    if isinstance(outcomes[0], Code):
        assert Code.UNREADABLE is outcomes[0]
        return
    for event in outcomes[0]:
        assert NAMES[event.act] <= {name for name in ("case", "message") if getattr(event, name)}
        assert isinstance(event.record, dict)


LONG = "\N{GRINNING FACE}" * 301
LONG_IDS = {
    "zendesk": [{"caseUid": "48121", "message": {"messageUid": LONG}}, {"caseUid": LONG, "message": {}}],
    "sangoma": [
        {"event": "message_created", "id": LONG, "conversation": {"id": 412}},
        {"event": "message_created", "id": 77, "conversation": {"id": LONG}},
        {"event": "conversation_created", "id": LONG},
    ],
    "ultimate": [
        {"botId": "b", "data": {"eventType": "sendMessage", "platformConversationId": "c", "messageId": LONG}},
        {"botId": "b", "data": {"eventType": "widgetEndSession", "platformConversationId": LONG}},
    ],
    "ccai-events": [{"type": "End_Chat", "data": {"chat_id": LONG}}, {"type": "New_Call", "data": {"call_id": LONG}}],
}


def test_an_id_that_no_database_finds_is_unreadable(kind):
    """What names its conversation or message by a whole text is refused, in words that do not hold the text."""
    for body in LONG_IDS[kind]:
        with pytest.raises(SkipError) as raised:
            source(kind, unsigned=True).read(Accepted(1, NOW, {}, json.dumps(body).encode()))
        assert Code.UNREADABLE is raised.value.code
        assert LONG not in str(raised.value)
