"""Files on their way, with a gateway that does what it is told."""

import asyncio
import dataclasses
import os
import re

import pytest

from imnb.engine.progress import Progress
from imnb.errors import (
    AuthError,
    ConfigError,
    FileDamaged,
    FileTooLarge,
    GatewayAnswerError,
    GatewayUnreachable,
)
from imnb.models.attachment import Attachment
from imnb.models.file import FileRef
from imnb.store.tables import attachment as attachment_table
from imnb.sync.attachments import MAX_ATTEMPTS, Uploads, no_upload
from tests.eventually import eventually
from tests.sync.events import draft


class Gateway:
    """Takes files; ``errors`` come first, and while ``gate`` is closed none ends."""

    def __init__(self):
        self.errors = []
        self.asked = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.size = None

    async def __call__(self, path, name, progress):
        self.asked.append(name)
        if self.errors:
            raise self.errors.pop(0)
        progress(Progress(2, 5))
        await self.gate.wait()
        progress(Progress(5, 5, is_over=True))
        return FileRef(f"id of {name}", name, self.size or 5, "ab" * 32)


class Ends:
    """What became of the uploads."""

    def __init__(self):
        self.files = {}
        self.failures = {}

    async def uploaded(self, one, file):
        self.files[one.client_id] = file.file_id

    async def failed(self, client_id, error):
        self.failures[client_id] = error


@pytest.fixture
async def gateway():
    return Gateway()


@pytest.fixture
def ends():
    return Ends()


@pytest.fixture
async def uploads(gateway, database, scope, ends):
    it = Uploads(
        gateway, database, scope, uploaded=ends.uploaded, failed=ends.failed,
        jitter=lambda: 0.001,
    )  # fmt: skip
    yield it
    await it.close()


@pytest.fixture
def make(tmp_path):
    def make(number):
        path = tmp_path / f"{number}.bin"
        path.write_bytes(b"12345")
        state = path.stat()
        key = draft(number).client_id
        return Attachment(key, str(path), path.name, state.st_size, state.st_mtime_ns)

    return make


async def test_a_file_is_uploaded_once_and_told(uploads, gateway, ends, make):
    heard = []
    file = make(1)
    uploads.listen("draft-1-1", heard.append)
    uploads.start(draft(1), file)
    uploads.start(draft(1), file)
    await eventually(lambda: ends.files)
    assert ends.files == {"draft-1-1": "id of 1.bin"}
    assert gateway.asked == ["1.bin"]
    await eventually(lambda: heard[-1].is_over)
    assert [one.done for one in heard] == [2, 5, 5]


async def test_how_far_it_is_can_be_seen_here_and_in_the_store(
    uploads, gateway, database, ends, make
):
    file = make(1)
    await database.write(lambda tx: attachment_table.add(tx, file))
    gateway.gate.clear()
    uploads.start(draft(1), file)
    await eventually(lambda: uploads.progress("draft-1-1"))
    assert uploads.progress("draft-1-1").fraction == 0.4

    async def noted():
        row = await database.read(lambda c: attachment_table.find(c, "draft-1-1"))
        return row.done == 2

    await eventually(noted)
    gateway.gate.set()
    await eventually(lambda: ends.files)
    await eventually(lambda: uploads.progress("draft-1-1") is None)


async def test_few_run_at_once(uploads, gateway, ends, make):
    gateway.gate.clear()
    for number in (1, 2, 3):
        uploads.start(draft(number), make(number))
    await eventually(lambda: len(gateway.asked) == 2)
    assert repr(uploads) == "<Uploads 3 under way>"
    gateway.gate.set()
    await eventually(lambda: len(ends.files) == 3)


async def test_one_that_was_given_up_makes_room(uploads, gateway, ends, make):
    gateway.gate.clear()
    for number in (1, 2, 3):
        uploads.start(draft(number), make(number))
    await eventually(lambda: len(gateway.asked) == 2)
    uploads.cancel("draft-1-1")
    uploads.cancel("nobody")
    await eventually(lambda: len(gateway.asked) == 3)
    gateway.gate.set()
    await eventually(lambda: len(ends.files) == 2)
    assert "draft-1-1" not in ends.files


@pytest.mark.parametrize("error", [GatewayUnreachable("gone"), FileDamaged("odd")])
async def test_what_may_pass_is_tried_again(uploads, gateway, ends, make, error):
    gateway.errors = [error, error]
    uploads.start(draft(1), make(1))
    await eventually(lambda: ends.files)
    assert len(gateway.asked) == 3


async def test_a_gateway_that_is_gone_is_waited_for_however_long(
    uploads, gateway, ends, make
):
    gateway.errors = [GatewayUnreachable("gone")] * (MAX_ATTEMPTS + 3)
    uploads.start(draft(1), make(1))
    await eventually(lambda: ends.files)


async def test_one_who_is_refused_waits_for_the_next_log_in(
    uploads, gateway, ends, make
):
    gateway.errors = [AuthError("log in")]
    uploads.start(draft(1), make(1))
    await eventually(lambda: gateway.asked)
    uploads._jitter = lambda: 0.0
    await asyncio.sleep(0.02)
    assert len(gateway.asked) == 1
    uploads.wake()
    await eventually(lambda: ends.files)


async def test_a_connection_ends_the_wait(uploads, gateway, ends, make):
    uploads._jitter = lambda: 1.0
    gateway.errors = [GatewayUnreachable("gone")] * 4
    uploads.start(draft(1), make(1))

    def woken():
        uploads.wake()
        return ends.files

    await eventually(woken)


async def test_an_answer_that_stays_wrong_is_given_up(uploads, gateway, ends, make):
    gateway.errors = [GatewayAnswerError("500: oops")] * MAX_ATTEMPTS
    uploads.start(draft(1), make(1))
    await eventually(lambda: ends.failures)
    assert ends.failures == {"draft-1-1": "500: oops"}


async def test_what_the_server_will_never_take_fails_at_once(
    uploads, gateway, ends, make
):
    gateway.errors = [FileTooLarge("beyond the quota")]
    uploads.start(draft(1), make(1))
    await eventually(lambda: ends.failures)
    assert ends.failures == {"draft-1-1": "beyond the quota"}
    assert len(gateway.asked) == 1


async def test_another_size_on_the_server_is_damage(uploads, gateway, ends, make):
    gateway.size = 4
    uploads.start(draft(1), make(1))
    await eventually(lambda: ends.failures)
    assert "the server has 4 bytes" in ends.failures["draft-1-1"]
    assert len(gateway.asked) == MAX_ATTEMPTS


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"size": 6}, "was changed after it was sent: send it again"),
        ({"modified_ns": 1}, "was changed after it was sent"),
        ({"path": "/nowhere/at/all"}, "/nowhere/at/all: .*check the path"),
    ],
)
async def test_another_file_is_not_sent_in_its_place(
    uploads, gateway, ends, make, change, says
):
    uploads.start(draft(1), dataclasses.replace(make(1), **change))
    await eventually(lambda: ends.failures)
    [why] = ends.failures.values()
    assert re.search(says, why)
    assert gateway.asked == []


async def test_one_that_changes_while_it_is_sent_is_not_sent(
    uploads, gateway, ends, make
):
    gateway.gate.clear()
    file = make(1)
    uploads.start(draft(1), file)
    await eventually(lambda: gateway.asked)
    os.utime(file.path, ns=(1, 1))
    gateway.gate.set()
    await eventually(lambda: ends.failures)
    assert ends.files == {}


async def test_closing_leaves_the_rest_for_the_next_time(uploads, gateway, ends, make):
    gateway.gate.clear()
    uploads.start(draft(1), make(1))
    await eventually(lambda: gateway.asked)
    await uploads.close()
    assert (ends.files, ends.failures) == ({}, {})


async def test_without_a_gateway_there_is_nowhere_to_go():
    with pytest.raises(ConfigError, match=r"a\.pdf cannot be sent"):
        await no_upload("/a.pdf", "a.pdf", print)
