"""A server here, a client there that is killed; then what is left is looked at."""

import asyncio
import contextlib
import multiprocessing
import pathlib
import re
import signal
import tempfile

from imnb.client.client import Client
from imnb.config import Backoff, Timeouts
from imnb.devserver import DevServer
from imnb.devserver.groups import create_group
from imnb.models.ids import ClientId, UserId
from imnb.pb.chat_pb2 import OutgoingMessage
from imnb.pb.content_pb2 import Content
from imnb.store.database import Database
from imnb.store.location import store_path
from tests.convergence import truth
from tests.crash import victim
from tests.crash.victim import BOBS, Diary, Orders
from tests.eventually import eventually

ROOT = pathlib.Path(__file__).parents[2] / "imnb"
PLACES = sorted(
    place
    for path in ROOT.rglob("*.py")
    for place in re.findall(
        r'^ +reached\("([\w.]+)"\)$', path.read_text(), re.MULTILINE
    )
)
"""Every place in the source where a process can be killed."""
ALICE, BOB = UserId("alice"), UserId("bob")
PATIENCE = 20.0
"""Seconds; a process takes less than two."""
QUICK = {
    "timeouts": Timeouts(connect=5.0, handshake=5.0, request=5.0, gap=0.1, close=0.2),
    "backoff": Backoff(base=0.02, cap=0.1),
}
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload([victim.__name__])


class Scene:
    """One run: a new server and a new store."""

    def __init__(self, server, folder):
        self.server, self.folder = server, folder
        self.acknowledged = 0
        world = server.world
        self.direct = world.open_direct(ALICE, BOB, 1)
        self.group = create_group(world, ALICE, ClientId("g"), "Group", [BOB], 2)
        receipts = server._service._desk._receipts
        self._acknowledge = receipts.acknowledge
        receipts.acknowledge = self._hear

    def _hear(self, who, event_seq):
        self.acknowledged = max(self.acknowledged, event_seq)
        self._acknowledge(who, event_seq)

    async def play(self, place="", nth=0):
        """Let the client run until it is killed or done; whether it was killed."""
        environment = self.server.environment(**QUICK)
        rooms = self.direct.conversation_id, self.group.conversation_id
        orders = Orders(environment, self.folder, *rooms, place, nth)
        process = processes.Process(target=victim.main, args=(orders,))
        process.start()
        bob = asyncio.get_running_loop().create_task(self._write())
        try:
            await over(process)
        finally:
            bob.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await bob
        code = process.exitcode
        process.close()
        assert code in (0, -signal.SIGKILL), f"the client ended with {code}"
        await eventually(lambda: not self.server.sessions.of(ALICE), PATIENCE)
        return code != 0

    async def _write(self):
        """Bob's part: he writes a bit at a time while alice is there."""
        await eventually(lambda: self.server.sessions.of(ALICE), PATIENCE)
        mention = Content(mentions=["alice"]).SerializeToString()
        for number in range(BOBS):
            room = (self.direct, self.group)[number % 2].conversation_id
            message = OutgoingMessage(
                client_id=f"bob {number}",
                kind="text",
                text=f"bob {number}",
                content=mention if number % 5 == 0 else b"",
            )
            self.server.world.send(BOB, room, [message], 10 + number)
            if number % 3 == 0:
                await asyncio.sleep(0.004)

    async def check(self):
        """What is in the store, and after another log-in everywhere."""
        diary = Diary.read(self.folder)
        path = store_path(
            self.server.environment().name, "alice", "notebook", self.folder
        )
        if path.exists():
            await self._check_store(path, diary)
        await self._check_after(diary)

    async def _check_store(self, path, diary):
        database = await Database.open(path, me=ALICE)
        try:
            tables = await truth.held(database)
            drafts = await database.fetch('SELECT "text" FROM outbox')
            assert await truth.wrong_presets(database) == []
        finally:
            await database.close()
        [(_, position, _)] = tables["cursor"]
        assert position >= self.acknowledged, "acknowledged events are lost"
        sent_ids = [row[2] for row in tables["message"]]
        known = {row[:2] for row in tables["message"]}
        for event in truth.events_until(self.server.world, ALICE, position):
            if event.HasField("message"):
                one = event.message
                assert (one.conversation_id, one.seq) in known, "an event is lost"
        assert len(sent_ids) == len(set(sent_ids)), "a message is doubled"
        sent = {row[2]: row[5] for row in tables["message"]}
        self._check_diary(diary, set(sent.values()), {text for (text,) in drafts})

    def _check_diary(self, diary, sent, drafts):
        for what, text in diary:
            here = {text, f"{text} again"} & sent
            if what == "accepted":
                assert here, f"{text}: it was accepted and is not here"
            elif what == "stored":
                assert here or text in drafts, f"{text}: it was stored and is not here"

    async def _check_after(self, diary):
        client = Client(
            "alice",
            environment=self.server.environment(**QUICK),
            password="alice",
            data_dir=self.folder,
            capture=False,
        )
        async with client:
            try:
                await eventually(lambda: self._is_same(client), PATIENCE)
            except TimeoutError:
                raise AssertionError("\n".join(self.left)) from None
            assert await truth.wrong_presets(client.db) == []
        self._check_order(diary)

    async def _is_same(self, client):
        """Nothing is missing here that the server has, in the end."""
        here = await truth.held(client.db)
        self.left = truth.differences(here, truth.expected(self.server.world, ALICE))
        return not self.left

    def _check_order(self, diary):
        """Everything that the caller wrote is on the server, once and in order."""
        written = [text for what, text in diary if what in ("accepted", "stored")]
        for room in (self.direct, self.group):
            seqs = range(1, room.last_seq + 1)
            ids = [room.message(seq).client_id for seq in seqs]
            assert len(ids) == len(set(ids)), "a message is doubled"
            sent = [
                event_text(room, seq)
                for seq in seqs
                if room.message(seq).sender_id == ALICE
            ]
            known = [text for text in sent if text in written]
            mine = (self.direct, self.group).index(room)
            assert known == [t for t in written if int(t.split()[1]) % 2 == mine]
            assert sent == sorted(sent, key=lambda text: int(text.split()[1]))


def event_text(room, seq):
    """As it was sent."""
    return truth.Event.FromString(room.change(seq)).message.text


async def over(process):
    """Wait for the process to end."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(process.sentinel, ended.set)
    try:
        async with asyncio.timeout(PATIENCE):
            await ended.wait()
    except TimeoutError:
        process.kill()
        raise
    finally:
        loop.remove_reader(process.sentinel)
        process.join()


@contextlib.asynccontextmanager
async def scene():
    with tempfile.TemporaryDirectory() as folder:
        users = {"alice": "alice", "bob": "bob"}
        async with DevServer(users) as server:
            yield Scene(server, pathlib.Path(folder))


async def passings():
    """How often each place is passed by a client that is not killed."""
    async with scene() as here:
        assert not await here.play()
        counts = {}
        for what, line in Diary.read(here.folder):
            if what == "passed":
                name, _, count = line.partition(" ")
                counts[name] = int(count)
        await here.check()
        return counts


async def kill(place, nth):
    """One run, whose client is killed at the nth passing, or the last there is."""
    async with scene() as here:
        if await here.play(place, nth):
            await here.check()
            return
    if nth == 1:
        raise AssertionError(f"{place} was not passed")
    await kill(place, max(1, nth // 2))  # there were fewer passings than before
