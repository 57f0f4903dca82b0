"""A storage, an agents file or a project folder that is not there is told with the place where it is named."""

import pytest


def words_of(ended):
    """Give everything that was said, without the breaks of lines that a screen makes."""
    return " ".join((ended.out + ended.err).split())


LOOKS = [
    *(("check",), ("run", "demo"), ("run", "demo", "--yes"), ("run", "demo", "--dry-run"), ("reconcile", "demo")),
    *(("mapping", "preview", "demo"), ("mapping", "preview", "demo", "--json")),
    ("mapping", "explain", "demo", "call-1"),
]


@pytest.mark.parametrize("words", LOOKS)
async def test_a_folder_that_is_not_there_names_the_job_and_its_field(make_project, command, words):
    """Whoever mistyped the folder is told where it stands, whichever step looks at it first."""
    project = make_project("http://127.0.0.1:9", with_samples=False)
    project.edit_job(("storage: export", "storage: exprt"))
    ended = await command(project.folder, *words)
    assert 1 == ended.code, ended
    said = words_of(ended)
    assert "exprt" in said
    assert "see source.storage in jobs/demo.yaml" in said


@pytest.mark.parametrize("words", [("mapping", "preview", "demo"), ("mapping", "preview", "ccai-call")])
async def test_a_folder_of_the_command_line_is_told_as_such(make_project, command, words):
    """Nobody is sent to the job file for what was said with --files."""
    project = make_project("http://127.0.0.1:9", with_samples=False)
    ended = await command(project.folder, *words, "--files", "exprt")
    said = words_of(ended)
    assert "exprt" in said, ended
    assert "--files" in said
    assert "source.storage" not in said


@pytest.mark.parametrize("words", [("check",), ("run", "demo")])
async def test_recordings_elsewhere_are_told_as_such(make_project, command, words):
    """Of two storages the one that is not there is named, with its variable."""
    project = make_project("http://127.0.0.1:9", with_samples=False)
    project.edit_job(("storage: export", 'storage: export\n  recordings: {storage: "${SOUND}"}'))
    ended = await command(project.folder, *words, SOUND="nosound")
    said = words_of(ended)
    place = "see source.recordings.storage in jobs/demo.yaml, where it is SOUND, set in the environment or in .env"
    assert (1, True) == (ended.code, place in said), ended


async def test_an_agents_file_that_is_not_there_names_the_job_and_its_field(make_project, command):
    """The mistake has the job's line and field, and says what to do."""
    project = make_project("http://127.0.0.1:9", with_samples=False)
    (project.folder / "agents.csv").unlink()
    ended = await command(project.folder, "check")
    said = words_of(ended)
    assert 2 == ended.code
    assert "jobs/demo.yaml:" in said
    assert "agents.file: there is no agents file" in said
    assert "put your list of agents there, or correct the name" in said


@pytest.mark.parametrize("words", [("check",), ("run", "demo"), ("status",), ("mapping", "test")])
async def test_a_home_that_is_not_there_is_told_as_such(tmp_path, command, words):
    """A wrong --home is no missing job: the option, the folder and the remedy are named."""
    ended = await command(tmp_path, "--home", str(tmp_path / "nonexistent"), *words)
    said = words_of(ended)
    assert 2 == ended.code
    assert "--home: there is no folder" in said
    assert "`connector init DIR` makes one" in said


async def test_a_filter_without_a_test_is_told_by_its_place_alone(make_project, command):
    """The field ends with the filter's number, the first being 0, where all of the filter is meant."""
    project = make_project("http://127.0.0.1:9", with_samples=False)
    project.edit_job(("audio:", "filter: [{path: lang}]\naudio:"))
    ended = await command(project.folder, "check")
    assert (2, True) == (ended.code, " filter.0: has no test (add one of equals" in words_of(ended)), ended
