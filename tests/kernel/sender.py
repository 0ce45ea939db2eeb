"""A process that logs in and sends: ``python -m tests.kernel.sender URL COUNT``."""

import asyncio
import pathlib
import sys
import tempfile

from imnb.client.client import Client

TOGETHER = 500


async def send(url: str, count: int) -> None:
    """Alice sends ``count`` numbered texts to Bob, in order."""
    with tempfile.TemporaryDirectory(prefix="imnb-sender-") as folder:
        alice = Client(
            "alice", environment=url, password="alice", data_dir=pathlib.Path(folder)
        )
        async with alice:
            bob = await alice.open_direct("bob")
            for first in range(0, count, TOGETHER):
                texts = range(first, min(first + TOGETHER, count))
                sent = [alice.send_text(bob, f"number {n}") for n in texts]
                await asyncio.gather(*sent)


if __name__ == "__main__":
    asyncio.run(send(sys.argv[1], int(sys.argv[2])))
