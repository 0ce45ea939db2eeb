"""Whatever breaks, all stores are as the server in the end: 100 seeds.

They run in processes of their own, where the same seed does the same things each
time; `python -m tests.soak` runs as many as asked.
"""

import os
import re
import subprocess
import sys

import pytest

from tests.convergence import script

EACH = 20
FIRST = range(0, 100, EACH)
ENVIRONMENT = {**os.environ, "PYTHONHASHSEED": "0"}


def soak(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "tests.soak", *arguments],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("first", FIRST)
def test_all_stores_are_the_same_in_the_end(first):
    ended = soak("--first", str(first), "--seeds", str(EACH), "--jobs", "2")
    assert ended.returncode == 0, ended.stdout


def test_a_seed_does_the_same_each_time():
    first, second = soak("--seed", "1", "--trace"), soak("--seed", "1", "--trace")
    assert first.stdout == second.stdout
    assert re.search(r"all is well \(\w{16}\)", first.stdout)


def test_scripts_have_all_that_can_happen():
    scripts = [script.make(seed) for seed in range(100)]
    done = {step.what for one in scripts for step in one.steps}
    assert done == {*script.DEEDS, *script.MISHAPS}
    assert {one.retention for one in scripts} == {*script.RETENTIONS}
    clients = {len(one.devices) for one in scripts}
    assert (min(clients), max(clients)) == (3, 8)
