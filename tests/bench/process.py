"""The other end of a bench, in a process of its own."""

import contextlib
import subprocess
from collections.abc import Iterator
from typing import Literal


@contextlib.contextmanager
def running(
    command: list[str], stream: Literal["stdout", "stderr"] = "stdout"
) -> Iterator[Iterator[str]]:
    """A process that is killed at the end, and the lines it prints."""
    with subprocess.Popen(command, text=True, **{stream: subprocess.PIPE}) as process:
        try:
            yield iter(getattr(process, stream))
        finally:
            process.kill()
