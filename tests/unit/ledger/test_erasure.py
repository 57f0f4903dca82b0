"""Erasing what is known of a person from what runs noted."""

from sqlalchemy import create_engine, insert, select

from connector.ledger.erasure import erase_values
from connector.ledger.tables import MAPPING_STAT, METADATA
from connector.mapping.profile import Profile, erased
from connector.mapping.sensitivity import Sensitivity


def test_a_customer_s_values_are_taken_out_of_every_run():
    """Examples, counts and marks of the value go, the counts of the field stay, other fields are not touched."""
    profile = Profile(Sensitivity.SHARED)
    for value in ("Ida Holm", "Ida Holm", "in_sla"):
        profile.add(value)
    facts = {"seen": 3, "filled": 3, "sources": {"a": 3}, "reasons": {}}
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        METADATA.create_all(connection)
        for field, told in (("customProp1", {**facts, "profile": profile.to_dict()}), ("team", facts)):
            row = {"run_id": "one", "mapping": "m", "field": field, "facts": told}
            connection.execute(insert(MAPPING_STAT), row)
        assert 1 == erase_values(connection, {"Ida Holm"}, erased)
        left = {row.field: row.facts for row in connection.execute(select(MAPPING_STAT))}
    engine.dispose()
    assert facts == left["team"]
    assert (3, ["in_sla"], [["in_sla", 1]]) == (
        left["customProp1"]["seen"],
        left["customProp1"]["profile"]["examples"],
        left["customProp1"]["profile"]["top"],
    )
