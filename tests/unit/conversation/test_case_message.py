import pytest

from connector.conversation import build_case_message, build_case_patch
from connector.errors import RulesBrokenError
from connector.mapping import Draft
from connector.mapping.model import Trace
from connector.message.options import Mailbox
from connector.reason import Code

STAND_IN = Mailbox("Unknown", "unknown@acme.example")
MAILBOX = Mailbox("Support", "support@acme.example", "support")
CASE = {
    "caseUid": "zendesk:acme:48121",
    "source": "zendesk-mail",
    "created": "2026-02-03T08:50:11Z",
    "updated": "2026-02-03T09:41:07Z",
    "subject": "Refund",
}
SENT = {
    "message.messageUid": "902202",
    "message.created": "2026-02-03T09:41:06Z",
    "message.direction": "Outbound",
    "message.from.name": "Bo Lind",
    "message.from.email": "bo@acme.example",
    "message.from.id": "7001",
    "message.to.name": "Ida Holm",
    "message.to.email": "ida@example.org",
    "message.text": "We have started the refund.",
}


def draft(refusals=None, **changes):
    values = {name: value for name, value in (CASE | SENT | changes).items() if value is not None}
    return Draft(values, {}, refusals or {})


def built(mailbox=MAILBOX, refusals=None, **changes):
    return build_case_message(draft(refusals, **changes), stand_in=STAND_IN, mailbox=mailbox)


def broken(**changes):
    with pytest.raises(RulesBrokenError) as caught:
        built(**changes)
    return caught.value


def without(*names, **changes):
    return {**dict.fromkeys(names), **changes}


def test_a_draft_becomes_the_body_of_the_call():
    """Case fields stand beside one message; own fields and tags go as Capturi takes them."""
    made = built(tags=["a", "a", ""], **{"customFields.brand": "Acme", "message.attachments": ["f1"]})

    assert (
        CASE
        | {
            "tags": ["a"],
            "customFields": [{"name": "brand", "value": "Acme"}],
            "message": {
                "messageUid": "902202",
                "created": "2026-02-03T09:41:06Z",
                "direction": "Outbound",
                "from": {"name": "Bo Lind", "email": "bo@acme.example", "id": "7001"},
                "to": [{"name": "Ida Holm", "email": "ida@example.org"}],
                "text": "We have started the refund.",
                "subject": "Refund",
                "attachments": ["f1"],
            },
        }
        == made.to_wire()
    )
    assert () == made.notes


def test_the_mailbox_gets_what_names_no_recipient():
    """An inbound message without any recipient went to the intake's mailbox; without a mailbox to the stand-in."""
    nobody = without("message.to.name", "message.to.email", **{"message.direction": "Inbound"})

    assert {"name": "Support", "email": "support@acme.example", "id": "support"} == built(**nobody).to_wire()[
        "message"
    ]["to"][0]
    assert {"name": "Unknown", "email": "unknown@acme.example"} == built(mailbox=None, **nobody).to_wire()["message"][
        "to"
    ][0]


def test_what_a_contact_has_is_kept_and_only_the_rest_filled_in():
    """A group without an address gets the mailbox's, a customer without one the stand-in's; each is noted."""
    made = built(**without("message.to.email", "message.from.email", **{"message.direction": "Inbound"}))

    assert ("Ida Holm", "support@acme.example") == (made.message.to[0].name, made.message.to[0].email)
    assert ("Bo Lind", "unknown@acme.example") == (made.message.sender.name, made.message.sender.email)
    assert ("message.from.email is filled in", "message.to.email is filled in") == made.notes


def test_an_answer_that_names_no_writer_comes_from_the_mailbox():
    """An outbound message without any sender is the mailbox's, whose id Capturi needs."""
    made = built(**without("message.from.name", "message.from.email", "message.from.id"))

    assert "support" == made.message.sender.id
    assert ("message.from is the mailbox of the intake",) == made.notes


def test_an_outbound_message_without_the_writers_id_is_refused_for_that():
    """Capturi answers 400 to it, so it does not go; the field is named once."""
    error = broken(**without("message.from.id"))

    assert Code.FIELD_MISSING is error.code
    assert ["message.from.id"] == [field for field, _ in error.rules]


def test_a_text_is_no_id():
    """What a rule takes from the wrong field is refused by name: nobody would find a case by a page of text."""
    error = broken(caseUid="a text " * 100, **{"message.messageUid": "another " * 100})

    assert Code.FIELD_INVALID is error.code
    assert {"caseUid": "is too long for an id", "message.messageUid": "is too long for an id"} == dict(error.rules)


def test_every_broken_rule_is_named_at_once():
    """What the mapping refused and what Capturi would refuse come in one answer."""
    error = broken(
        refusals={"message.text": "no_value"},
        **without("message.text", "message.from.id", **{"customFields.a": 5, "message.created": "soon"}),
    )

    assert {"message.text", "message.from.id", "message.created", "customFields[0].value"} == {
        field for field, _ in error.rules
    }


def test_new_fields_of_a_case_are_told_without_a_message():
    """The message and the source stay out of it, and so do refusals for their sake."""
    made = build_case_patch(
        draft({"message.text": "no_value", "source": "no_value"}, status="solved", priority="high", tags=["x"])
    )

    times = {"created": CASE["created"], "updated": CASE["updated"]}
    assert times | {"subject": "Refund", "status": "solved", "priority": "high", "tags": ["x"]} == made.to_wire()
    assert CASE["caseUid"] == made.case_uid


def test_a_change_of_a_case_carries_no_default():
    """What a rule falls back to is no news: the case may have been told a better subject before."""
    change = draft(status="solved")
    change.traces.update(subject=Trace("else"), status=Trace("status"))

    times = {"created": CASE["created"], "updated": CASE["updated"]}
    assert times | {"status": "solved"} == build_case_patch(change).to_wire()


def test_a_change_of_a_case_needs_no_begin():
    """A sender that tells a new status does not have to say once more when it all began."""
    refusals = {"created": "no_value", "priority": "not_text"}
    made = build_case_patch(draft(refusals, created=None, status="solved"))

    assert {"updated": CASE["updated"], "subject": "Refund", "status": "solved"} == made.to_wire()


def test_a_change_of_no_case_is_refused():
    """Without an id nobody knows which case changes."""
    with pytest.raises(RulesBrokenError) as caught:
        build_case_patch(draft({"caseUid": "no_value"}, caseUid=None))
    assert ["caseUid"] == [field for field, _ in caught.value.rules]
