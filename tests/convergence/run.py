"""A run, from its seed to what is wrong."""

import asyncio
import pathlib
import tempfile
import traceback
from typing import NamedTuple

from tests.convergence import script as script_module
from tests.convergence.simulation import simulated
from tests.convergence.town import Town

MEMORY = pathlib.Path("/dev/shm")
"""Files that nobody syncs cost less there; what is not synced is `tests.crash`'s."""


class Result(NamedTuple):
    """What became of a seed: ``error`` is empty if all is well."""

    seed: int
    digest: str
    error: str
    lines: tuple[str, ...]


def run(seed):
    """Play a seed."""
    script = script_module.make(seed)
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        return asyncio.run(_run(script, folder))


async def _run(script, folder):
    error = ""
    with simulated(script.seed):
        town = Town(script, folder)
        try:
            await town.play(script.steps)
        except Exception:
            error = f"{script}\n{traceback.format_exc()}"
        return Result(script.seed, town.digest, error, tuple(town.lines))
