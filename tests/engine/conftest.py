import asyncio

import pytest

from tests.clock import no_real_waits, virtual, virtual_io

__all__ = ["no_real_waits", "virtual", "virtual_io"]


@pytest.fixture(autouse=True)
async def _no_lost_errors():
    """What a callback raises goes to the loop, where no test would see it."""
    lost = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: lost.append(context))
    yield
    await asyncio.sleep(0)
    assert lost == []
