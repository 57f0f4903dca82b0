"""The built wheel works in an environment of what it asks for: nothing of a checkout and no tool of the tests."""

import os
import subprocess
import sys
import venv
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


def run(*words, cwd, **environment):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CONNECTOR_"))}
    return subprocess.run(
        words, cwd=cwd, env={**clean, **environment}, capture_output=True, text=True, timeout=600, check=False
    )


def succeed(*words, cwd):
    ended = run(*words, cwd=cwd)
    assert 0 == ended.returncode, ended.stdout + ended.stderr


def asked_for(requirements: Iterable[str]) -> dict[str, metadata.Distribution]:
    """Give what an installation with these requirements brings, and all that this asks for in its turn."""
    found: dict[str, metadata.Distribution] = {}
    met = set()
    waiting = wanted(requirements, {""})
    while waiting:
        one = waiting.pop()
        if (key := (one.name, frozenset(one.extras))) in met:
            continue
        met.add(key)
        distribution = found[one.name] = metadata.distribution(one.name)
        assert one.specifier.contains(distribution.version, prereleases=True), one
        waiting += wanted(distribution.requires or (), {"", *one.extras})
    return found


def wanted(requirements: Iterable[str], extras: set[str]) -> list[Requirement]:
    """Give those that hold on this machine for these extras."""
    read = [Requirement(one) for one in requirements]
    return [one for one in read if not one.marker or any(one.marker.evaluate({"extra": extra}) for extra in extras)]


def lend(distribution: metadata.Distribution, packages: Path) -> None:
    """Put every file of a distribution into the folder of packages, as a link to where the tests have it."""
    for file in distribution.files or ():
        place = packages / file
        if ".." in file.parts or place.exists():
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(Path(str(distribution.locate_file(file))).resolve())


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Build the wheel, install it beside the dependencies that it names and no others, and give its programs' folder.

    The dependencies are the files that the tests themselves have: what counts is which of them are there.
    """
    folder = tmp_path_factory.mktemp("wheel")
    succeed(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT), cwd=folder)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "env", symlinks=True)
    programs = folder / "env" / "bin"
    pip = (sys.executable, "-m", "pip", "--python", str(programs / "python"), "install", "--quiet")
    succeed(*pip, "--disable-pip-version-check", "--no-deps", "--no-index", str(wheel), cwd=folder)
    (packages,) = (folder / "env" / "lib").glob("python*/site-packages")
    (own,) = metadata.distributions(path=[str(packages)])
    for one in asked_for(own.requires or ()).values():
        lend(one, packages)
    return programs


@pytest.mark.slow
def test_nothing_but_what_it_asks_for_is_there(installed, tmp_path):
    """What only the tests need, or an extra, cannot be imported from where the wheel is."""
    for name in ("pytest", "hypothesis", "moto", "asyncssh", "pyarrow", "psycopg", "botocore"):
        ended = run(str(installed / "python"), "-c", f"import {name}", cwd=tmp_path)
        assert f"No module named '{name}'" in ended.stderr, name


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
