"""The field table."""

import pytest

from connector.mapping.profile import Profile
from connector.mapping.sensitivity import sensitivity
from connector.report import Wish, choose, make, read


@pytest.fixture
def rows(connection, book):
    def told(fields, *, unmasked=False):
        book.run("one")
        for place, (name, facts) in enumerate(fields.items()):
            rule = {"place": place, "required": facts.pop("required", False), "paths": facts.pop("paths", [])}
            values = facts.pop("values", None)
            if values is not None:
                profile = Profile(sensitivity(name, rule["paths"]))
                for value in values:
                    profile.add(value)
                facts["profile"] = profile.to_dict()
            counts = {"seen": 10, "filled": 10, "sources": {}, "reasons": {}, **facts}
            book.field("one", "ccai-call", name, rule=rule, **counts)
        made = make(read(connection, choose(connection, Wish())), unmasked=unmasked)
        return {one["field"]: one for one in made.tables["fields"].records()}

    return told


def test_fields_stand_in_the_order_of_the_mapping_file(rows):
    """An analyst finds the fields where they stand in the file."""
    assert ["subject", "agentId", "customer"] == list(rows({"subject": {}, "agentId": {}, "customer": {}}))


def test_a_field_tells_how_often_it_was_filled_and_from_what(rows):
    """The share, each source with its count, and the paths that never gave anything."""
    facts = {"filled": 8, "sources": {"menu": 6, "else": 2}, "reasons": {"no_value": 4}, "paths": ["menu", "queue"]}
    subject = rows({"subject": facts})["subject"]
    assert (0.8, (("menu", 6), ("else", 2), ("queue", 0)), (("no_value", 4),)) == (
        subject["fill_rate"],
        subject["filled_from"],
        subject["why_empty"],
    )


def test_a_field_that_met_no_record_has_no_share(rows):
    """Nothing of nothing is no number."""
    assert rows({"subject": {"seen": 0, "filled": 0}})["subject"]["fill_rate"] is None


def test_personal_values_are_reduced_to_their_form(rows):
    """Names and numbers show as what they look like, in brackets; ids and words that many share show as they are."""
    found = rows({
        "customer": {"values": ["+4531313131"]},
        "agentName": {"values": ["Ida Holm"] * 9},
        "externalIdentity": {"values": ["acme-call-1"]},
        "customProp1": {"values": ["in_sla"] * 5 + ["Ida Holm"] * 5 + ["rare"]},
        "customProp2": {"values": ["Ida"] * 9, "paths": ["$agent.name"]},
        "labels": {"values": [["ida@example.org", "Inbound"]]},
    })  # fmt: skip
    assert ("[+9999999999]",) == found["customer"]["examples"]
    assert ("[Xxx Xxxx]",) == found["agentName"]["examples"]
    assert ("acme-call-1",) == found["externalIdentity"]["examples"]
    assert ("in_sla", "[Xxx Xxxx]", "[xxxx]") == found["customProp1"]["examples"]
    assert ("[Xxx]",) == found["customProp2"]["examples"]
    assert ("[xxx@xxxxxxx.xxx]", "Inbound") == found["labels"]["examples"]


def test_personal_data_shows_where_it_was_asked_for(rows):
    """With unmasked the values stand as they came."""
    assert ("+4531313131",) == rows({"customer": {"values": ["+4531313131"]}}, unmasked=True)["customer"]["examples"]


def test_frequent_values_are_named_and_values_that_never_repeat_are_not(rows):
    """Most frequent values are worth a look where there are some."""
    found = rows({"team": {"values": ["Orders", "Orders", "Billing"]}, "caseUid": {"values": ["1", "2", "3"]}})
    assert (("Orders", 2), ("Billing", 1)) == found["team"]["top_values"]
    assert () == found["caseUid"]["top_values"]
