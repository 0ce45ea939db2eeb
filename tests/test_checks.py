"""Format, lint, types and layers, so that one command checks everything."""

import pathlib
import shutil
import subprocess
import sysconfig

import pytest

ROOT = pathlib.Path(__file__).parents[1]
CHECKS = {
    "format": ["ruff", "format", "--check", "."],
    "lint": ["ruff", "check", "."],
    "types": ["mypy"],
    "layers": ["lint-imports"],
}


@pytest.mark.parametrize("command", CHECKS.values(), ids=list(CHECKS))
@pytest.mark.timeout(400)
def test_check(command):
    scripts = sysconfig.get_path("scripts")
    program = shutil.which(command[0], path=scripts)
    assert program, f"{command[0]} is missing: pip install -e '.[test]'"
    done = subprocess.run(
        [program, *command[1:]], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
