import asyncio
import contextlib

import pytest

from imnb.errors import BackgroundError
from imnb.tasks import EngineLoop, TaskScope
from imnb.viewmodels.commands import CommandRunner
from tests.clock import no_real_waits, virtual, virtual_io

__all__ = ["no_real_waits", "virtual", "virtual_io"]


class Desk:
    """What commands run on; nothing here waits for time, threads or sockets."""

    def __init__(self):
        self.scope = TaskScope("test")
        self.runner = CommandRunner(EngineLoop(), self.scope)

    async def settle(self, turns=30):
        """Let everything run that can run."""
        for _ in range(turns):
            await asyncio.sleep(0)

    def failures(self):
        """What failed in the background, in words; forgotten then."""
        try:
            self.scope.raise_errors()
        except BackgroundError as error:
            return str(error)
        return ""


@pytest.fixture
async def desk():
    async with contextlib.AsyncExitStack() as stack:
        made = Desk()
        stack.push_async_callback(made.scope.close)
        yield made
        assert made.failures() == ""
