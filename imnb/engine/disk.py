"""Files of transfers, read and written on a thread of their own.

A disk may be slow, a network drive gone: the loop does not wait for it.
"""

import asyncio
import concurrent.futures
import errno
import pathlib
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from imnb.errors import DiskError
from imnb.net.os_error import describe

P = ParamSpec("P")
T = TypeVar("T")
PIECE = 256 * 1024
"""Bytes read or written at a time."""
ADVICE = {
    errno.ENOSPC: "make room",
    errno.EDQUOT: "make room",
    errno.EFBIG: "its file system or a limit of this process takes no larger file",
    errno.EACCES: "check its permissions",
    errno.EPERM: "check its permissions",
    errno.EROFS: "choose another place",
    errno.ENOENT: "check the path",
    errno.ENOTDIR: "check the path",
    errno.EISDIR: "give the path of a file",
    errno.ENAMETOOLONG: "choose a shorter name",
}


class DiskThread:
    """Does what it is given in order; it lives as long as one transfer."""

    def __init__(self, name: str) -> None:
        self._pool = concurrent.futures.ThreadPoolExecutor(
            max_workers=1, thread_name_prefix=f"imnb-{name}"
        )

    async def run(
        self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The function's result; when cancelled, what has begun goes on."""
        return await asyncio.wrap_future(self._pool.submit(function, *args, **kwargs))

    async def end(self, last: Callable[[], Any]) -> None:
        """Do a last thing, whatever happens to the caller meanwhile."""
        done = self._pool.submit(last)
        self._pool.shutdown(wait=False)
        await asyncio.shield(asyncio.wrap_future(done))


def disk_error(path: pathlib.Path, error: OSError) -> DiskError:
    """What a file refused, and what to do."""
    advice = ADVICE.get(error.errno or 0, "")
    return DiskError(f"{path}: {describe(error)}{': ' if advice else ''}{advice}")
