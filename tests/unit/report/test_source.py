"""What the source tells that no rule reads, and what changed over there."""

from datetime import timedelta

import pytest

from connector.mapping.statistics import ABOUT
from connector.report import Wish, choose, make, read


def place(records, **types):
    return {"records": records, "filled": records, "types": types, "form": None}


def about(looked_at, **census):
    return {"reads": "ccai.call", "paths": ["recording_permission"], "records": looked_at, "looked_at": looked_at,
            "census": {path.replace("__", "."): one for path, one in census.items()}}  # fmt: skip


@pytest.fixture
def tables(connection, book):
    def compare(before, now):
        book.run("before")
        book.run("now", started_at=book.start + timedelta(days=1))
        rule = {"place": 0, "required": False, "paths": ["menu.name"]}
        for run_id, told in (("before", before), ("now", now)):
            book.field(run_id, "ccai-call", ABOUT, **told)
            book.field(run_id, "ccai-call", "subject", seen=1, filled=1, sources={}, reasons={}, rule=rule)
        return make(read(connection, choose(connection, Wish("now")))).tables

    return compare


def changes(tables):
    return [(one["change"], one["path"], one["read"]) for one in tables["drift"].records()]


def test_fields_that_no_rule_reads_are_listed(tables):
    """A field with values that neither a rule nor consent reads is told; what lies below a read object is read."""
    found = tables(about(1), about(10, menu__name=place(10, text=10), recording_permission=place(10, text=10),
                                   rating=place(3, number=3), feedback={**place(9, null=9), "filled": 0}))  # fmt: skip
    assert [("rating", 3, 0.3)] == [(one["path"], one["records"], one["share"]) for one in found["unread"].records()]


def test_what_only_the_job_reads_is_not_called_unread(tables):
    """The job's own columns, by path or by name as it stands, are told apart from what nobody reads, with what for."""
    names = {"id": "the id", "Call ID": "the id", "agent.mail": "the agent's email"}
    census = {'"Call ID"': place(10, text=10), "agent__mail": place(9, text=9), "rating": place(3, number=3)}
    found = tables(about(1), about(10, **census) | {"job_paths": names})
    assert ["rating"] == [one["path"] for one in found["unread"].records()]
    told = [(one["path"], one["purpose"]) for one in found["job_reads"].records()]
    assert [('"Call ID"', "the id"), ("agent.mail", "the agent's email")] == told


def test_a_vanished_field_that_the_job_reads_is_told_as_read(tables):
    """Without the column of the end no recording is awaited long enough: that change matters as much as a rule's."""
    before, now = about(50, Ended=place(50, text=50)), about(50) | {"job_paths": {"Ended": "the end of the call"}}
    assert [("vanished", "Ended", True)] == changes(tables(before, now))


@pytest.mark.parametrize(("filled", "found"), [(50, []), (30, []), (20, [("rarer", "menu.name", True)])])
def test_a_field_that_half_the_records_lost_is_told(tables, filled, found):
    """Records that waited since earlier runs still have a field that the source no longer writes."""
    now = about(50, menu__name={**place(50, text=filled, null=50 - filled), "filled": filled})
    assert found == changes(tables(about(100, menu__name=place(100, text=100)), now))


def test_a_new_field_is_told_and_one_line_is_enough_for_a_new_object(tables):
    """What appears in the source is named once, by its outermost name."""
    found = tables(about(50, id=place(50, number=50)), about(50, id=place(50, number=50), survey=place(4, object=4),
                                                             survey__score=place(4, number=4)))  # fmt: skip
    assert [("new", "survey", False)] == changes(found)


def test_a_vanished_field_that_a_rule_reads_is_told_as_such(tables):
    """What a mapping relies on and is gone is the news an analyst needs most."""
    assert [("vanished", "menu.name", True)] == changes(tables(about(50, menu__name=place(45, text=45)), about(50)))


def test_a_rare_field_that_is_not_there_today_has_not_vanished(tables):
    """What one record in fifty has may be missing from fifty by chance."""
    assert [] == changes(tables(about(500, menu__name=place(10, text=10)), about(50)))


def test_a_field_of_another_type_is_told(tables):
    """A number that becomes text is a change; null beside a type is none."""
    before = about(50, rating=place(50, number=40, null=10), lang=place(50, text=50))
    found = tables(before, about(50, rating=place(50, text=50), lang=place(50, text=20, null=30)))
    assert [("other type", "rating", False)] == changes(found)


def test_without_earlier_runs_nothing_has_changed(connection, book):
    """The first run has nothing to compare with and reports no changes."""
    book.run("first")
    book.field("first", "ccai-call", ABOUT, **about(5, id=place(5, number=5)))
    assert [] == make(read(connection, choose(connection, Wish()))).tables["drift"].rows
