"""The style of the house as code: sizes, docstrings, names."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted([*ROOT.glob("connector/**/*.py"), *ROOT.glob("sample_data/**/*.py")])
TESTS = sorted(ROOT.glob("tests/**/*.py"))
NAMELESS = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc", "core"}
MODULE_LINES = 250
TEST_LINES = 400
FUNCTION_LINES = 40
PUBLIC_NAMES = 20


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_keeps_the_style(path):
    """A module says its one job, stays short, and so do its functions."""
    text = path.read_text()
    tree = ast.parse(text)
    assert ast.get_docstring(tree), "a module begins with its one job"
    assert text.count("\n") <= MODULE_LINES
    too_long = [node.name for node in functions(tree) if node.end_lineno - node.lineno >= FUNCTION_LINES]
    assert [] == too_long
    assert path.stem not in NAMELESS
    assert path.parent.name not in NAMELESS


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nobody_catches_everything(path):
    """Only named errors are caught: a broad except hides the next bug."""
    broad = [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
    ]
    assert [] == broad


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_is_raised_inside_except_star(path):
    """Python before 3.11.4, which Debian 12 has, wraps what is raised there into a group nobody expects."""
    groups = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.TryStar)]
    handlers = [handler for group in groups for handler in group.handlers]
    assert [] == [node.lineno for handler in handlers for node in ast.walk(handler) if isinstance(node, ast.Raise)]


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_test_states_its_claim(path):
    """A test module stays short and each test says in a sentence what it claims."""
    text = path.read_text()
    assert text.count("\n") <= TEST_LINES
    silent = [
        node.name
        for node in functions(ast.parse(text))
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert [] == silent


def test_every_error_ends_in_error_and_explains_itself():
    """The one tree of errors is complete in its docstring."""
    tree = ast.parse((ROOT / "connector/errors.py").read_text())
    listed = ast.get_docstring(tree)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.bases]
    for node in classes:
        assert node.name.endswith("Error")
        assert node.name in listed
        assert ast.get_docstring(node)
