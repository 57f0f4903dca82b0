"""Test that two versions of a mapping are compared field by field, and that nothing else is named."""

from hypothesis import given
from hypothesis import strategies as st

from connector import mapping
from connector.mapping.difference import Change, compare

RULES = """\
subject: {path: queue, else: Call}
status: {path: state, as: [{table: {o: open, c: closed}}]}
labels: {list: [{path: direction}]}
customer: {path: phone, required: true}
"""
SEGMENTS = "consent: {path: c, values: {ja: true}}\nsegments: {keep: legs, from: start, cut: pauses}\n"
CONSENT = "consent: {path: c, values: {ja: true, nej: false}}\n"


def changes(loaded, record, *versions):
    made = [
        (one, mapping.apply(one, record, {}))
        for one in (loaded(rules, more=more, reads="files.record") for rules, more in versions)
    ]
    return compare(*made)


def test_the_same_mapping_changes_nothing(loaded):
    """Two loads of one file make the same draft."""
    record = {"queue": "Orders", "state": "o", "c": "ja", "legs": [{"started_at": 1}]}
    assert () == changes(loaded, record, (RULES, SEGMENTS), (RULES, SEGMENTS))


def test_a_changed_default_names_only_records_without_the_value(loaded):
    """A record that has the value is not touched by another default."""
    new = RULES.replace("else: Call", "else: Phone call")
    assert (Change("subject", "Call", "Phone call"),) == changes(loaded, {"phone": 1}, (RULES, CONSENT), (new, CONSENT))
    assert () == changes(loaded, {"phone": 1, "queue": "x"}, (RULES, CONSENT), (new, CONSENT))


def test_a_changed_table_names_only_records_with_the_word(loaded):
    """Another word in the table changes what it stood for and nothing else."""
    new = RULES.replace("c: closed", "c: done")
    record = {"phone": 1, "state": "c"}
    assert (Change("status", "closed", "done"),) == changes(loaded, record, (RULES, CONSENT), (new, CONSENT))
    assert () == changes(loaded, record | {"state": "o"}, (RULES, CONSENT), (new, CONSENT))


def test_a_removed_rule_leaves_its_field_empty(loaded):
    """What is gone shows as nothing, where there was a value."""
    new = RULES.replace("labels: {list: [{path: direction}]}\n", "")
    record = {"phone": 1, "direction": "in"}
    assert (Change("labels", ["in"], None),) == changes(loaded, record, (RULES, CONSENT), (new, CONSENT))


def test_a_refusal_is_a_change_of_its_own(loaded):
    """A record that would be refused from now on says so."""
    new = RULES.replace("path: phone", "path: number")
    record = {"phone": "x"}
    assert (Change("customer", "x", None), Change("customer (refused)", None, "no_value")) == changes(
        loaded, record, (RULES, CONSENT), (new, CONSENT)
    )


def test_what_follows_from_consent_is_compared(loaded):
    """Another meaning of the word, or another policy for it, is a change."""
    record = {"phone": 1, "c": "nej"}
    skip = CONSENT.replace("}}", "}, unknown: skip}")
    told = changes(loaded, record, (RULES, CONSENT), (RULES, CONSENT.replace("nej: false", "nej: true")))
    assert (Change("consent", "no (skip)", "yes"),) == told
    told = changes(loaded, {"phone": 1}, (RULES, CONSENT), (RULES, skip))
    assert (Change("consent", "unknown (hold)", "unknown (skip)"),) == told


def test_kept_and_cut_stretches_are_compared_in_seconds(loaded):
    """A rule that cuts something else is a change of the segments."""
    leg = {"started_at": "2026-03-24T10:00:02Z", "ended_at": "2026-03-24T10:00:09Z"}
    record = {"phone": 1, "c": "ja", "start": "2026-03-24T10:00:00Z", "legs": [leg], "pauses": [leg]}
    other = SEGMENTS.replace(", cut: pauses", "")
    ((field, before, after),) = (
        (one.field, one.before, one.after) for one in changes(loaded, record, (RULES, SEGMENTS), (RULES, other))
    )
    assert "segments" == field
    assert {"keep": [[2.0, 9.0]], "cut": [[2.0, 9.0]], "redacted": "silenced"} == before
    assert {"keep": [[2.0, 9.0]]} == after


def test_true_and_one_are_not_the_same():
    """A number that becomes a truth is told, though the two compare as equal."""
    rules = mapping.Mapping("a", "files.record", "capturi.conversation", "", ())
    one, other = (mapping.Draft({"customProp1": value}, {}, {}) for value in (1, True))
    assert (Change("customProp1", 1, True),) == compare((rules, one), (rules, other))


VALUES = st.dictionaries(st.sampled_from("abcd"), st.text(max_size=2) | st.integers(0, 2) | st.booleans())


@given(VALUES, VALUES)
def test_exactly_the_fields_that_differ_are_named(before, after):
    """Whatever two drafts hold, a field is named when and only when its value is another one."""
    rules = mapping.Mapping("a", "files.record", "capturi.conversation", "", ())
    drafts = [mapping.Draft(dict(values), {}, {}) for values in (before, after)]
    found = {one.field for one in compare((rules, drafts[0]), (rules, drafts[1]))}
    expected = {
        name
        for name in {*before, *after}
        if (name in before) is not (name in after)
        or (type(before[name]), before[name]) != (type(after[name]), after[name])
    }
    assert expected == found
