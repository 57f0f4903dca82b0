"""The page of a report."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from connector.report import Wish, choose, make, read, write

VOID = {"meta", "link", "br", "img"}


class Outline(HTMLParser):
    """Notes tags, attributes and text, and complains about a tag that is closed in another's place."""

    def __init__(self, page):
        super().__init__()
        self.open, self.tags, self.ids, self.targets = [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append((tag, given))
        self.ids += [given["id"]] if "id" in given else []
        self.targets += [given["href"][1:]] if given.get("href", "").startswith("#") else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert tag == self.open.pop()


@pytest.fixture
def page(connection, book):
    book.run("one", counts={"delivered": 60, "refused": 60, "unchanged": 5}, exit_code=3)
    for number in range(120):
        book.entry(f"{number:03}", audio_state="sent")
        if number % 2:
            book.step(f"{number:03}", "one", "delivered", team="Orders", queue="Menu")
        else:
            book.step(f"{number:03}", "one", "refused", reason="field_missing", detail="agentEmail has no value")
    rule = {"place": 0, "required": True, "paths": ["email"]}
    book.field(
        "one", "ccai-call", "agentEmail", seen=9, filled=8, sources={"email": 8}, reasons={"no_value": 1}, rule=rule
    )
    return write(make(read(connection, choose(connection, Wish()))), "html").decode()


@pytest.fixture
def outline(page):
    return Outline(page)


def test_the_page_says_what_happened_in_plain_words(page):
    """It names each reason with its meaning and what to do, and the counts of the run."""
    assert "Of 125 conversations seen, 120 were worked on and 60 delivered. 60 were refused and need a person." in page
    assert "a field Capturi requires has no value" in page
    assert "Give the field another path or an <code>else</code> in the mapping" in page
    assert "3: something was refused" in page


def test_the_page_is_one_file_without_scripts(page, outline):
    """It opens offline: no script, no style sheet, picture or font from elsewhere, and a policy that forbids them."""
    names = {tag for tag, _ in outline.tags}
    assert set() == names & {"script", "iframe", "object", "embed", "img", "form"}
    assert not [given for _, given in outline.tags if given.get("src") or given.get("href", "#")[:1] not in {"#", "d"}]
    assert not re.search(r"@import|url\(", page)
    assert "default-src 'none'" in page


def test_the_page_is_well_formed_and_its_links_lead_somewhere(outline):
    """Every tag is closed, no id stands twice, and each link within the page has its target."""
    assert [] == outline.open
    assert len(outline.ids) == len(set(outline.ids))
    assert set() == set(outline.targets) - set(outline.ids)


def test_tables_can_be_read_without_seeing_them(outline):
    """Each table has a caption, each heading a scope, each scrolling area a name and a place in the tab order."""
    tables = [given for tag, given in outline.tags if tag == "table"]
    captions = [given for tag, given in outline.tags if tag == "caption"]
    assert len(tables) == len(captions) > 5
    assert all(given.get("scope") in {"col", "row"} for tag, given in outline.tags if tag == "th")
    areas = [given for _, given in outline.tags if given.get("class") == "scroll"]
    assert all("0" == given["tabindex"] and given["aria-labelledby"] in outline.ids for given in areas)


def test_the_page_has_landmarks_and_headings_in_order(outline):
    """Header, navigation and main part are marked, and no level of heading is left out."""
    assert {"header", "nav", "main"} <= {tag for tag, _ in outline.tags}
    levels = [int(tag[1]) for tag, _ in outline.tags if re.fullmatch("h[1-6]", tag)]
    assert 1 == levels[0] == levels.count(1)
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_of_many_alike_the_first_are_shown(page):
    """A thousand refused entries of one reason do not bury the others: the first forty stand for them."""
    assert 40 == page.count("agentEmail has no value")
    assert "These are the first 40 of 60" in page


def test_charts_are_drawings_in_the_page_s_colours(page):
    """The charts are SVG that follows light and dark, hidden from screen readers, which have the tables."""
    assert 2 == page.count("<svg ") == page.count('<svg aria-hidden="true"')
    assert "var(--delivered)" in page
    assert "<!--" not in page


def test_a_required_field_that_was_not_always_filled_stands_out(outline):
    """Where records are refused for a field, its row is marked."""
    assert 1 == len([given for tag, given in outline.tags if tag == "tr" and given.get("class") == "lacking"])


def test_the_same_report_gives_the_same_page(connection, page):
    """Two renderings are equal: a page can be compared with yesterday's."""
    assert page == write(make(read(connection, choose(connection, Wish()))), "html").decode()


def test_a_run_that_did_nothing_gives_a_page(connection, book):
    """A report over a run without entries says so instead of showing empty tables."""
    book.run("one")
    page = write(make(read(connection, choose(connection, Wish()))), "html").decode()
    assert "Nothing was there to work on." in page
    assert "No record came as far as the mapping." in page


def test_a_stopped_run_says_why(connection, book):
    """What stopped the run stands at the top."""
    book.run("one", error="the target does not accept the token", exit_code=1, finished_at=None)
    page = write(make(read(connection, choose(connection, Wish()))), "html").decode()
    assert "The run had to stop:</strong> <bdi>the target does not accept the token" in page
    assert "not ended" in page


def test_a_period_lists_its_runs_and_counts_a_conversation_once(connection, book):
    """One that two runs held and a third delivered is one delivered; each run stands in a table of its own."""
    book.entry("001")
    for day, outcome in enumerate(("held", "held", "delivered")):
        at = book.start + timedelta(days=day)
        book.run(f"day{day}", started_at=at, counts={outcome: 1, "unchanged": 5})
        book.step("001", f"day{day}", outcome, at=at, reason="agent_unknown" if outcome == "held" else "")
    report = make(read(connection, choose(connection, Wish(since=book.start))))
    expected = {"seen": 1, "unchanged": 0, "delivered": 1, "held": 0, "skipped": 0, "refused": 0}
    assert expected == report.counts
    page = write(report, "html").decode()
    assert "nightly, 3 runs" in page
    assert "day1" in page
    assert "1 conversations were worked on" not in page
    assert "1 conversation was worked on in 3 runs, counted once. 1 was delivered." in page
    assert '<li class="unchanged">' not in page


def test_the_zone_of_all_times_is_told_at_the_top(connection, book):
    """Who reads a time need not look for its zone at the end of the page."""
    book.run("one", options={"timezone": "Europe/Copenhagen"})
    page = write(make(read(connection, choose(connection, Wish()))), "html").decode()
    assert "<dt>Times in</dt><dd><bdi>Europe/Copenhagen</bdi>" in page.partition("<main")[0]


def test_an_axis_names_whole_numbers_once(connection, book):
    """A chart of one conversation a day has the marks 0 and 1, not several that are rounded to the same."""
    book.run("one")
    for number in range(3):
        book.entry(f"{number}", ended_at=book.start - timedelta(days=number))
        book.step(f"{number}", "one", "delivered")
    page = write(make(read(connection, choose(connection, Wish()))), "html").decode()
    days = page.partition("What became of conversations, by the day")[2].partition("</figure>")[0]
    assert ["0", "1"] == re.findall(r"<text[^>]*>([\d,]+)</text>", days)
