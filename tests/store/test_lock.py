import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys

import pytest

from imnb.errors import StoreLocked
from imnb.store.lock import OwnerLock

HOLDER = """
import pathlib, sys
from imnb.store.lock import OwnerLock
lock = OwnerLock.take(pathlib.Path(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def store(tmp_path):
    return tmp_path / "x.duckdb"


@pytest.fixture
def holder(store):
    """Another process that holds the lock, in a notebook as it thinks."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(store)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "JPY_SESSION_NAME": "/home/x/chat.ipynb"},
    )
    assert process.stdout.readline() == b"held\n"
    yield process
    process.kill()
    process.communicate()


def test_the_owner_is_named(store, holder):
    with pytest.raises(StoreLocked) as caught:
        OwnerLock.take(store)
    text = str(caught.value)
    assert f"pid {holder.pid} on {socket.gethostname()}" in text
    assert "notebook /home/x/chat.ipynb" in text
    assert "another process" in text


def test_a_killed_owner_is_no_owner(store, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    lock = OwnerLock.take(store)
    assert json.loads(lock.path.read_text())["pid"] == os.getpid()
    lock.release()


def test_this_process_is_told_apart(store):
    lock = OwnerLock.take(store)
    with pytest.raises(StoreLocked, match=f"this process .pid {os.getpid()}"):
        OwnerLock.take(store)
    assert repr(lock) == "<OwnerLock x.duckdb.lock held>"
    lock.release()
    lock.release()
    assert repr(lock) == "<OwnerLock x.duckdb.lock free>"


def test_release_leaves_no_file(store):
    OwnerLock.take(store).release()
    OwnerLock.take(store).release()
    assert list(store.parent.iterdir()) == []


@pytest.mark.parametrize("left", ["", "{", "[]", '{"pid": 1, "host": "x"}'])
def test_a_file_without_a_lock_is_stale(store, left):
    path = store.with_name("x.duckdb.lock")
    path.write_text(left)
    lock = OwnerLock.take(store)
    assert json.loads(path.read_text())["pid"] == os.getpid()
    lock.release()


FORKER = """
import os, pathlib, sys
from imnb.store.lock import OwnerLock
lock = OwnerLock.take(pathlib.Path(sys.argv[1]))
if child := os.fork():
    print(child, flush=True)
    sys.stdin.readline()
    os._exit(0)
os.close(1)
sys.stdin.readlines()
"""


@pytest.fixture
def forker(store):
    """A process, and the number of its child, which inherited the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", FORKER, str(store)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    child = int(process.stdout.readline())
    yield process, child
    os.kill(child, signal.SIGKILL)
    process.communicate()


def test_a_child_does_not_own_what_its_parent_did(store, forker):
    process, child = forker
    with pytest.raises(StoreLocked, match=f"pid {process.pid} on"):
        OwnerLock.take(store)
    process.kill()
    process.wait()
    lock = OwnerLock.take(store)
    os.kill(child, 0)  # it is still there
    with pytest.raises(StoreLocked, match="this process"):
        OwnerLock.take(store)
    lock.release()


HERE = socket.gethostname()
OTHERS = [
    ({"pid": os.getpid(), "began": 1.0, "host": HERE}, True),
    ({"pid": 2**22 + 1, "began": 1.0, "host": HERE}, True),
    ({"pid": 2**22 + 1, "began": 1.0, "host": "another host"}, False),
    ({"pid": 2**22 + 1, "host": HERE}, False),
    ({"pid": "x", "began": 1.0, "host": HERE}, False),
]


@pytest.mark.parametrize(("owner", "is_over"), OTHERS)
def test_a_number_that_another_process_has_now(store, owner, is_over):
    lock = OwnerLock.take(store)
    lock.path.write_text(json.dumps(owner))
    if is_over:
        OwnerLock.take(store).release()
    else:
        with pytest.raises(StoreLocked, match=f"on {owner['host']}"):
            OwnerLock.take(store)
    lock.release()


def test_a_file_system_without_locks_is_not_somebody_else(store, monkeypatch):
    def none(*_):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none)
    with pytest.raises(OSError, match="No locks available"):
        OwnerLock.take(store)


@pytest.mark.parametrize("left", ["", "{", "[]"])
def test_an_unreadable_owner_is_refused_all_the_same(store, left):
    lock = OwnerLock.take(store)
    lock.path.write_text(left)
    with pytest.raises(StoreLocked, match="pid unknown"):
        OwnerLock.take(store)
    lock.release()


def test_a_lock_on_a_removed_file_does_not_count(store, monkeypatch):
    """Its owner removes the file between our open and our lock."""
    path = store.with_name("x.duckdb.lock")
    real, calls = os.open, []

    def open_and_lose(*args):
        descriptor = real(*args)
        calls.append(descriptor)
        if len(calls) == 1:
            path.unlink()
        return descriptor

    monkeypatch.setattr(os, "open", open_and_lose)
    lock = OwnerLock.take(store)
    assert len(calls) == 2
    assert path.exists()
    lock.release()


def test_an_owner_that_cannot_be_written_holds_nothing(store, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space"):
            OwnerLock.take(store)
    OwnerLock.take(store).release()
