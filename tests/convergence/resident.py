"""A client of the simulation: all of it but HTTP and the session's outer shell."""

import asyncio
import pathlib
import shutil

from imnb.client.client import Client
from imnb.client.gateway import Credentials
from imnb.client.session import SessionPlan
from imnb.config import Backoff, Environment, Heartbeat, Limits, Timeouts
from imnb.engine.engine import Engine
from imnb.engine.states import State
from imnb.errors import ImnbError
from imnb.faults.fault import DropFrame, Refuse, Silence
from imnb.faults.network import FaultyNetwork
from imnb.models.ids import UserId
from imnb.pb.session_pb2 import Kicked
from imnb.store.database import Database
from imnb.store.migrator import open_file
from imnb.store.opening import STORE
from imnb.sync.synchroniser import Synchroniser
from tests.convergence.simulation import no_network

SETTINGS = Environment(
    gateway="http://localhost:1",
    limits=Limits(push_queue_events=6, gap_buffer_events=10, send_queue_bytes=20_000),
    timeouts=Timeouts(
        connect=1.0, handshake=1.0, request=1.0, gap=0.05, close=0.1, reconcile=20.0
    ),
    backoff=Backoff(base=0.05, cap=0.5),
    heartbeat=Heartbeat(interval=2.0, wifi=2.0, cellular=2.0, dead_after=2.0),
)
FRAMES = DropFrame(count=0)
"""Does nothing, but connections are made for faults of frames."""
ENDED = (State.CLOSED, State.KICKED)


class Resident(Client):
    """One device of a user, with what its caller was told.

    Attributes:
        stored: (conversation, text) of messages that were said to be stored.
        is_deaf: it reads nothing, so that replies get lost.
    """

    engine = db = synchroniser = None  # instead of the properties of `Account`

    def __init__(self, town, name, user, device, folder):
        self.town, self.name = town, name
        self.user, self.device = UserId(user), device
        self.path = pathlib.Path(folder) / f"{name}.duckdb"
        self.network = FaultyNetwork(town.network, FRAMES, seed=f"{town.seed} {name}")
        self.stored = []
        self.is_running = self.is_deaf = False
        self._working = set()

    def __repr__(self):
        return f"<Resident {self.name}>"

    @property
    def environment(self):
        return SETTINGS

    @property
    def state(self):
        return self.engine.state

    async def start(self):
        if not self.path.exists():
            shutil.copyfile(self.town.template, self.path)
        self.network.stir(FRAMES)
        self.engine = Engine(
            network=self.network,
            limits=SETTINGS.limits,
            timeouts=SETTINGS.timeouts,
            backoff=SETTINGS.backoff,
            heartbeat=SETTINGS.heartbeat,
            probe=no_network,
        )
        self.db = await Database.open(self.path, me=self.user)
        self.synchroniser = Synchroniser(
            self.engine,
            self.db,
            me=self.user,
            limits=SETTINGS.limits,
            timeouts=SETTINGS.timeouts,
        )
        await self.synchroniser.open()
        self._plan = SessionPlan(
            SETTINGS,
            Credentials(self.user, self.device),
            self.town.server,
            self.engine,
            self.synchroniser,
            kicked=self.engine.kicked,
            limit_silence=self.engine.limit_silence,
        )
        self.engine.subscribe_batch(Kicked, self._plan.kicked)
        self.engine.start(self._plan)
        self.is_running = True

    async def stop(self):
        """As a log-out without clearing does."""
        self.is_running = self.is_deaf = False
        await self._end_work()
        await self.engine.close()
        await self.synchroniser.close()
        await self.db.close()
        self.engine.scope.raise_errors()

    async def crash(self):
        """Have what was committed, and nothing of what a proper end would do."""
        self.network.stir(Refuse(), Silence())
        self.network.cut()
        kept = [(one, one.read_bytes()) for one in self._files()]
        await self.stop()
        for one in self._files():
            one.unlink()
        for one, data in kept:
            one.write_bytes(data)

    async def clear(self):
        """As a log-out that leaves nothing here does: what was not sent is gone."""
        await self.stop()
        for one in self._files():
            one.unlink()
        self.stored = []

    def hear(self, is_deaf):
        self.is_deaf = is_deaf
        (self.engine.pause_reading if is_deaf else self.engine.resume_reading)("deaf")

    def work(self, coroutine, what):
        """Have it done beside everything else; refusals are part of life."""
        task = asyncio.get_running_loop().create_task(self._tell(coroutine, what))
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    async def heal(self):
        self.network.heal()
        self.network.stir(FRAMES)
        if not self.is_running:
            await self.start()
        if self.is_deaf:
            self.town.server.drop(self.user)
            self.hear(False)
        self.revive()

    def revive(self):
        """As a user does whose session has ended for good."""
        if self.engine.state in ENDED:
            self.town.log(f"{self.name} ended: {self.engine.failure}")
            self.engine.start(self._plan)

    async def _tell(self, coroutine, what):
        try:
            await coroutine
        except (ImnbError, OSError) as error:
            self.town.log(f"{self.name} {what}: {type(error).__name__}")
        except asyncio.CancelledError:
            self.town.log(f"{self.name} {what}: cancelled")
            raise
        else:
            self.town.log(f"{self.name} {what}: done")

    async def _end_work(self):
        working = list(self._working)
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)

    def _files(self):
        return sorted(self.path.parent.glob(f"{self.path.name}*"))


def make_template(path):
    """An empty store that is nobody's: making one takes a tenth of a second."""
    open_file(path, STORE, None).close()
