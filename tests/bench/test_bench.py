"""The benches run, on few messages: their figures mean nothing here."""

import json
import subprocess
import sys

from tests.bench import reconnect


def run(name, folder, *options):
    """The figures of one short round; its table has each case."""
    file = folder / "figures.json"
    command = [sys.executable, "-m", "tests.bench", name, "--rounds", "1"]
    done = subprocess.run(
        [*command, *options, "--json", str(file)],
        check=True,
        capture_output=True,
        text=True,
    )
    figures = json.loads(file.read_text())
    assert all(figure["case"] in done.stdout for figure in figures)
    return figures


def test_receive_measures_three_cases_beside_the_bare_one(tmp_path):
    figures = run("receive", tmp_path, "--messages", "3000")
    cases = {figure["case"] for figure in figures}
    assert cases == {
        f"{name}, {joined} a push"
        for name in ("bare", "dispatch", "pipeline", "durable")
        for joined in (1, 50)
    }
    assert all(figure["unit"] and figure["value"] >= 0 for figure in figures)


def test_requests_are_measured_beside_a_bare_echo(tmp_path):
    figures = run("requests", tmp_path, "--messages", "1000")
    ratios = {f["case"]: f["value"] for f in figures if f["metric"] == "CPU to bare"}
    assert ratios["bare echo"] == 1
    assert ratios["imnb"] > 0


def test_reconnecting_is_measured_for_each_outage(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.bench.reconnect.OUTAGES", (0.1,))
    monkeypatch.setattr("tests.bench.reconnect.DEVICES", 2)
    figures = reconnect.measure(0)
    assert [figure.metric for figure in figures] == ["p50", "last"]
    assert all(figure.value > 0 for figure in figures)


def test_the_store_is_measured_beside_sqlite(tmp_path):
    figures = run("store", tmp_path, "--messages", "12000")
    cases = {figure["case"] for figure in figures}
    assert {"page of 50", "search", "newest page, from memory"} <= cases
    columns = {figure["metric"] for figure in figures}
    assert columns == {
        f"{name}, {size}"
        for name in ("imnb", "SQLite")
        for size in ("10,000", "12,000")
    }
    assert all(figure["unit"] == "ms" for figure in figures)


def test_from_the_server_to_the_store_is_measured(tmp_path):
    figures = run("sync", tmp_path, "--messages", "2000")
    found = {(figure["case"], figure["metric"]) for figure in figures}
    assert {case for case, _ in found} == {
        "nothing to do",
        "bare",
        "bare SQLite",
        "durable",
        "5,000 offline, within retention",
        "5,000 offline, beyond retention",
        "10,000 stored, by the one who wrote them",
        "10,000 stored, before they are opened",
        "10,000 stored, opened",
        "10,000 stored, with 20 chats shown",
        "10,000 stored, after a search of all",
    }
    assert ("5,000 offline, within retention", "first screen") in found
    assert all(figure["unit"] and figure["value"] > 0 for figure in figures)
