"""Names that a job reads and that no column has: what `check` and a run tell of them."""

from datetime import timedelta

import pytest

from tests.table_files import json_lines, json_list, parquet, separated, workbook

FORMS = {
    "calls.csv": lambda rows: separated(rows, ","),
    "calls.json": json_list,
    "calls.jsonl": json_lines,
    "calls.xlsx": workbook,
    "calls.parquet": parquet,
}
IN = {"calls.json": "field 'fone' in the first rows of", "calls.jsonl": "field 'fone' in the first rows of"}


def misspell(here, *changes):
    """Change words of the mapping."""
    path = here.project.folder / "mappings" / "calls.yaml"
    text = path.read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)


@pytest.fixture
def checked(command, monkeypatch):
    """Give a function that checks a centre's job, and gives what was said on both outputs with the exit code."""
    monkeypatch.setenv("CAPTURI_TOKEN", "rehearsal-token")

    async def check(here):
        ended = await command(here.project.folder, "check", "calls")
        return ended.code, ended.out, ended.err

    return check


@pytest.mark.parametrize("name", FORMS)
async def test_a_misspelt_column_is_a_warning_in_every_form(centre, capturi, checked, call, name):
    """The warning names file and line of the mapping, the table, and the column that was most likely meant."""
    async with capturi() as address:
        here = centre(address)
        misspell(here, ("{path: phone,", "{path: fone,"))
        here.write(name, FORMS[name]([call(1), call(2)]))
        code, out, err = await checked(here)
    assert 0 == code, err
    where = IN.get(name, "column 'fone' in")
    told = f"no {where} {name}: did you mean 'phone'?"
    assert f"calls.yaml:11:14: fields.customer.path: {told}" in err
    assert 1 == err.count("warning  ")
    assert "ok       columns:" in out


async def test_every_place_that_names_a_column_is_looked_at(centre, capturi, checked, call):
    """Options, agent, recording, filter, conditions, parts of a join, segments and consent: none is left out."""
    async with capturi() as address:
        here = centre(address)
        here.job("filter: [{path: queu, equals: Orders}]", "recording: {path: fil}")
        here.project.edit_job(
            ("ended_at: ended", "ended_at: endet\n    updated_at: changd"),
            ("{id: agent_id}", "{id: agentid, team: tm}"),
        )
        misspell(
            here,
            ("{path: call_id}", "{path: callid}"),
            ("customProp1: note", 'customProp1: {path: "notee || queue", when: {path: queuee, exists: true}}'),
            ("{path: consent,", "{path: konsent,"),
        )
        with (here.project.folder / "mappings" / "calls.yaml").open("a") as mapping:
            mapping.write("segments: {keep: keeps, from: startet, cut: cuts}\n")
        here.write("calls.csv", [call(1)])
        code, _, err = await checked(here)
    assert 0 == code, err
    wrong = ("endet", "changd", "fil", "agentid", "tm", "queu", "callid", "notee", "queuee", "konsent", "keeps")
    for name in (*wrong, "startet", "cuts"):
        assert f"no column {name!r} in calls.csv" in err
    assert len(wrong) + 2 == err.count("warning  ")


async def test_what_is_spelt_right_is_no_warning(centre, capturi, checked, call):
    """A right job has none, and what is not of the row ($agent, $file, $tenant) is not looked for in it."""
    async with capturi() as address:
        here = centre(address)
        misspell(here, ("customProp1: note", "customProp1: $file.name"))
        here.write("calls.csv", [call(1)])
        code, out, err = await checked(here)
    assert (0, "") == (code, err)
    assert "all that the job reads are there" in out


async def test_an_id_that_names_no_column_is_a_failure(centre, capturi, checked, call):
    """Every row would be refused: that is exit code 2, told of the line of the job, and never twice."""
    async with capturi() as address:
        here = centre(address)
        here.project.edit_job(("id: call_id", "id: calll_id"))
        here.write("calls.csv", [call(1)])
        code, out, err = await checked(here)
    assert 2 == code
    assert "calls.yaml:7:5: source.options.id: calls.csv: no row of it has an id under 'calll_id'" in out
    assert "did you mean 'call_id'?" in out
    assert "calll_id" not in err


async def test_columns_of_the_newest_files_count_together(centre, capturi, checked, call):
    """A column that one of the newest files has is there; of older ones, and of a large one's end, nothing is read."""
    async with capturi() as address:
        here = centre(address)
        misspell(here, ("{path: phone,", "{path: tel,"), ("customProp1: note", "customProp1: old"))
        new = b"call_id,tel\n" + b"".join(b"%d,%s\n" % (number, b"4" * 200) for number in range(3000)) + b'9,"\n'
        here.write("new.csv", new)
        for number in range(2):
            here.write(f"b{number}.csv", [call(number)], age=timedelta(hours=1 + number))
        here.write("z.csv", b"call_id,old\n1,2\n", age=timedelta(days=1))
        here.project.edit_job(("id: call_id", 'id: call_id\n    pattern: ["new.csv", "b0.csv", "b1.csv", "z.csv"]'))
        code, out, err = await checked(here)
    assert 0 == code, err
    assert 1 == err.count("warning  "), err
    assert "no column 'old' in new.csv and 2 more" in err
    assert "2 columns    new.csv" in out


async def test_a_table_that_cannot_be_read_is_told(centre, capturi, checked):
    """What a run would refuse as a whole is a warning with its remedy."""
    async with capturi() as address:
        here = centre(address)
        here.write("calls.xlsx", b"no workbook")
        code, _, err = await checked(here)
    assert 0 == code
    assert "warning  calls.xlsx is no Excel workbook that can be read (save it as .xlsx" in err


async def test_a_run_notes_it_as_well(centre, capturi, call):
    """The summary of a run, a dry one as well, has the same warnings, the first few of them."""
    async with capturi() as address:
        here = centre(address)
        misspell(here, ("{path: phone,", "{path: fone,"))
        here.record(1)
        here.write("calls.csv", [call(1)])
        dry = await here.project.run(dry_run=True)
        misspell(here, *((f"{name}", f"{name}_x") for name in ("fone", "started", "queue", "note", "{path: agent_id")))
        misspell(here, ("{path: consent,", "{path: consent_x,"))
        ran = await here.project.run()
    assert ["no column 'fone' in calls.csv: did you mean 'phone'?"] == [
        note.split(": ", 2)[2] for note in dry.as_dict()["notes"]
    ]
    assert 5 == sum("no column" in note for note in ran.notes)
    assert "1 more like this: `connector check calls` tells them" in ran.notes


async def test_a_dry_run_says_what_cannot_be_read(centre, capturi, command, monkeypatch):
    """Without an id in any row there is nobody to ask for, so the summary has the reason and the remedy itself."""
    monkeypatch.setenv("CAPTURI_TOKEN", "rehearsal-token")
    async with capturi() as address:
        here = centre(address)
        here.write("calls.csv", b"call,x\n1,2\n")
        here.write("rows.csv", b"call_id,x\n,2\n7\n8\n1,2\n", age=timedelta(hours=1))
        ended = await command(here.project.folder, "run", "calls", "--dry-run")
    assert 3 == ended.code
    assert "calls.csv: no row of it has an id under 'call_id' (did you mean 'call'?)" in ended.out
    assert "rows.csv row 2 has no id (the option `id` is call_id)" in ended.out
    assert "rows.csv row 3" not in ended.out


async def test_an_agent_nobody_tells_is_warned_of_and_the_refusal_names_the_remedies(centre, capturi, checked, call):
    """Without `agent.id` and agents file `check` warns and a run refuses, with the remedy; a fallback is enough."""
    async with capturi() as address:
        here = centre(address)
        here.project.edit_job(("    agent: {id: agent_id}\n", ""))
        here.record(1)
        here.write("calls.csv", [call(1)])
        code, _, err = await checked(here)
        await here.run()
        refused = await here.entries("1")
        misspell(here, ("agentId: $agent.id", "agentId: {path: [$agent.id, agent_id]}"))
        silent = await checked(here)
    assert 0 == code
    assert 1 == err.count("warning  ")
    assert "calls.yaml:6:3: source.options: calls reads agentId from $agent.id, and nothing here tells it" in err
    assert [("refused", "field_missing")] == [one[:2] for one in refused]
    assert "`agents:` file" in refused[0][2]
    assert "source.options.agent.id" in refused[0][2]
    assert "" == silent[2]
