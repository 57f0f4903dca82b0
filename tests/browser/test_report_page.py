"""Look at a mapping report in a real browser: wide and narrow, light and dark, on paper and by keyboard."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect
from sqlalchemy import create_engine, insert

from connector.ledger.tables import ENTRY, FILE, MAPPING_STAT, METADATA, RUN, STEP
from connector.mapping.profile import Profile
from connector.mapping.sensitivity import sensitivity
from connector.report import Wish, choose, make, read, write

A4_LANDSCAPE = 1030
START = datetime(2026, 3, 24, 2, 30, tzinfo=UTC)
HOSTILE = "<script>document.title='run'</script><img src=x onerror=\"document.title='run'\">"
LONG = "no-break-anywhere-" * 40
REASONS = {
    "field_missing": ("refused", "agentEmail is required and has no value"),
    "unreadable": ("refused", f"ujet-metadata/{LONG}.json: {HOSTILE}"),
    "agent_unknown": ("held", "agent 91 is not in agents.csv"),
    "voicemail": ("skipped", ""),
}
FIELDS = {
    "externalIdentity": ["acme-call-1", "acme-call-2"],
    "customer": ["+4531313131", "+4532323232"],
    "subject": ["Orders", "Orders", "Orders", HOSTILE],
    "labels": [["Inbound", LONG]],
    "customNumberProp1": [12, 900],
}


def rows_of_entries():
    for number in range(60):
        reason = (*REASONS, None, None, None)[number % 7]
        outcome, detail = REASONS.get(reason, ("delivered", ""))
        facts = {"team": ("Orders", "Returns & warranty")[number % 2], "queue": HOSTILE if number % 9 else "Orders"}
        facts |= {"consent": ["not_asked", True], "notes": ["the recording has one channel"]}
        facts |= {"audio": {"form": "wav pcm_16", "channels": 1 + number % 2, "identical": False, "seconds": 31.0}}
        facts |= {"reason": reason, "detail": detail, "agent": {"id": "91"}} if reason else {}
        key, ended = f"{number:03}", START - timedelta(hours=number)
        yield (
            {"id": number, "place_id": 1, "path": f"ujet-metadata/call-{number}.json", "size_bytes": 1,
             "modified_ns": 1, "role": "metadata", "pending": False, "first_seen_at": START},
            {"id": key, "tenant": "acme", "source_kind": "ccai", "channel": "call", "session_id": key, "leg": "",
             "target": "x", "external_id": f"acme-call-{number}", "job": "nightly", "state": outcome, "file_id": number,
             "ended_at": ended, "created": True, "audio_state": "sent", "audio_tries": 1, "first_seen_at": START,
             "changed_at": START},
            {"entry_id": key, "run_id": "20260324-0230-5f3a9c", "at": START, "name": outcome, "facts": facts},
        )  # fmt: skip


def rows_of_fields(run_id, extra):
    census = {f"participants[].{name}": place for name, place in (("name", "Xxx Xxxx"), (LONG, "xxx"), (extra, "9"))}
    told = {path: {"records": 60, "filled": 60, "types": {"text": 60}, "form": form} for path, form in census.items()}
    about = {"reads": "ccai.call", "paths": [], "records": 60, "looked_at": 60, "census": told}
    yield {"run_id": run_id, "mapping": "ccai-call", "field": "@about", "facts": about}
    for place, (name, values) in enumerate(FIELDS.items()):
        profile = Profile(sensitivity(name))
        for value in values:
            profile.add(value)
        rule = {
            "place": place,
            "required": place < 3,
            "paths": ["participants[?type=='end_user'].number | [0]", "menu"],
        }
        facts = {"seen": 60, "filled": 60 - 7 * place, "sources": {"menu": 40, "else": 20 - 7 * place}, "rule": rule}
        facts |= {"reasons": {"no_value": 7 * place} if place else {}, "profile": profile.to_dict()}
        yield {"run_id": run_id, "mapping": "ccai-call", "field": name, "facts": facts}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Write the report of a run with a bit of everything, values that would like to run among it, and give its file."""
    files, entries, steps = (list(rows) for rows in zip(*rows_of_entries(), strict=True))
    run = {"job": "nightly-ccai", "tenant": "acme", "dry_run": False, "options": {}, "reasons": {}, "exit_code": 3}
    run |= {"counts": {"delivered": 26, "held": 8, "skipped": 8, "refused": 18, "unchanged": 1204}}
    before = START - timedelta(days=1)
    runs = [{**run, "id": "earlier", "started_at": before, "finished_at": before},
            {**run, "id": "20260324-0230-5f3a9c", "started_at": START, "finished_at": START}]  # fmt: skip
    stats = [*rows_of_fields("earlier", "gone"), *rows_of_fields("20260324-0230-5f3a9c", "new")]
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        METADATA.create_all(connection)
        for table, rows in ((FILE, files), (ENTRY, entries), (STEP, steps), (RUN, runs), (MAPPING_STAT, stats)):
            connection.execute(insert(table), rows)
        content = write(make(read(connection, choose(connection, Wish()))), "html")
    engine.dispose()
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_bytes(content)
    return path


@pytest.fixture
def browse(file, open_window):
    """Give a function that opens the report in a new window of this width and scheme."""
    return lambda width=1280, scheme="light": open_window(file.as_uri(), width, scheme)


async def test_the_report_is_complete_without_a_network(browse, file):
    """The browser asks for nothing but the file, complains about nothing, and nothing in the page runs."""
    page = await browse()
    assert [file.as_uri()] == [url for url in page.asked if not url.startswith("data:")]
    assert [] == page.complaints
    assert "Mapping report: nightly-ccai, run 20260324-0230-5f3a9c" == await page.title()
    assert 0 == await page.locator("script, img").count()
    assert HOSTILE[:40] in await page.inner_text("#groups")


@pytest.mark.parametrize("width", [320, 400, 768, 1400, 1920])
async def test_nothing_is_wider_than_the_window(browse, width):
    """On a telephone as on a wide screen the page scrolls up and down only; wide tables scroll in their frame."""
    page = await browse(width)
    assert width >= await page.evaluate("document.documentElement.scrollWidth")


async def test_a_narrow_field_table_names_each_value(browse):
    """Where the table's head has no room, every value carries its name, and no empty value takes up room."""
    page = await browse(400)
    label = "getComputedStyle(document.querySelector('.fieldtable td'), '::before').content"
    assert '"Filled"' == await page.evaluate(label)
    heights = await page.evaluate(
        "[...document.querySelectorAll('.fieldtable td')].filter(e => !e.innerText.trim()).map(e => e.offsetHeight)"
    )
    assert set() == set(heights) - {0}


async def test_no_label_on_a_narrow_page_runs_into_the_next(browse):
    """A label that takes two lines makes its value as high."""
    page = await browse(390)
    assert {"flow-root"} == set(await page.evaluate(CARDS.format("getComputedStyle(e).display")))
    floats = await page.evaluate(CARDS.format("getComputedStyle(e, '::before').float"))
    assert {"inline-start"} == set(floats)


CARDS = "[...document.querySelectorAll('.cards td')].filter(e => e.offsetHeight).map(e => {})"


async def test_no_heading_is_broken_within_a_word_on_paper(browse):
    """Heads of columns and names of fields stay whole on A4."""
    page = await browse(A4_LANDSCAPE)
    await page.emulate_media(media="print")
    wraps = "[...document.querySelectorAll('th')].map(e => getComputedStyle(e).overflowWrap)"
    assert {"normal"} == set(await page.evaluate(wraps))


async def test_a_reader_gets_from_a_reason_to_its_entries_by_keyboard(browse):
    """The first stop is the way past the navigation; a reason's link leads to the entries it kept back."""
    page = await browse()
    await page.keyboard.press("Tab")
    assert "Skip to the content" == await page.evaluate("document.activeElement.innerText")
    await page.locator("#happened a", has_text="agent_unknown").focus()
    await page.keyboard.press("Enter")
    assert page.url.endswith("#held-agent_unknown")
    await expect(page.locator("#held-agent_unknown")).to_be_in_viewport()


async def test_every_table_is_a_named_table_for_a_screen_reader(browse):
    """Also as cards on a telephone, tables stay tables with names, heads and cells."""
    for width in (1280, 400):
        page = await browse(width)
        names = await page.evaluate("[...document.querySelectorAll('table')].map(t => t.caption.innerText.trim())")
        for name in names:
            assert name
            table = page.get_by_role("table", name=name, exact=True)
            assert await table.count()
            assert await table.first.get_by_role("columnheader").count()
            assert await table.first.get_by_role("cell").count()


async def test_texts_can_be_read_in_light_and_dark(browse, faint_texts):
    """Text and ground contrast by at least 4.5 to 1 in both schemes, in tables as in charts."""
    grounds = set()
    for scheme in ("light", "dark"):
        page = await browse(scheme=scheme)
        assert [] == await faint_texts(page)
        grounds.add(await page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert {"rgb(255, 255, 255)", "rgb(20, 23, 28)"} == grounds


async def test_the_report_prints(browse):
    """On paper there is no navigation, dark ink on white whatever the screen's scheme, and nothing is cut off."""
    page = await browse(A4_LANDSCAPE, scheme="dark")
    await page.emulate_media(media="print", color_scheme="dark")
    assert "none" == await page.evaluate("getComputedStyle(document.querySelector('nav')).display")
    assert "rgb(0, 0, 0)" == await page.evaluate("getComputedStyle(document.body).color")
    assert "visible" == await page.evaluate("getComputedStyle(document.querySelector('.scroll')).overflowX")
    assert A4_LANDSCAPE >= await page.evaluate("document.documentElement.scrollWidth")
    assert (await page.pdf(prefer_css_page_size=True)).startswith(b"%PDF")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_numbers_on_the_bars_of_a_chart_can_be_read(browse, scheme):
    """Whatever lies under it, a number has a rim that contrasts with it as paper does, and lies beneath its ink."""
    page = await browse(scheme=scheme)
    drawn = await page.evaluate(
        "(s => [s.fill, s.stroke, s.paintOrder, s.strokeWidth])"
        "(getComputedStyle(document.querySelector('figure svg .text-overlay text')))"
    )
    bright, dim = sorted((luminance(colour) for colour in drawn[:2]), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= 4.5, drawn
    assert ["stroke", "3px"] == drawn[2:]


def luminance(fill):
    """Give the relative luminance of a colour as a browser tells it."""
    shares = [int(value) / 255 for value in re.findall(r"\d+", fill)[:3]]
    linear = [one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in shares]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


async def test_the_words_of_a_chart_are_no_smaller_on_a_telephone_than_small_print(browse):
    """Where the drawing is as wide as a telephone, its words are set in ten pixels or more."""
    page = await browse(390)
    sizes = await page.evaluate(
        "[...document.querySelectorAll('figure svg text')].filter(e => e.textContent.trim())"
        ".map(e => parseFloat(getComputedStyle(e).fontSize) * e.getScreenCTM().d)"
    )
    assert min(size for size in sizes if size > 0) >= 10


async def test_a_table_that_goes_on_beside_the_window_says_so_and_keeps_its_names(browse):
    """A shade shows that there is more; moved aside, each row still begins with what it is about."""
    page = await browse(390)
    wide = page.locator(".scroll:has(> .plain:not(.cards))").filter(has=page.locator("caption", has_text="By team"))
    assert await wide.evaluate("e => e.scrollWidth > e.clientWidth")
    assert 4 == (await wide.evaluate("e => getComputedStyle(e).backgroundImage")).count("gradient")
    first = wide.locator("tbody td").first
    before = (await first.bounding_box())["x"]
    await wide.evaluate("e => e.scrollLeft = 150")
    assert before == pytest.approx((await first.bounding_box())["x"], abs=1)
    await wide.focus()
    await page.keyboard.press("ArrowRight")
    assert await wide.evaluate("e => getComputedStyle(e).outlineStyle !== 'none'")


async def test_the_way_by_keyboard_is_that_of_the_page(browse):
    """Every stop can be seen where it is, and none comes before one that stands above it."""
    page, stops = await browse(390, "dark"), []
    for _ in range(60):
        await page.keyboard.press("Tab")
        stop = await page.evaluate(
            "(e => [e.tagName, e.getBoundingClientRect().y + scrollY, getComputedStyle(e).outlineStyle,"
            " e.getBoundingClientRect().width])(document.activeElement)"
        )
        if stop[0] == "BODY":
            break
        stops.append(stop)
    assert {"solid"} == {outline for _, _, outline, _ in stops}
    assert min(width for *_, width in stops) > 0
    heights = [round(y) for _, y, *_ in stops[1:]]
    assert sorted(heights) == heights
