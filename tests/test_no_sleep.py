"""No unit test waits for real: it has a virtual clock, or waits for an event."""

import ast
import pathlib

import pytest

TESTS = pathlib.Path(__file__).parent
UNITS = [
    "client", "engine", "faults", "live", "models", "net", "store", "sync",
    "viewmodels", "wire",
]  # fmt: skip
VIRTUAL = [
    unit
    for unit in UNITS
    if (TESTS / unit / "conftest.py").exists()
    and "no_real_waits" in (TESTS / unit / "conftest.py").read_text()
]
"""All tests of these have virtual time: `asyncio.sleep` costs nothing."""
ALLOWED = {
    # A thread of its own beside the loop: that it runs is what is tested.
    ("net/test_tcp_transport.py", "time.sleep"): 1,
}
"""Where, what: how often, with the reason above it."""


def sleeps(tree):
    """``asyncio.sleep`` and ``time.sleep``, each time with anything but 0."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and (name := ast.unparse(node.func)) in {"asyncio.sleep", "time.sleep"}
            and ast.unparse(node.args[0]) != "0"
        ):
            yield name


def imports_sleep(tree):
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module in {"asyncio", "time"}
        and "sleep" in {alias.name for alias in node.names}
        for node in ast.walk(tree)
    )


def has_real_loop(tree):
    """It makes a loop of its own, which the clock of the fixture is not on."""
    names = {ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call)}
    return "asyncio.run" in names and "virtual_io_here" not in names


def real_sleeps(source, *, is_virtual):
    tree = ast.parse(source)
    if imports_sleep(tree):
        yield "import of sleep"
    is_virtual = is_virtual and not has_real_loop(tree)
    harmless = {"asyncio.sleep"} if is_virtual else set()
    yield from (name for name in sleeps(tree) if name not in harmless)


def test_no_unit_test_sleeps_for_real():
    found = {}
    for unit in UNITS:
        for path in sorted((TESTS / unit).rglob("*.py")):
            where = str(path.relative_to(TESTS))
            for name in real_sleeps(path.read_text(), is_virtual=unit in VIRTUAL):
                found[where, name] = found.get((where, name), 0) + 1
    assert found == ALLOWED


@pytest.mark.parametrize(
    ("source", "is_virtual", "found"),
    [
        ("await asyncio.sleep(0)", False, []),
        ("await asyncio.sleep(0.01)", False, ["asyncio.sleep"]),
        ("await asyncio.sleep(0.01)", True, []),
        ("await asyncio.sleep(pause)", False, ["asyncio.sleep"]),
        ("await asyncio.sleep(1)\n    asyncio.run(x())", True, ["asyncio.sleep"]),
        ("time.sleep(0.5)", True, ["time.sleep"]),
        ("from time import sleep", True, ["import of sleep"]),
    ],
)
def test_what_is_found(source, is_virtual, found):
    code = "async def test():\n    " + source
    assert list(real_sleeps(code, is_virtual=is_virtual)) == found
