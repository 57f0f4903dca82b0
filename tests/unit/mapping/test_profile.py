"""What is kept of a field's values, in little room."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.mapping.profile import MOST_MARKS, Profile, erased
from connector.mapping.sensitivity import Sensitivity, sensitivity

VALUES = st.one_of(st.text(max_size=5), st.integers(-9, 9), st.booleans(), st.lists(st.text(max_size=2), max_size=3))


def profile(values, found=Sensitivity.OPEN):
    made = Profile(found)
    for value in values:
        made.add(value)
    return made


def stored(made):
    return Profile.from_dict(made.sensitivity, json.loads(json.dumps(made.to_dict())))


def test_types_lengths_and_frequent_values_are_counted():
    """A profile tells types, lengths, the number of different values, and the frequent ones."""
    made = profile(["Orders", "Orders", "Billing", 7])
    assert {"text": 3, "number": 1} == made.types
    assert (1, 7, 20) == (made.shortest, made.longest, made.total_length)
    assert (3, True) == (made.distinct, made.distinct_is_exact)
    assert ["Orders", 2] == made.to_dict()["top"][0]


def test_a_list_counts_by_its_entries():
    """The entries of a list are the values, its length is their number."""
    made = profile([["Inbound", "da"], ["Inbound"]])
    assert {"Inbound": 2, "da": 1} == made.counts
    assert (1, 2) == (made.shortest, made.longest)


@pytest.mark.parametrize("many", [1_000, 20_000])
def test_many_different_values_are_estimated_in_little_room(many):
    """Beyond a few hundred values the number is an estimate, to about a fifth, in a few kilobytes."""
    made = stored(profile([f"value {n}" for n in range(many)]))
    assert not made.distinct_is_exact
    assert 0.75 * many < made.distinct < 1.25 * many
    assert len(json.dumps(made.to_dict())) < 4_000


def test_a_few_hundred_values_are_counted_exactly():
    """A usual run's values are counted, not estimated, and stay so when they are stored."""
    assert (300, True) == (stored(profile(range(300))).distinct, stored(profile(range(300))).distinct_is_exact)


def test_the_estimate_never_exceeds_the_number_of_values():
    """Of 500 values no more than 500 can differ."""
    assert profile([f"{n}" for n in range(500)]).distinct <= 500


@given(st.lists(VALUES, max_size=30), st.lists(VALUES, max_size=30))
def test_two_profiles_add_up(first, second):
    """Adding two profiles tells the same as looking at all values in one go."""
    together, added = profile([*first, *second]), stored(profile(first))
    added.merge(stored(profile(second)))
    for fact in ("looked_at", "types", "shortest", "longest", "total_length", "distinct", "marks"):
        assert getattr(together, fact) == getattr(added, fact), fact


def test_adding_profiles_of_many_values_estimates_again():
    """Exact numbers of different values cannot be added: both halves may have the same ones."""
    added = stored(profile(range(300)))
    added.merge(stored(profile(range(300))))
    assert not added.distinct_is_exact
    assert MOST_MARKS <= added.distinct <= 600


@pytest.mark.parametrize(
    ("found", "top", "examples"),
    [
        (Sensitivity.OPEN, True, True),
        (Sensitivity.SHARED, True, True),
        (Sensitivity.PERSONAL, False, True),
        (Sensitivity.WRITTEN, False, False),
    ],
)
def test_of_personal_values_little_is_kept(found, top, examples):
    """Names and numbers are kept as three examples and not counted out; what people wrote is not kept at all."""
    told = profile(["Ida", "Ida", "Kim"], found).to_dict()
    assert (top, examples) == (bool(told["top"]), bool(told["examples"]))


def test_long_values_are_cut():
    """A megabyte in a field does not go into the ledger."""
    assert len(json.dumps(profile(["x" * 1_000_000]).to_dict())) < 1_000


def test_a_value_can_be_erased_without_trace():
    """What is told of a customer can be taken out again; a profile that never met him stays as it is."""
    told = profile(["+4531313131", "+4532323232"], Sensitivity.PERSONAL).to_dict()
    kept = erased(told, {"+4531313131"})
    assert ["+4532323232"] == kept["examples"]
    assert profile(["+4532323232"]).to_dict()["marks"] == kept["marks"]
    assert erased(told, {"+4599999999"}) is None


@pytest.mark.parametrize(
    ("field", "paths", "found"),
    [
        ("customer", (), Sensitivity.PERSONAL),
        ("externalIdentity", ("id",), Sensitivity.OPEN),
        ("customNumberProp3", ("rating",), Sensitivity.OPEN),
        ("customProp1", ("out_ticket_id",), Sensitivity.SHARED),
        ("customProp2", ("$agent.name",), Sensitivity.PERSONAL),
        ("customFields.who", ("participants[0].first_name",), Sensitivity.PERSONAL),
        ("subject", ("menu_path.name",), Sensitivity.SHARED),
        ("subject", ("subject", "message.subject"), Sensitivity.WRITTEN),
        ("subject", ("conversation.additional_attributes.mail_subject",), Sensitivity.WRITTEN),
        ("customFields.agent", ("conversation.meta.assignee.name",), Sensitivity.PERSONAL),
        ("subject", ("end_user.name",), Sensitivity.PERSONAL),
        ("message.text", ("comment.body",), Sensitivity.WRITTEN),
    ],
)
def test_what_a_field_says_of_people_is_known_by_its_name_and_its_paths(field, paths, found):
    """A field of one's own that is filled from somebody's name is as personal as the name."""
    assert found is sensitivity(field, paths)
