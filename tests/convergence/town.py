"""A server and its clients, in one thread; everything may break."""

import asyncio
import collections
import hashlib
import pathlib
import random

from imnb.engine.states import State
from imnb.errors import ImnbError
from imnb.models import kinds
from imnb.models.ids import ConversationId, UserId
from imnb.net.memory import MemoryNetwork
from tests.convergence import deeds, truth
from tests.convergence.resident import FRAMES, SETTINGS, Resident, make_template
from tests.convergence.script import WEATHER
from tests.convergence.server import Server

PATIENCE = 60.0
"""Virtual seconds within which all is well once the network is."""
LOOK = 0.5


class Diverged(AssertionError):
    """The run ended with stores that differ; says how."""


class Town:
    """One run of a script."""

    def __init__(self, script, folder, template=None):
        folder = pathlib.Path(folder)
        self.seed = script.seed
        self.lines = []
        self.users = tuple(dict.fromkeys(user for user, _ in script.devices))
        self.network = MemoryNetwork(SETTINGS.limits, SETTINGS.timeouts)
        self.template = template or folder / "template.duckdb"
        if template is None:
            make_template(self.template)
        dice = random.Random(f"{script.seed} server")
        limits = SETTINGS.limits
        self.server = Server(self.network, limits, self.users, script.retention, dice)
        self.residents = {
            f"{user}-{device}": Resident(self, f"{user}-{device}", user, device, folder)
            for user, device in script.devices
        }
        self._numbers = 0
        self._lost = []

    async def play(self, steps):
        """From the first start to the comparison of everything.

        Raises:
            Diverged: something is not as it should be.
        """
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: self._lost.append(context)
        )
        try:
            await self._found()
            for step in steps:
                self.log(str(step))
                await self._act(step, random.Random(step.luck))
                await asyncio.sleep(step.pause)
            await self._heal()
            await self._settle()
            await self._check()
        finally:
            await self._end()
        if self._lost:
            raise Diverged(f"raised in a callback: {self._lost}")

    def log(self, line):
        self.lines.append(f"{asyncio.get_running_loop().time():.6f} {line}")

    @property
    def digest(self):
        """Of all that happened: the same for the same seed."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()[:16]

    def next_number(self):
        self._numbers += 1
        return self._numbers

    async def _found(self):
        await self.server.start()
        for resident in self.residents.values():
            await resident.start()
        first = next(iter(self.residents.values()))
        await first.engine.wait_online()
        await first.open_direct(self.users[1])
        await first.create_group("Everybody", self.users)

    async def _act(self, step, dice):
        resident = self.residents[step.who]
        if step.what in deeds.DEEDS:
            if resident.is_running:
                deed = deeds.do(resident, step.what, dice, self)
                resident.work(deed, step.what)
            return
        await self._break(step.what, resident, dice)

    async def _break(self, what, resident, dice):
        match what:
            case "weather":
                resident.network.heal()
                faults = dice.sample(WEATHER, dice.choice([0, 1, 1, 2]))
                self.log(f"{resident.name}: {faults}")
                resident.network.stir(FRAMES, *faults)
            case "drop":
                self.server.drop(resident.user)
            case "deafen" if resident.is_running:
                resident.hear(True)
            case "stop" if resident.is_running:
                await resident.stop()
            case "crash" if resident.is_running:
                await resident.crash()
            case "clear" if resident.is_running:
                await resident.clear()
            case "start" if not resident.is_running:
                await resident.start()
            case "kill server":
                await self.server.kill(self._cut)
            case "start server" if not self.server.is_up:
                await self.server.start()

    def _cut(self):
        for resident in self.residents.values():
            resident.network.cut()

    async def _heal(self):
        if not self.server.is_up:
            await self.server.start()
        for resident in self.residents.values():
            await resident.heal()

    async def _settle(self):
        """Until nothing differs; what stays different then is what is wrong."""
        left = ["nobody has looked yet"]
        for _ in range(int(PATIENCE / LOOK)):
            await asyncio.sleep(LOOK)
            for resident in self.residents.values():
                resident.revive()
            left = [
                line
                for one in self.residents.values()
                for line in await self._left(one)
            ]
            if not left:
                return
        raise Diverged("\n".join(left))

    async def _left(self, resident):
        """What a store has not, or has too much, after all holes were filled."""
        if resident.state is not State.ONLINE:
            return [f"{resident.name} is {resident.state}: {resident.engine.change}"]
        behind = self.server.world.account(resident.user).feed.head
        behind -= resident.synchroniser.cursor.position
        if behind:
            return [f"{resident.name} is {behind} events behind"]
        try:
            await self._fill(resident)
        except ImnbError as error:
            return [f"{resident.name}: filling: {error}"]
        here = await truth.held(resident.db)
        lines = truth.differences(
            here, truth.expected(self.server.world, resident.user)
        )
        lines += map(str, await truth.wrong_presets(resident.db))
        return [f"{resident.name}: {line}" for line in lines]

    async def _fill(self, resident):
        for (room,) in await resident.db.fetch("SELECT conversation_id FROM hole"):
            await resident.synchroniser.history.fill(room)

    async def _check(self):
        """What cannot be told by comparing tables."""
        for room in self.server.world.rooms.values():
            ids = [room.message(seq).client_id for seq in all_of(room)]
            doubled = [
                one for one, n in collections.Counter(ids).items() if one and n > 1
            ]
            if doubled:
                raise Diverged(f"doubled in room {room.conversation_id}: {doubled}")
        for resident in self.residents.values():
            await self._check_sent(resident)
            resident.engine.scope.raise_errors()
        self.log(repr(await self._everything()))

    async def _check_sent(self, resident):
        """What was stored was sent, in order, or is there as failed with a reason."""
        rows = await resident.db.fetch('SELECT "text", state, error FROM outbox')
        failed = {text: error for text, _, error in rows}
        rooms = self.server.world.rooms
        for room in {room for room, _ in resident.stored if rooms[room].members}:
            stored = [text for where, text in resident.stored if where == room]
            arrived = sent_by(self.server.world, room, resident)
            lost = [
                text for text in stored if text not in arrived and not failed.get(text)
            ]
            if lost:
                raise Diverged(f"{resident.name}: lost in room {room}: {lost}")
            expected = [text for text in stored if text in arrived]
            if [text for text in arrived if text in stored] != expected:
                raise Diverged(f"{resident.name}: order in room {room}: {arrived}")

    async def _everything(self):
        names = self.residents
        return {name: await truth.held(names[name].db) for name in names}

    async def _end(self):
        for resident in self.residents.values():
            if resident.is_running:
                await resident.stop()
        await self.server.kill(self._cut)


def all_of(room):
    return range(room.first_seq, room.last_seq + 1)


def sent_by(world, number, resident):
    """Texts of a device in a room, as they were sent, in their order there."""
    room = world.rooms[ConversationId(number)]
    sent = {
        seq: truth.Event.FromString(room.change(seq)).message for seq in all_of(room)
    }
    return [
        one.text
        for one in truth.put_together(sent).values()
        if one.sender_id == UserId(resident.user)
        and one.text.startswith(f"{resident.name} ")
        and one.kind != kinds.PART
    ]
