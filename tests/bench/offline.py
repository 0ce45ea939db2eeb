"""A development server as a process of its own, with a group for each conversation.

``python -m tests.bench.offline RETENTION CONVERSATIONS`` prints its gateway.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import Iterator

from imnb.devserver import DevServer
from imnb.devserver.groups import create_group
from imnb.models.ids import ClientId, UserId
from tests.bench.process import running as process

WRITER, READER = UserId("alice"), UserId("bob")


async def serve(retention: int, conversations: int) -> None:
    passwords = {user: user for user in (WRITER, READER)}
    async with DevServer(passwords, retention=retention) as server:
        for number in range(conversations):
            title, now = f"Group {number}", time.time_ns() // 1000
            create_group(server.world, WRITER, ClientId(title), title, [READER], now)
        print(server.gateway_url, flush=True)
        await asyncio.Event().wait()


@contextlib.contextmanager
def running(retention: int, conversations: int) -> Iterator[str]:
    """The process; gives its gateway."""
    command = [sys.executable, "-m", "tests.bench.offline"]
    with process([*command, str(retention), str(conversations)]) as said:
        yield next(said).strip()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))
