"""The rules of the house that a machine can check."""

import ast
import importlib
import pathlib
import re
import subprocess
import tomllib

import pytest

import imnb

ROOT = pathlib.Path(__file__).parents[1]
SOURCES = sorted(
    path for path in (ROOT / "imnb").rglob("*.py") if path.parent.name != "pb"
)
MODULES = [path for path in SOURCES if path.stat().st_size]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
LONGEST = 300
LONG_ON_PURPOSE: dict[str, int] = {
    # One lock and one socket: reading, sealing and sending share all of their state.
    "imnb/net/tcp_transport.py": 330,
}
"""Path: agreed limit, with the reason beside it."""
LONGEST_FUNCTION = 45
"""Lines with signature and docstring; the body aims at 10 and has at most 25."""
ROW = re.compile(r"^\| `(\w+)` \| `([\w.]+)`", re.MULTILINE)
NAMES = ROW.findall((ROOT / "README.md").read_text())
REQUIRED = {
    "IMSocket", "IMEngine", "IMRequestDispatcher", "IMConnectAssistant",
    "IMHTTPAssistant", "IMNotificationAssistant", "TCPMessage", "HTTPRequest",
    "IMManager", "IMDB", "Model", "IMDataFetcher", "IMMessageProcesser",
    "IMDBObserver", "IMDBSource",
}  # fmt: skip
TASK_MAKERS = {"create_task", "ensure_future", "TaskGroup", "run_coroutine_threadsafe"}


def name_of(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize(("name", "target"), NAMES)
def test_an_architecture_name_is_where_the_readme_says(name, target):
    module, _, attribute = target.rpartition(".")
    documented = getattr(importlib.import_module(module), attribute)
    assert f"Architecture name: ``{name}``." in documented.__doc__


def test_every_architecture_name_has_a_row():
    assert {name for name, _ in NAMES} == REQUIRED


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_files_stay_short(path):
    limit = LONG_ON_PURPOSE.get(name_of(path), LONGEST)
    assert len(path.read_text().splitlines()) <= limit


def test_files_are_named_by_what_they_hold():
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
    assert [name_of(path) for path in SOURCES if path.stem in vague] == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_functions_stay_short(path):
    long = [
        (node.name, node.end_lineno - node.lineno + 1)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and body_lines(node) > LONGEST_FUNCTION
    ]
    assert long == []


def body_lines(function):
    first = function.body[0]
    has_docstring = isinstance(first, ast.Expr) and isinstance(
        first.value, ast.Constant
    )
    start = first.end_lineno if has_docstring else function.lineno
    return function.end_lineno - start


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_each_source_file_has_its_test_file(path):
    inside = path.relative_to(ROOT / "imnb")
    if inside.name in {"__init__.py", "__main__.py"}:
        inside = inside.parent / f"{inside.parent.name or 'imnb'}.py"
        if inside.parent.name:
            inside = inside.parent.parent / inside.name
    expected = ROOT / "tests" / inside.parent / f"test_{inside.name}"
    package = ROOT / "tests" / inside.parent / inside.stem / "test_init.py"
    only_names = not any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for node in ast.walk(ast.parse(path.read_text()))
    )
    assert expected.exists() or package.exists() or only_names, expected


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_only_the_task_package_makes_tasks(path):
    if path.parent.name == "tasks":
        return
    used = {
        getattr(node.func, "attr", getattr(node.func, "id", ""))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    }
    assert not used & TASK_MAKERS


def test_public_names_exist_and_are_few():
    assert imnb.__all__ == sorted(imnb.__all__)
    assert len(imnb.__all__) <= 20
    for name in imnb.__all__:
        assert getattr(imnb, name) is not None


@pytest.mark.parametrize("library", ["ipywidgets", "duckdb", "pandas", "nest_asyncio"])
def test_importing_is_light(library):
    code = f"import sys, imnb; sys.exit({library!r} in sys.modules)"
    assert subprocess.run(["python", "-c", code], check=False).returncode == 0


def test_nothing_unexpected_is_at_the_top():
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    top = {name.split("/")[0] for name in tracked}
    agreed = {
        "CHANGELOG.md", "LICENSE", "README.md", "imnb", "notebooks", "proto",
        "pyproject.toml", "tests",
    }  # fmt: skip
    assert {name for name in top if not name.startswith(".")} == agreed


def test_each_dependency_has_its_reason_in_the_readme():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    readme = (ROOT / "README.md").read_text()
    for dependency in settings["project"]["dependencies"]:
        name = re.match(r"[\w-]+", dependency)[0]
        assert re.search(rf"^- `{name}`: \w", readme, re.MULTILINE), name
