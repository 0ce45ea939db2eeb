"""Files of this disk from one client to another."""

import asyncio
import os

import pytest

from imnb.client.api.reference import load
from imnb.config import Limits
from imnb.errors import CallTimeout, ConfigError, DiskError, FileError, FileTooLarge
from imnb.models.message import Draft
from tests.client.conftest import QUICK
from tests.eventually import eventually
from tests.models.test_image import PNG

CONTENT = os.urandom(600_000)


@pytest.fixture
def plan(tmp_path):
    path = tmp_path / "plan.pdf"
    path.write_bytes(CONTENT)
    return path


@pytest.fixture
async def bob(server, make):
    client = make("bob", server)
    await client.login()
    return client


def has_card(client, seq=1):
    async def look():
        try:
            [found] = await load(client, [("alice", seq)])
        except ConfigError:
            return None
        return found

    return look


async def test_a_file_arrives_and_can_be_downloaded(alice, bob, plan, tmp_path):
    steps = []
    sent = await alice.send_file("bob", plan, text="page 3", progress=steps.append)
    card = sent.card
    assert (sent.kind, sent.text, card.name) == ("file", "page 3", "plan.pdf")
    assert (card.size, card.mime_type) == (len(CONTENT), "application/pdf")
    assert steps[-1].is_over
    got = await eventually(has_card(bob))
    there = await bob.download(got, tmp_path / "copy")
    assert there.read_bytes() == CONTENT
    frame = await alice.sql("SELECT name, state FROM attachments")
    assert frame.values.tolist() == [["plan.pdf", "done"]]


async def test_an_image_and_a_recording(alice, bob, tmp_path):
    (tmp_path / "a.png").write_bytes(PNG)
    (tmp_path / "note.ogg").write_bytes(b"OggS")
    image = await alice.send_image("bob", tmp_path / "a.png", name="view.png")
    assert (image.kind, image.card.name) == ("image", "view.png")
    assert (image.card.width, image.card.thumbnail) == (640, PNG)
    voice = await alice.send_voice("bob", tmp_path / "note.ogg", duration=1.5)
    assert (voice.kind, voice.card.duration_ms) == ("voice", 1_500)


async def test_a_text_does_not_wait_for_a_file(alice, server, bob, plan, monkeypatch):
    gate = asyncio.Event()
    upload = alice.synchroniser.outbox.uploads._upload

    async def slow(path, name, progress):
        await gate.wait()
        return await upload(path, name, progress)

    monkeypatch.setattr(alice.synchroniser.outbox.uploads, "_upload", slow)
    file = await alice.send_file("bob", plan, wait=False)
    assert isinstance(file, Draft)
    text = await alice.send_text("bob", "hi")
    frame = await alice.outbox()
    assert frame[["kind", "state", "file", "size"]].values.tolist() == [
        ["file", "sending", "plan.pdf", len(CONTENT)]
    ]
    gate.set()
    got = await eventually(has_card(bob, 2))
    assert (text.seq, got.kind) == (1, "file")


async def test_an_upload_goes_on_in_the_next_session(alice, server, make, bob, plan):
    async def never(path, name, progress):
        await asyncio.Event().wait()

    alice.synchroniser.outbox.uploads._upload = never
    await alice.send_file("bob", plan, wait=False)
    await alice.close()
    await make("alice", server).login()
    assert (await eventually(has_card(bob))).card.name == "plan.pdf"


async def test_what_the_server_does_not_take_is_listed_with_its_reason(
    alice, plan, server
):
    async def refuse(path, name, progress):
        raise FileTooLarge("the quota is used up")

    alice.synchroniser.outbox.uploads._upload = refuse
    with pytest.raises(FileError, match="quota"):
        await alice.send_file("bob", plan)
    [row] = (await alice.outbox()).to_dict("records")
    assert (row["state"], row["error"]) == ("failed", "the quota is used up")
    await alice.discard(row["client_id"])
    assert len(await alice.outbox()) == 0


async def test_an_upload_that_stands_still_is_not_waited_for(alice, plan):
    async def stuck(path, name, progress):
        await asyncio.Event().wait()

    alice.synchroniser.outbox.uploads._upload = stuck
    with pytest.raises(CallTimeout, match="stays in the outbox"):
        await alice.send_file("bob", plan)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda c, p: c.send_file("bob", p / "no"), DiskError, "check the path"),
        (lambda c, p: c.send_file("bob", p), DiskError, "give the path of a file"),
        (lambda c, p: c.send_file("bob", b"bytes"), ConfigError, "path of type bytes"),
        (lambda c, p: c.send_image("bob", p / "a.txt"), ConfigError, "not image/"),
        (lambda c, p: c.send_voice("bob", p / "a.txt"), ConfigError, "not audio/"),
    ],
)
async def test_what_cannot_be_sent_is_refused_here(alice, tmp_path, call, error, says):
    (tmp_path / "a.txt").write_text("hi")
    with pytest.raises(error, match=says):
        await call(alice, tmp_path)
    assert len(await alice.outbox()) == 0


async def test_a_file_above_the_limit_is_not_kept(server, make, plan):
    environment = server.environment(**QUICK, limits=Limits(max_file=1_000))
    alice = make("alice", environment)
    await alice.login()
    with pytest.raises(FileTooLarge, match="600,000 bytes, 1,000 are the limit"):
        await alice.send_file("bob", plan)
    assert len(await alice.outbox()) == 0
