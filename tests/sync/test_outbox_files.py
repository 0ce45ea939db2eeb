"""Drafts with files: uploaded beside, sent when that is done."""

import asyncio
import os
from typing import Any

import pytest

from imnb.errors import CallRefused, FileError, FileTooLarge
from imnb.models.attachment import Attachment
from imnb.models.content import Content, FileCard
from imnb.models.file import FileRef
from imnb.models.ids import UserId
from imnb.models.message import Draft
from imnb.store.tables import outbox as outbox_table
from imnb.sync.outbox import Outbox
from imnb.wire.mapping import content as content_mapping
from tests.eventually import eventually
from tests.sync.events import draft
from tests.sync.outboxes import is_empty


class Gateway:
    """Takes files when it may."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.error: Exception | None = None
        self.uploads = 0

    async def __call__(self, path: str, name: str, progress: Any) -> FileRef:
        self.uploads += 1
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return FileRef("f1", name, 5, "ab" * 32)


@pytest.fixture
async def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def filing(server, database, pipeline, scope, gateway, accepting):
    """An outbox with a gateway."""
    it = Outbox(
        server, database, pipeline, scope, me=UserId("alice"), upload=gateway
    )  # fmt: skip
    yield it
    await it.close()


def with_file(number: int, path: Any) -> tuple[Draft, Attachment]:
    path.write_bytes(b"12345")
    state = path.stat()
    card = FileCard("", path.name, 5, "")
    content = content_mapping.to_bytes(Content(card=card))
    it = draft(number, kind="file", text="", content=content)
    return it, Attachment(
        it.client_id, str(path), path.name, state.st_size, state.st_mtime_ns
    )


async def sent_kinds(database) -> list[str]:
    rows = await database.fetch("SELECT kind FROM message ORDER BY seq")
    return [row[0] for row in rows]


async def test_a_big_upload_does_not_hold_back_a_text(
    filing, gateway, database, tmp_path
):
    await filing.go_online()
    answer = await filing.add(*with_file(1, tmp_path / "big"))
    await (await filing.add(draft(2)))
    gateway.gate.set()
    message = await answer
    assert await sent_kinds(database) == ["text", "file"]
    assert message.card.file_id == "f1"
    assert message.card.name == "big"
    assert len(filing.uploads._tasks) == 0


async def test_a_file_that_is_uploaded_offline_keeps_its_new_place(
    filing, gateway, database, tmp_path
):
    await filing.add(*with_file(1, tmp_path / "big"))
    await filing.add(draft(2))
    gateway.gate.set()

    async def uploaded():
        jobs = await database.read(outbox_table.jobs)
        return all(attachment is None for _, attachment in jobs)

    await eventually(uploaded)
    await filing.go_online()
    await eventually(lambda: is_empty(database))
    assert await sent_kinds(database) == ["text", "file"]


async def test_an_upload_that_a_crash_ended_begins_anew(
    filing, gateway, server, database, pipeline, scope, tmp_path
):
    await filing.go_online()
    await filing.add(*with_file(1, tmp_path / "big"))
    await eventually(lambda: gateway.uploads == 1)
    await filing.close()
    gateway.gate.set()
    again = Outbox(
        server, database, pipeline, scope, me=UserId("alice"), upload=gateway
    )
    await again.go_online()
    await eventually(lambda: is_empty(database))
    assert await sent_kinds(database) == ["file"]
    await again.close()


async def test_a_file_that_changed_meanwhile_fails_and_says_so(
    filing, gateway, database, tmp_path
):
    one, attachment = with_file(1, tmp_path / "big")
    (tmp_path / "big").write_bytes(b"other")
    os.utime(tmp_path / "big", ns=(1, 1))
    answer = await filing.add(one, attachment)
    with pytest.raises(FileError, match="was changed after it was sent"):
        await answer
    kept = await database.read(lambda c: outbox_table.find(c, one.client_id))
    assert kept.state == "failed"
    assert "was changed" in kept.error
    assert gateway.uploads == 0


async def test_a_failed_upload_can_be_retried(filing, gateway, database, tmp_path):
    await filing.go_online()
    gateway.error, _ = FileTooLarge("beyond the quota"), gateway.gate.set()
    one, attachment = with_file(1, tmp_path / "big")
    with pytest.raises(FileError, match="beyond the quota"):
        await (await filing.add(one, attachment))
    gateway.error = None
    assert (await (await filing.retry(one.client_id))).card.file_id == "f1"


async def test_a_file_that_was_given_up_is_not_uploaded_on(
    filing, gateway, server, database, tmp_path
):
    await filing.go_online()
    one, attachment = with_file(1, tmp_path / "big")
    answer = await filing.add(one, attachment)
    await eventually(lambda: gateway.uploads)
    await filing.discard(one.client_id)
    with pytest.raises(CallRefused, match="given up"):
        await answer
    gateway.gate.set()
    await eventually(lambda: not filing.uploads._tasks)
    assert server.requests("Send") == []
