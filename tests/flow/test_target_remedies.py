"""What a person is told to mend where the target refuses the token or is not reached."""

import pytest

TOKEN_PLACE = "see target.token in jobs/demo.yaml, where it is CAPTURI_TOKEN, set in the environment or in .env"
URL_PLACE = "see target.url in jobs/demo.yaml; on this machine: is `connector sandbox` running?"
SAYING = (("check",), ("run", "demo"), ("run", "demo", "--json"))


def words_of(ended):
    """Give everything that was said, without the breaks of lines that a screen makes."""
    return " ".join((ended.out + ended.err).split())


@pytest.mark.parametrize("words", SAYING)
async def test_a_wrong_token_is_told_with_its_field_and_its_variable(
    make_project, capturi, command, monkeypatch, words
):
    """The file, the field and the variable are named; what the variable holds is not."""
    async with capturi() as address:
        project = make_project(address, with_samples=False)
        project.call(1)
        monkeypatch.setenv("CAPTURI_TOKEN", "a-wrong-one")
        ended = await command(project.folder, *words)
    assert 1 == ended.code, ended
    said = ended.told["error"] if "--json" in words else words_of(ended)
    assert "the target does not accept the token (status 401)" in said
    assert TOKEN_PLACE in said
    assert "a-wrong-one" not in ended.out + ended.err


@pytest.mark.parametrize("words", SAYING)
async def test_a_target_that_is_not_there_is_told_with_its_field(make_project, command, dead_port, words):
    """Plain words say what happened, and where the address stands; nobody needs to know a class of Python."""
    project = make_project(f"http://127.0.0.1:{dead_port}", with_samples=False)
    project.call(1)
    ended = await command(project.folder, *words)
    assert 1 == ended.code, ended
    said = ended.told["error"] if "--json" in words else words_of(ended)
    assert "no connection to the target could be made: connection refused" in said
    assert URL_PLACE in said
    assert "Error" not in said


async def test_of_an_address_elsewhere_no_sandbox_is_told(make_project, command, monkeypatch):
    """A name that nobody knows is told as such, with the variable that it is written as."""
    monkeypatch.setenv("WHERE", "https://connector-test.invalid")
    monkeypatch.setenv("NO_PROXY", "*")
    project = make_project("${WHERE}", with_samples=False)
    ended = await command(project.folder, "check")
    said = words_of(ended)
    assert "no connection to the target could be made: the name of its host is not known" in said
    assert "see target.url in jobs/demo.yaml, where it is WHERE, set in the environment or in .env" in said
    assert "sandbox" not in said
