"""The benches run, on few messages: their figures mean nothing here."""

import json
import subprocess
import sys


def test_receive_measures_three_cases_beside_the_bare_one(tmp_path):
    file = tmp_path / "figures.json"
    command = [sys.executable, "-m", "tests.bench", "receive", "--rounds", "1"]
    done = subprocess.run(
        [*command, "--messages", "3000", "--json", str(file)],
        check=True,
        capture_output=True,
        text=True,
    )
    figures = json.loads(file.read_text())
    cases = {figure["case"] for figure in figures}
    assert cases == {
        f"{name}, {joined} a push"
        for name in ("bare", "dispatch", "pipeline", "durable")
        for joined in (1, 50)
    }
    assert all(figure["unit"] and figure["value"] >= 0 for figure in figures)
    assert all(case in done.stdout for case in cases)
