"""Who has a store open: an advisory lock that the kernel drops with its owner.

DuckDB locks its file too, but then says little about the owner, and lets the
same process open the file twice, which makes two writers.

One case is not the kernel's to tell: a child that was forked holds its parent's
lock after the parent's end. So the owner is written down with the time it began,
by which another process with its number is not taken for it.
"""

import fcntl
import json
import os
import pathlib
import socket
import sys

import psutil

from imnb.errors import StoreLocked

SAME_PROCESS = 2.0
"""Seconds by which its beginning may differ: the clock is set now and then."""


class OwnerLock:
    """Held from `take` to `release`; a dead owner's lock is free at once."""

    def __init__(self, path: pathlib.Path, descriptor: int) -> None:
        self.path = path
        self._descriptor: int | None = descriptor

    def __repr__(self) -> str:
        state = "free" if self._descriptor is None else "held"
        return f"<OwnerLock {self.path.name} {state}>"

    @classmethod
    def take(cls, store: pathlib.Path) -> "OwnerLock":
        """Lock ``store`` by a file beside it.

        Raises:
            StoreLocked: names the owner's pid, host and notebook.
        """
        path = store.with_name(f"{store.name}.lock")
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                owner = _read(descriptor)
                is_left = _is_over(owner) and _is_still(path, descriptor)
                os.close(descriptor)
                if not is_left:
                    raise StoreLocked(_refusal(store, owner)) from error
                # should two take it at once, DuckDB's own lock refuses one of them
                path.unlink(missing_ok=True)
                continue
            except OSError:  # a file system without locks
                os.close(descriptor)
                raise
            if _is_still(path, descriptor):
                break
            # its owner removed the file between our open and our lock
            os.close(descriptor)
        lock = cls(path, descriptor)
        try:
            os.ftruncate(descriptor, 0)
            os.write(descriptor, json.dumps(_myself()).encode())
        except BaseException:  # e.g. the disk is full
            lock.release()
            raise
        return lock

    def release(self) -> None:
        """Let the next one in; safe to call twice."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            self.path.unlink(missing_ok=True)
            os.close(descriptor)


def _is_still(path: pathlib.Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _myself() -> dict[str, object]:
    # JupyterLab and VS Code tell a kernel which notebook it belongs to
    notebook = os.environ.get("JPY_SESSION_NAME") or pathlib.Path(sys.argv[0]).name
    return {
        "pid": os.getpid(),
        "began": psutil.Process().create_time(),
        "host": socket.gethostname(),
        "notebook": notebook,
    }


def _is_over(owner: dict[str, object]) -> bool:
    """It was a process of this machine that does not run any more."""
    pid, began = owner.get("pid"), owner.get("began")
    if not isinstance(pid, int) or not isinstance(began, float):
        return False
    if owner.get("host") != socket.gethostname():
        return False
    try:
        return abs(psutil.Process(pid).create_time() - began) > SAME_PROCESS
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False


def _read(descriptor: int) -> dict[str, object]:
    try:
        owner = json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:  # being written right now
        return {}
    return owner if isinstance(owner, dict) else {}


def _refusal(store: pathlib.Path, owner: dict[str, object]) -> str:
    pid, host = owner.get("pid", "unknown"), owner.get("host", "unknown")
    notebook = owner.get("notebook") or "unknown"
    if pid == os.getpid() and host == socket.gethostname():
        place = "this process"
        advice = "close the client that uses it first"
    else:
        place = "another process"
        advice = "close it there or shut that kernel down"
    return (
        f"the store {store} is open in {place} (pid {pid} on {host}, "
        f"notebook {notebook}): {advice}, or log in with another device name"
    )
