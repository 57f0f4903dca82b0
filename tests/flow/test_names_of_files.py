"""What is told of files and jobs whose names the connector cannot use."""

import json

import pytest


async def test_a_job_that_ends_in_yml_is_told(make_project, command):
    """`check` names the file that it leaves alone, and whoever asks for that job is told to rename it."""
    project = make_project("http://127.0.0.1:9", with_samples=False)
    jobs = project.folder / "jobs"
    (jobs / "foo.yml").write_text((jobs / "demo.yaml").read_text())
    checked = await command(project.folder, "check")
    asked = await command(project.folder, "run", "foo", "--json")
    assert "jobs/foo.yml: is not read (rename it to end in .yaml)" in checked.err
    assert (2, True) == (asked.code, "jobs/foo.yml is not read: rename it to foo.yaml" in asked.told["error"])


async def test_a_mapping_that_ends_in_yml_is_told(make_project, command):
    """Whoever asks for it by name is told to rename it."""
    project = make_project("http://127.0.0.1:9", with_samples=False)
    (project.folder / "mappings" / "foo.yml").write_text("mapping: foo\n")
    asked = await command(project.folder, "mapping", "test", "foo", "--json")
    assert (2, True) == (asked.code, "mappings/foo.yml is not read: rename it to foo.yaml" in asked.told["error"])


@pytest.mark.parametrize("name", ["bad/name", "../out", ".hidden", "with space", "", "x" * 101])
async def test_no_job_is_proposed_under_a_name_that_none_can_have(make_project, command, name):
    """The name is refused before anything is written, here or elsewhere."""
    project = make_project("http://127.0.0.1:9", with_samples=False)
    (project.folder / "rows").mkdir()
    (project.folder / "rows" / "one.json").write_text(json.dumps([{"id": 1, "started": "2026-03-24T06:30:00Z"}]))
    before = sorted(project.folder.parent.rglob("*"))
    ended = await command(project.folder, "mapping", "suggest", "rows", "--job", name)
    assert (2, True) == (ended.code, "is no name of a job" in ended.err), ended
    assert before == sorted(project.folder.parent.rglob("*"))


async def test_a_hint_names_the_job_that_is_known(make_project, command):
    """Whoever named the job need not put it into the command that helps."""
    project = make_project("http://127.0.0.1:9", with_samples=False)
    runs = await command(project.folder, "runs", "demo")
    explained = await command(project.folder, "mapping", "explain", "demo", "1418", "--json")
    assert "`connector run demo` does one" in runs.out
    assert "`connector mapping preview demo` shows what there is" in explained.told["error"]
