"""The client core: one session, kept alive, with calls and pushes on it."""

import asyncio
import random as _random
from collections.abc import Callable

from google.protobuf.message import Message

from imnb.config import Backoff, Heartbeat, Limits, Timeouts
from imnb.engine.backoff import BackoffSeries
from imnb.engine.channels import TcpChannel
from imnb.engine.connector import Connector
from imnb.engine.dispatcher import RequestDispatcher
from imnb.engine.gate import ReadingGate
from imnb.engine.mailbox import Mailbox
from imnb.engine.notifications import (
    BatchHandler,
    Behind,
    Handler,
    LaneOf,
    M,
    NotificationDispatcher,
)
from imnb.engine.pacing import Rhythm
from imnb.engine.plan import ConnectionPlan
from imnb.engine.reachability_watch import ReachabilityWatch
from imnb.engine.reconnect import SessionLoop
from imnb.engine.requests import TcpRequest
from imnb.engine.rpc import Rpc
from imnb.engine.states import (
    State,
    StateChange,
    StateMachine,
    Watcher,
)
from imnb.engine.stream import Stream
from imnb.engine.switchboard import Switchboard
from imnb.engine.taps import harmless
from imnb.errors import ClosedError, ConfigError, ConnectionLost, Kicked, NotConnected
from imnb.net.reachability import Probe, look
from imnb.net.tcp import TcpNetwork
from imnb.net.transport import Network
from imnb.tasks import TaskScope
from imnb.tasks.stalls import Stall, Stalls
from imnb.tasks.watchdog import LoopWatch
from imnb.wire.codec import Tap
from imnb.wire.commands import CommandTable, builtin_commands


class Engine:
    """Owns the link and what hangs on it; make it on the loop it lives on.

    Architecture name: ``IMEngine``.

    Attributes:
        channel: calls over the link, with their interceptors and watchers.
        calls: those under way and the last ones that are over.
        listen: replies to one request, given to a callback; `TcpChannel.listen`.
        dispatcher: who waits for a reply.
        notifications: who wants which push, and what came for nobody.
        rpc: every method of the command table as a function.
        scope: owner of the engine's tasks; failures are reported to it.
        stalls: times in which the loop was blocked, e.g. by a synchronous cell.
    """

    _session: SessionLoop | None = None
    _task: asyncio.Task[None] | None = None
    _is_closed = False

    def __init__(
        self,
        *,
        network: Network | None = None,
        commands: CommandTable | None = None,
        limits: Limits | None = None,
        timeouts: Timeouts | None = None,
        backoff: Backoff | None = None,
        heartbeat: Heartbeat | None = None,
        tap: Tap | None = None,
        probe: Probe = look,
        random: Callable[[], float] = _random.random,
    ) -> None:
        limits, timeouts = limits or Limits(), timeouts or Timeouts()
        commands = commands or builtin_commands()
        self.scope = TaskScope("engine")
        self._series = BackoffSeries(backoff or Backoff(), random)
        self._states = StateMachine(self.scope.report)
        self._rhythm = Rhythm(heartbeat or Heartbeat())
        report = self.scope.report
        self._reach = ReachabilityWatch(self._states, self._rhythm, probe, report)
        self._board = _switchboard(commands, limits, timeouts, self.scope)
        self.stalls = Stalls(report)
        self._watch = LoopWatch(
            self._board.beat_beside_loop, lambda: self._rhythm.interval, self.stalls
        )
        self._connector = Connector(
            network=network or TcpNetwork(limits, timeouts),
            owner=self._board,
            states=self._states,
            timeouts=timeouts,
            rhythm=self._rhythm,
            tap=None if tap is None else harmless(tap, report),
        )
        self.dispatcher = self._board.dispatcher
        self.notifications = self._board.notifications
        self.on = self.notifications.on
        self.channel = TcpChannel(
            commands, self.dispatcher, timeouts.request, self.scope, limits, random
        )
        self.calls, self.listen = self.channel.log, self.channel.listen
        self._states.subscribe(self.channel.session_changed)
        self._reach.on_change = self.channel.retries.network_changed
        self.rpc = Rpc(self, commands)

    def __repr__(self) -> str:
        return f"<Engine {self.state}, {self.dispatcher.waiting} calls wait>"

    @property
    def state(self) -> State:
        """Where the session is."""
        return self._states.state

    @property
    def change(self) -> StateChange:
        """The last move of the session, with its reason."""
        return self._states.last

    @property
    def failure(self) -> Exception | None:
        """Why the session ended for good."""
        return self._session.failure if self._session else None

    @property
    def round_trip(self) -> float | None:
        """Seconds of the last answered heartbeat of this connection."""
        link = self._board.link
        return link.round_trip if link is not None else None

    @property
    def retry_at(self) -> float | None:
        """The loop's time of the next try, while waiting."""
        return self._states.last.retry_at

    @property
    def blocked(self) -> Stall | None:
        """How long the loop was blocked last, and until when."""
        return self.stalls.last

    def on_state(self, watcher: Watcher) -> Callable[[], None]:
        """Call ``watcher`` at each change of state; the result ends that."""
        return self._states.subscribe(watcher)

    def start(self, plan: ConnectionPlan) -> None:
        """Connect, and stay connected, until refused for good or closed.

        Raises:
            ConfigError: a session is running already.
            ClosedError: the engine was closed.
        """
        if self._is_closed:
            raise ClosedError("the engine is closed: make a new one")
        if self._task is not None and not self._task.done():
            raise ConfigError("a session is running already: close it first")
        self._session = SessionLoop(
            plan, self._connector, self._board, self._series, self.scope.report
        )
        self._watch.start()
        self._reach.start(self._session)
        self._states.move(State.CONNECTING, attempt=self._series.attempt)
        self._task = self.scope.spawn(self._session.run(), "session")

    async def wait_online(self, fail_fast: bool = False) -> None:
        """Return when the session is up to date.

        With ``fail_fast`` an attempt that failed is an error at once, though the
        engine tries again; otherwise only the end of the session is one.

        Raises:
            ImnbError: what ended the session, or the attempt.
            NotConnected: no session was started.
            ClosedError: the engine was closed.
        """
        if self._session is None:
            raise NotConnected("no session was started")
        if self._session.failure is not None:
            raise self._session.failure
        ends = {State.ONLINE, State.KICKED, State.CLOSED}
        if fail_fast:
            ends.add(State.WAITING)
        reached: asyncio.Future[State] = asyncio.get_running_loop().create_future()

        def look(change: StateChange) -> None:
            if change.state in ends and not reached.done():
                reached.set_result(change.state)

        unsubscribe = self._states.subscribe(look)
        try:
            look(self._states.last)
            if await reached is not State.ONLINE:
                raise self._why_not_online()
        finally:
            unsubscribe()

    async def call(self, request: TcpRequest) -> Message:
        """Send a request and wait for its reply.

        Raises:
            CallTimeout: no reply in time; the server may have acted.
            CallRefused: the server answered with an error status.
            NotConnected: nothing was sent.
            ConnectionLost: the connection ended before the reply.
        """
        return await self.channel.call(request)

    def stream(self, request: TcpRequest) -> Stream:
        """Replies to one request as they come."""
        return self.channel.stream(request)

    def subscribe(
        self,
        message_type: type[M],
        handler: Handler[M],
        *,
        lane: LaneOf[M] | None = None,
        behind: Behind | None = None,
    ) -> Callable[[], None]:
        """See `NotificationDispatcher.subscribe`."""
        return self.notifications.subscribe(
            message_type, handler, lane=lane, behind=behind
        )

    def subscribe_batch(
        self, message_type: type[M], handler: BatchHandler[M]
    ) -> Callable[[], None]:
        """See `NotificationDispatcher.subscribe_batch`."""
        return self._board.notifications.subscribe_batch(message_type, handler)

    def pushes(self, message_type: type[M]) -> Mailbox[M]:
        """See `NotificationDispatcher.pushes`."""
        return self._board.notifications.pushes(message_type)

    def pause_reading(self, why: str) -> None:
        """Take nothing from the network until resumed with the same words."""
        self._board.gate.pause(why)

    def resume_reading(self, why: str) -> None:
        """Read again, unless somebody else has a reason against it."""
        self._board.gate.resume(why)

    def reconnect_now(self) -> None:
        """Do not wait for the next try."""
        if self._session is not None:
            self._session.skip_wait()

    def limit_silence(self, seconds: float) -> None:
        """The server cuts off who is silent for longer: beat well within that."""
        self._rhythm.limit(seconds)
        self._watch.renew()

    def drop(self, reason: str) -> None:
        """End the connection; the session connects again."""
        if self._session is not None:
            self._session.drop(ConnectionLost(reason))

    def kicked(self, reason: str, session_id: str = "") -> None:
        """The server ended this session: do not connect again."""
        self.stop(Kicked(reason, session_id))

    def stop(self, error: Exception) -> None:
        """End the session for good because of ``error``; `start` begins another."""
        if self._session is not None:
            self._session.stop(error)

    async def close(self, reason: str = "closed") -> None:
        """End everything; calls that wait fail; safe to call twice."""
        self._is_closed = True
        self._watch.stop()
        self._board.notifications.close()
        await self.scope.close()
        if self._session is not None and self._session.link is not None:
            await self._session.link.wait_closed()
        if self.state is not State.CLOSED:
            self._states.move(State.CLOSED, reason)

    def _why_not_online(self) -> Exception:
        assert self._session is not None
        error = self._session.failure or self._session.last_error
        if self._is_closed or error is None:
            return ClosedError("the engine was closed")
        return error


def _switchboard(
    commands: CommandTable, limits: Limits, timeouts: Timeouts, scope: TaskScope
) -> Switchboard:
    gate = ReadingGate()
    notifications = NotificationDispatcher(commands, scope, timeouts.handler)
    return Switchboard(RequestDispatcher(gate, limits), notifications, gate)
