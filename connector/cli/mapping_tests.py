"""Run the examples beside mappings and show what differs."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.cli.app import errors, output
from connector.cli.mapping_source import find_mapping
from connector.cli.mapping_view import print_json, say
from connector.errors import ConfigurationError, Problem
from connector.job.execution.summary import ExitCode
from connector.settings import Settings

if TYPE_CHECKING:
    from connector.mapping.testing import ExampleResult

__all__ = ["run_tests"]

TEST_SUFFIX = ".test.yaml"


def run_tests(settings: Settings, names: list[str], *, as_json: bool) -> int:
    """Run the tests of these mappings, or of all in mappings/, and give the exit code."""
    from connector.mapping.testing import mapping_beside, run_examples  # noqa: PLC0415

    results: dict[Path, tuple[ExampleResult, ...]] = {}
    problems: list[Problem] = []
    for path in _test_files(settings, names):
        try:
            from connector import mapping  # noqa: PLC0415

            rules = mapping.load(mapping_beside(path), hash_key=settings.mask_key)
            results[path] = run_examples(path, rules)
        except ConfigurationError as error:
            problems += error.problems
    failed = sum(bool(one.differences) for found in results.values() for one in found)
    code = ExitCode.MEND if problems else ExitCode.REFUSED if failed else ExitCode.DONE
    if as_json:
        print_json(_facts(results, problems, code))
    else:
        _show(settings, results)
    if problems and not as_json:
        raise ConfigurationError(problems)
    return code


def _test_files(settings: Settings, names: list[str]) -> list[Path]:
    if names:
        return [_test_file(settings, name) for name in names]
    folder = settings.home / "mappings"
    found = sorted(folder.glob(f"*{TEST_SUFFIX}"))
    for path in sorted(folder.glob("*.yaml")):
        if not path.name.endswith(TEST_SUFFIX) and path.with_name(f"{path.stem}{TEST_SUFFIX}") not in found:
            errors.print(f"{path.stem} has no examples: write {path.stem}{TEST_SUFFIX} beside it", markup=False)
    if not found:
        raise ConfigurationError(
            [Problem("there are no examples here", folder, hint="write NAME.test.yaml beside NAME.yaml")]
        )
    return found


def _test_file(settings: Settings, name: str) -> Path:
    if name.endswith(TEST_SUFFIX):
        given = Path(name)
        return given if given.is_absolute() or given.is_file() else settings.home / given
    path = find_mapping(settings, name)
    return path.with_name(f"{path.stem}{TEST_SUFFIX}")


def _show(settings: Settings, results: "dict[Path, tuple[ExampleResult, ...]]") -> None:
    for path, examples in results.items():
        good = sum(not one.differences for one in examples)
        name = path.name.removesuffix(TEST_SUFFIX)
        style = "green" if good == len(examples) else "red"
        output.print(f"[bold]{name}[/]  [{style}]{good} of {len(examples)} examples hold[/]")
        for one in examples:
            if one.differences:
                place = f"{_near(settings, path)}:{one.position.line}"
                say(output, f"  failed: {one.name}  ({place})", "red")
                for difference in one.differences:
                    say(output, f"    {difference}")


def _near(settings: Settings, path: Path) -> Path:
    return path.relative_to(settings.home) if path.is_relative_to(settings.home) else path


def _facts(results: "dict[Path, tuple[ExampleResult, ...]]", problems: list[Problem], code: int) -> dict[str, Any]:
    tests = [
        {
            "file": str(path),
            "examples": [
                {
                    "name": one.name,
                    "line": one.position.line,
                    "holds": not one.differences,
                    "differences": [
                        {"field": each.field, "expected": each.expected, "actual": each.actual}
                        for each in one.differences
                    ],
                }
                for one in examples
            ],
        }
        for path, examples in results.items()
    ]
    counted = [not one.differences for examples in results.values() for one in examples]
    facts = {"passed": sum(counted), "failed": len(counted) - sum(counted), "tests": tests, "exit_code": code}
    return {**facts, "error": "\n".join(map(str, problems))} if problems else facts
