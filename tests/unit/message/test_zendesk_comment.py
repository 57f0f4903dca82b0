"""What a trigger tells, after the repairs: direction, recipient, times, words, notes, verdict."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.errors import NotAdmittedError, OutsideToleranceError, SkipError
from connector.message.model import Accepted, Act, Request
from connector.message.options import Mailbox, Options
from connector.message.zendesk import make
from connector.message.zendesk.words import CHANNELS, PRIORITIES, STATUSES, known_word
from connector.reason import Code, Outcome

FIXTURES = Path(__file__).parents[2] / "fixtures" / "zendesk"
NOW = datetime(2026, 2, 3, 9, 15, 42, tzinfo=UTC)
VECTORS = json.loads((FIXTURES / "signature_vectors.json").read_bytes())


def source(**options):
    return make(Options(name="acme-zendesk", tenant="acme", **options))


def read(body, **options):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    (event,) = source(**options).read(Accepted(1, NOW, {}, raw))
    return event


def recorded(name):
    return json.loads((FIXTURES / f"trigger-{name}.json").read_bytes())


def changed(name="extended-inbound", message=None, **fields):
    body = copy.deepcopy(recorded(name))
    body["message"] |= message or {}
    return body | fields


def message(body, **options):
    return read(body, **options).record["message"]


def test_a_comment_becomes_one_event():
    """Case, message, times and freshness of the case are told; nothing is noted where nothing was mended."""
    event = read(recorded("extended-inbound"))
    assert (Act.MESSAGE, "48121", "902201", None, ()) == (
        event.act,
        event.case,
        event.message,
        event.verdict,
        event.notes,
    )
    assert datetime(2026, 2, 3, 9, 15, 40, tzinfo=UTC) == event.at
    assert datetime(2026, 2, 3, 9, 15, 41, tzinfo=UTC) == event.case_updated_at


def test_an_answer_goes_to_the_requester():
    """The recipe addresses an agent's answer to the agent; with the requester told it goes to him, and says so."""
    event = read(recorded("extended-outbound"))
    assert {"name": "Ida Holm", "email": "ida@example.org", "id": "5510"} == event.record["message"]["to"]
    assert {"name": "Bo Lind", "email": "bo@acme.example", "id": "7001"} == event.record["assignee"]
    assert ("message.to is the requester: the template names the assignee",) == event.notes


def test_an_answer_to_nobody_is_not_addressed_to_the_agent():
    """Without a requester in the template the recipient stays open, for the stand-in."""
    event = read(recorded("outbound"))
    assert {} == event.record["message"]["to"]
    assert "message.to is not told: the template names the assignee, and no requester" in event.notes


def test_what_comes_in_unassigned_goes_to_the_group():
    """Where nobody is assigned the group is the recipient, at the mailbox's address; without a group the mailbox is."""
    event = read(recorded("empty-assignee"))
    assert {"name": "Billing EU"} == event.record["message"]["to"]
    assert "message.to is the group: nobody is assigned" in event.notes
    assert {} == message(changed("empty-assignee", inbox=""))["to"]
    shared = Mailbox("Support", "support@acme.example", "support")
    expected = {"name": "Support", "email": "support@acme.example", "id": "support"}
    assert expected == message(changed("empty-assignee", inbox=""), mailbox=shared)["to"]
    expected = {"name": "Billing EU", "email": "support@acme.example"}
    assert expected == message(recorded("empty-assignee"), mailbox=shared)["to"]


def test_nobody_writes_to_himself():
    """An assignee who wrote the comment is not its recipient."""
    body = changed("inbound", {"to": [{"id": "5510", "name": "Ida Holm", "email": "ida@example.org"}]})
    assert {"name": "Billing EU"} == message(body)["to"]


@pytest.mark.parametrize(
    ("role", "stated", "direction"),
    [
        ("end-user", "Outbound", "Inbound"),
        ("End_User", "", "Inbound"),
        ("agent", "Inbound", "Outbound"),
        ("Admin", "inbound", "Outbound"),
        ("Light Agent", "", "Outbound"),
        ("", "OUTBOUND", "Outbound"),
        ("", "inbound", "Inbound"),
        ("-", "sideways", "Inbound"),
        ("ninja", "Outbound", "Outbound"),
        ("ninja", "", "Inbound"),
    ],
)
def test_the_direction_follows_from_the_author(role, stated, direction):
    """His role decides, then the template's word, then whether it was the requester who wrote."""
    body = changed(message={"direction": stated})
    body["message"]["from"]["role"] = role
    assert direction == message(body)["direction"]


def test_a_colleague_of_unknown_role_who_is_not_the_requester_writes_outbound():
    """Whoever else wrote than the requester wrote to him."""
    body = changed(message={"direction": "", "from": {"id": "7001", "name": "Bo"}})
    assert "Outbound" == message(body)["direction"]
    assert message(body | {"requester": {}})["direction"] is None


def test_the_time_of_a_comment_is_its_own():
    """Where the template tells it, the comment's time counts; else the ticket's last change, and that is noted."""
    assert "2026-02-03T09:15:40Z" == message(recorded("extended-inbound"))["created"]
    event = read(recorded("inbound"))
    assert "2026-02-03T09:15:41Z" == event.record["message"]["created"]
    assert ("message.created is when the ticket changed: the template tells no time of the comment",) == event.notes


@pytest.mark.parametrize(
    ("written", "created"),
    [
        ("2026-02-03T10:15:40+01:00", "2026-02-03T09:15:40Z"),
        ("2026-02-03T09:15Z", "2026-02-03T09:15:00Z"),
        ("2026-02-03 09:15:40 UTC", "2026-02-03T09:15:40Z"),
        ("1770110140", "2026-02-03T09:15:40Z"),
        ("February 3, 2026 at 09:15", "2026-02-03T09:15:41Z"),
    ],
)
def test_times_are_read_however_they_are_rendered(written, created):
    """Minutes alone, offsets and seconds since 1970 are times; what is none falls back to the ticket's."""
    assert created == message(changed(message={"createdAt": written}))["created"]


def test_a_time_that_nobody_can_read_is_left_to_the_mapping():
    """Words for a date stay as they came, so that the field is refused with its reason."""
    record = read(changed(updated="May18, 2014")).record
    assert "May18, 2014" == record["updated"]


def test_an_internal_note_rests():
    """What is clearly not public is left out as filtered, and stays among colleagues."""
    event = read(recorded("private-note"))
    assert (Outcome.SKIPPED, Code.FILTERED) == event.verdict[:2]
    assert ({"name": "Billing EU"}, "note") == (event.record["message"]["to"], event.record["message"]["type"])


def test_internal_notes_go_where_that_is_wanted():
    """notes: send lets them through, marked as what they are."""
    event = read(recorded("private-note"), notes="send")
    assert (None, True) == (event.verdict, event.record["message"]["internal"])
    assert "an internal note: its isPublic says false" in event.notes


@pytest.mark.parametrize(
    ("said", "internal"), [("False", True), (False, True), ("no", True), ("", False), ("?", False)]
)
def test_only_a_clear_no_makes_a_note_internal(said, internal):
    """How a trigger renders the word is unknown: doubt is no reason to lose a message."""
    assert internal is message(changed(message={"isPublic": said}))["internal"]


def test_a_template_that_hides_notes_is_named():
    """The recipe's template cannot tell a note from an answer; every answer it brings says so."""
    assert any("no isPublic" in note for note in read(recorded("private-note.vendor-template")).notes)


@pytest.mark.parametrize(
    ("label", "table", "word"),
    [
        ("Åben", STATUSES, "open"),
        (" On-Hold ", STATUSES, "hold"),
        ("Awaiting parts", STATUSES, "Awaiting parts"),
        ("Høj", PRIORITIES, "high"),
        ("Normal", PRIORITIES, "normal"),
        ("-", PRIORITIES, None),
        ("", PRIORITIES, None),
        ("Web Form", CHANNELS, "web"),
        ("Web Service (API)", CHANNELS, "api"),
        ("email", CHANNELS, "mail"),
        ("Mail", CHANNELS, "mail"),
        (None, CHANNELS, None),
    ],
)
def test_labels_become_the_words_of_the_interface(label, table, word):
    """A label in any listed language has one word; one that an account made itself is passed on."""
    assert word == known_word(label, table)


def test_labels_are_kept_beside_the_words():
    """A mapping may still ask for what the account showed."""
    record = read(recorded("danish-labels")).record
    assert ("open", "high", "web") == (record["status"], record["priority"], record["source"])
    assert {"status": "Åben", "priority": "Høj", "source": "Webformular"} == record["labels"]


def test_html_entities_are_undone_where_the_account_writes_them():
    """By default they are read where no sign stands that such an account would have written as one."""
    body = recorded("html-entities")
    event = read(body)
    assert "Ida & Jens Holm" == event.record["message"]["from"]["name"]
    assert "Broken box & refund" == event.record["subject"]
    assert '"fragile" & it is broken. It\'s <50 kr>.' in event.record["message"]["text"]
    assert "&quot;" in message(body, entities="keep")["text"]
    mixed = changed("html-entities", {"text": "<b>Tom &amp; Jerry</b>"})
    assert "<b>Tom &amp; Jerry</b>" == message(mixed)["text"]
    assert "<b>Tom & Jerry</b>" == message(mixed, entities="decode")["text"]


def test_a_trigger_without_a_comment_has_nothing_to_send():
    """Empty placeholders are no values: the mapping refuses the fields by name."""
    event = read(recorded("empty-placeholders"))
    assert (None, None) == (event.message, event.record["message"]["text"])
    assert ("48126", None, {}) == (event.case, event.record["subject"], event.record["message"]["from"])


def test_tags_are_a_list_however_they_come():
    """A template writes them with blanks between, imported history as a list."""
    assert ["refund", "vip"] == read(changed(tags="refund vip")).record["tags"]
    assert ["refund"] == read(changed(tags=["refund", None])).record["tags"]


@pytest.mark.parametrize(
    "body",
    [{}, {"caseUid": ""}, {"caseUid": "{{ticket.id}}"}, {"caseUid": ["1"]}, {"caseUid": "1" * 201}, {"caseUid": None}],
)
def test_a_body_that_names_no_ticket_is_unreadable(body):
    """Without a ticket nobody can tell what belongs where; a test send with open placeholders is such a body."""
    with pytest.raises(SkipError, match="names no ticket") as caught:
        read(body)
    assert Code.UNREADABLE == caught.value.code


def test_a_webhook_of_the_wrong_kind_is_told():
    """A webhook that is subscribed to events sends another shape, and the remedy is named."""
    with pytest.raises(SkipError, match="connect it to a trigger"):
        read({"zendesk_event_version": "2022-11-06", "type": "zen:event-type:ticket.created"})


def test_one_invocation_is_one_event():
    """Its repetitions bear the same mark; another invocation, account or body does not."""
    one = request(b"{}", invocation="1")
    assert ticket(one).repeats == ticket(request(b"{}", invocation="1")).repeats
    others = (request(b"{}", invocation="2"), request(b"{ }", invocation="1"), request(b"{}", invocation="x" * 999))
    assert 4 == len({ticket(each).repeats for each in (one, *others)})


def test_only_what_correlates_is_kept_of_the_headers():
    """Neither the key nor the signature is stored."""
    given_request = request(b"{}", invocation="1", authorization="key", cookie="c")
    assert {"x-zendesk-webhook-invocation-id"} == set(ticket(given_request, api_key="key").headers)


def test_signature_and_key_must_both_hold():
    """Where both are configured one alone does not let a request in; an old signature is told from a wrong one."""
    vector = next(one for one in VECTORS["vectors"] if one.get("body_file") == "trigger-inbound.json")
    body = (FIXTURES / "trigger-inbound.json").read_bytes()
    signed = {
        "x-zendesk-webhook-signature": vector["signature"],
        "x-zendesk-webhook-signature-timestamp": vector["timestamp"],
    }
    both = source(signing_secret=VECTORS["secret"], api_key="key")
    assert both.admit(Request("PUT", {**signed, "authorization": "key"}, body), NOW)
    for headers in (signed, {"authorization": "key"}, {**signed, "authorization": "other"}):
        with pytest.raises(NotAdmittedError):
            both.admit(Request("PUT", headers, body), NOW)
    with pytest.raises(OutsideToleranceError):
        both.admit(Request("PUT", {**signed, "authorization": "key"}, body), NOW.replace(hour=10))


def test_it_answers_as_zendesk_expects():
    """200 after it is stored; 409 makes Zendesk try again; both verbs of the recipe are taken."""
    one = source()
    assert ((200, {}), 409, {"POST", "PUT"}) == (one.answer(request(b"")), one.trouble_status, one.methods)


def request(body, invocation="1", **headers):
    return Request("PUT", {"x-zendesk-webhook-invocation-id": invocation, **headers}, body)


def ticket(one, **options):
    return source(**options).admit(one, NOW)


NAMES = st.sampled_from(
    ["message", "from", "to", "role", "id", "name", "email", "text", "isPublic", "requester", "tags"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=8) | st.integers() | st.floats(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["message", "requester", "tags", "updated", "inbox", "subject"]), JSON))
def test_no_shape_of_a_body_raises_anything_else(fields):
    """Whatever stands where a person, a text or a list should, there is an event for the ticket."""
    event = read({"caseUid": "1", **fields})
    assert ("1", Act.MESSAGE) == (event.case, event.act)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_unreadable(raw):
    """Reading a request ends with an event or with the reason unreadable."""
    try:
        event = read(raw)
    except SkipError as error:
        assert Code.UNREADABLE == error.code  # noqa: PT017 - both are right; nothing else is
    else:
        assert event.case


@pytest.mark.parametrize(
    ("label", "word"), [("A\N{COMBINING RING ABOVE}ben", "open"), ("I venteposition", "hold"), ("On-Hold", "hold")]
)
def test_a_label_is_known_however_its_letters_are_written(label, word):
    """A letter that comes as two signs, capitals and hyphens make no other word of a status."""
    assert word == known_word(label, STATUSES)
