"""The built wheel works in an empty environment: nothing of a checkout and no tool of the tests is needed."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNREACHED = ("Temporary failure", "Failed to establish", "No matching distribution", "Network is unreachable")


def run(*words, cwd, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CONNECTOR_"))}
    return subprocess.run(
        words, cwd=cwd, env={**clean, **environment}, capture_output=True, text=True, timeout=600, check=False
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Build the wheel, install it with its base dependencies alone, and give the folder of its programs."""
    folder = tmp_path_factory.mktemp("wheel")
    built = run(
        sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT), cwd=folder
    )
    assert 0 == built.returncode, built.stdout + built.stderr
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", with_pip=True)
    programs = folder / "env" / "bin"
    pip = (str(programs / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    ended = run(*pip, "--constraint", str(ROOT / "constraints.txt"), str(wheel), cwd=folder)
    if ended.returncode and any(word in ended.stderr for word in UNREACHED) and not os.environ.get("CI"):
        pytest.skip("the packages cannot be fetched here")
    assert 0 == ended.returncode, ended.stderr
    return programs


@pytest.mark.slow
def test_it_starts_and_lists_every_command(installed, tmp_path):
    """`connector --help` needs no development dependency."""
    ended = run(str(installed / "connector"), "--help", cwd=tmp_path)
    assert (0, "") == (ended.returncode, ended.stderr)
    for command in ("demo", "init", "check", "run", "status", "runs", "show", "report", "upload", "sandbox"):
        assert f" {command} " in ended.stdout


@pytest.mark.slow
def test_it_carries_what_it_needs_at_run_time(installed, tmp_path):
    """Mappings with their examples, the demo job, samples, migrations and templates are in it; tests are not."""
    code = "import connector, pathlib; print(pathlib.Path(connector.__file__).parent)"
    package = Path(run(str(installed / "python"), "-c", code, cwd=tmp_path).stdout.strip())
    assert package.is_relative_to(installed.parent)
    for name in (
        "shipped/mappings/ccai-call.yaml",
        "shipped/mappings/ccai-call.test.yaml",
        "shipped/mappings/examples/call-inbound.json",
        "shipped/jobs/demo.yaml",
        "shipped/sample_data/expected.yaml",
        "shipped/sample_data/agents.csv",
        "ledger/migrations/env.py",
        "ledger/migrations/versions/0001_first.py",
        "mapping/records/ccai.call.yaml",
    ):
        assert (package / name).is_file(), name
    for folder in ("report/templates", "sandbox/templates", "shipped/sample_data/export"):
        assert any((package / folder).iterdir()), folder
    assert not (package.parent / "tests").exists()


@pytest.mark.slow
def test_the_demo_works_from_it(installed, tmp_path):
    """The whole demo runs with the base dependencies, in an empty folder, and leaves a report."""
    ended = run(str(installed / "connector"), "demo", "--keep", "try", cwd=tmp_path)
    assert 0 == ended.returncode, ended.stdout + ended.stderr
    assert "Everything that was sent arrived once" in ended.stdout
    assert list((tmp_path / "try" / "reports").glob("*.html"))


@pytest.mark.slow
def test_a_project_made_by_it_is_right(installed, tmp_path):
    """`init` makes files in which `check` finds nothing to mend; whether a rehearsal listens is another question."""
    assert 0 == run(str(installed / "connector"), "init", "acme", cwd=tmp_path).returncode
    ended = run(str(installed / "connector"), "check", cwd=tmp_path / "acme")
    assert "the job and its mappings" in ended.stdout
    assert ended.returncode in {0, 1}, ended.stdout
