"""A backfill brings the sessions of a range of days, each once, and adds up what came of them."""

import pytest

from connector import ledger

RANGE = ("--from", "2026-01-01", "--to", "2026-02-01")


async def test_a_range_of_days_is_delivered_and_nothing_beside_it(history, capturi, command, reading):
    """--from is inclusive, --to is not, and a wider range brings the rest without sending anything twice."""
    async with capturi() as address:
        project = history(address, days=4, a_day=2)
        inner = await command(
            project.folder, "backfill", "demo", "--from", "2026-01-02", "--to", "2026-01-04", "--json"
        )
        arrived = set((await reading(address)).audio)
        outer = await command(project.folder, "backfill", "demo", *RANGE, "--json", afresh=True)
        again = await command(project.folder, "backfill", "demo", *RANGE, "--json")
        uploads = [one["uploads"] for one in (await reading(address)).audio.values()]
    assert ([0] * 3) == [one.code for one in (inner, outer, again)], (inner, outer, again)
    assert {f"acme-call-{number}" for number in (102, 103, 104, 105)} == arrived
    assert (4, 0) == (inner.told["delivered"], inner.told["unchanged"])
    assert (4, 4, 8) == (outer.told["delivered"], outer.told["unchanged"], outer.told["seen"])
    assert (0, 8) == (again.told["delivered"], again.told["unchanged"])
    assert [1] * 8 == uploads


@pytest.mark.parametrize(("order", "first"), [("newest", "acme-call-103"), ("oldest", "acme-call-100")])
async def test_days_come_in_the_order_asked_for(history, capturi, command, reading, order, first):
    """The newest day is delivered first, or the oldest where that was asked for."""
    async with capturi() as address:
        project = history(address, days=4, a_day=1)
        project.edit_job(("source:", "limits: {concurrency: 1}\nsource:"))
        ended = await command(project.folder, "backfill", "demo", *RANGE, "--order", order, "--json")
        created = list((await reading(address)).conversations)
    assert (0, 4) == (ended.code, ended.told["delivered"])
    assert first == created[0]


async def test_what_is_refused_or_held_is_counted_with_its_reason(history, capturi, command):
    """A broken file gives exit code 3, and the counts add up to what was seen."""
    async with capturi() as address:
        project = history(address, days=2, a_day=2)
        project.put("metadata/call-7.json", b"{ this is no JSON")
        (project.folder / "export/recordings/call-100.wav").unlink()
        ended = await command(
            project.folder, "backfill", "demo", "--from", "2026-01-01", "--to", "2030-01-01", "--json"
        )
    told = ended.told
    assert (3, 3, 1) == (ended.code, told["delivered"], told["refused"])
    assert {"unreadable": 1, "audio_missing": 1} == told["reasons"]
    assert told["seen"] == sum(told[name] for name in ("unchanged", "delivered", "held", "skipped", "refused"))


async def test_a_dry_run_writes_nothing_and_tells_how_long_it_would_take(history, capturi, command, reading):
    """What would go is counted, limits per day only make it longer, and neither target nor ledger learn of it."""
    async with capturi() as address:
        project = history(address, days=2, a_day=3)
        project.edit_job(("source:", "limits: {per_day: 2}\nsource:"))
        told = await command(project.folder, "backfill", "demo", *RANGE, "--dry-run", "--json")
        seen = await command(project.folder, "backfill", "demo", *RANGE, "--dry-run")
        assert [] == (await reading(address)).writes
    assert (0, 6, None) == (told.code, told.told["delivered"], told.told["run_id"]), told
    assert "6 sessions to work on" in seen.out
    assert "per_day" in seen.out
    assert not (project.folder / "connector.db").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "2026-01-01"), "--to: is missing"),
        (("--from", "2026-02-01", "--to", "2026-01-01"), "--to: must lie after --from"),
        (("--from", "yesterday", "--to", "2026-01-01"), "is not a date or time"),
        ((*RANGE, "--engine", "spark://host:1"), "--engine: is no engine"),
        ((*RANGE, "--engine", "dask://127.0.0.1:8786"), "cannot share a SQLite ledger"),
        (("--simulate", "seconds=0.4"), "needs items=NUMBER"),
        (("--set-limits", "per_our=3"), "did you mean 'per_hour'"),
        (("--set-limits", "per_hour=0"), "--set-limits per_hour"),
    ],
)
async def test_a_mistaken_call_ends_with_2_and_names_the_option(history, capturi, command, words, said):
    """What a person must mend is told with the option, the JSON object is there, and nothing was started."""
    async with capturi() as address:
        project = history(address, days=1, a_day=1)
        ended = await command(project.folder, "backfill", "demo", *words, "--json")
    assert (2, 2) == (ended.code, ended.told["exit_code"])
    assert said in ended.err
    assert said in ended.told["error"]


async def test_a_foretelling_names_what_binds(history, capturi, command):
    """A hundred million calls under a limit per day take as many days as that limit says."""
    async with capturi() as address:
        project = history(address, days=1, a_day=1)
        supposed = (
            "items=100M,seconds=0.4,bytes=400kB,machines=4,workers=8,concurrency=512,network=1Gbit,per_day=1000000"
        )
        ended = await command(project.folder, "backfill", "demo", "--simulate", supposed)
    assert 0 == ended.code
    assert "100,000,000 sessions" in ended.out
    assert "days" in ended.out
    assert "per_day" in ended.out


async def test_what_starts_no_run_gives_one_object_as_well(history, command):
    """With --json a forecast and changed limits are one object each, with the keys of a run that did nothing."""
    project = history("http://127.0.0.1:1", days=1, a_day=1, audio=False)
    foretold = await command(
        project.folder, "backfill", "demo", "--simulate", "items=1M,per_day=100000,concurrency=512", "--json"
    )
    assert (0, 0, 0, True) == tuple(foretold.told[name] for name in ("exit_code", "seen", "delivered", "dry_run"))
    assert ("per_day", 100_000) == tuple(foretold.told["forecast"][name] for name in ("binds", "per_day"))
    changed = await command(
        project.folder, "backfill", "demo", "--set-limits", "per_hour=7,hours=20:00-06:00", "--json"
    )
    assert (0, {"per_hour": 7, "hours": "20:00-06:00"}) == (changed.told["exit_code"], changed.told["limits"])


async def test_the_plan_stays_for_the_record(history, capturi, command):
    """The plan of what is done is kept, and its end is written down."""
    async with capturi() as address:
        project = history(address, days=3, a_day=1)
        await command(project.folder, "backfill", "demo", *RANGE, "--json")
    (plan,) = project.ask("SELECT * FROM backfill_plan")
    parts = project.ask("SELECT * FROM backfill_partition ORDER BY day")
    assert ledger.DONE == plan["state"]
    assert ["2026-01-01", "2026-01-02", "2026-01-03"] == [part["day"] for part in parts]
    assert ["done"] * 3 == [part["state"] for part in parts]
    assert [] == project.ask("SELECT * FROM backfill_item")
