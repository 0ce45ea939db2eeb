"""The session's loop: connect, log in, catch up, stay; and once more."""

import asyncio
from collections.abc import Awaitable

from imnb.engine.backoff import BackoffSeries
from imnb.engine.connector import Connector
from imnb.engine.link import Link
from imnb.engine.plan import ConnectionPlan
from imnb.engine.states import ReportError, State, StateMachine
from imnb.engine.switchboard import Switchboard
from imnb.errors import (
    AuthError,
    CertificateError,
    ConfigError,
    ConnectionLost,
    GatewayInsecure,
    ImnbError,
    Kicked,
    RemoteProtocolError,
    ServerKeyError,
)

FINAL = (AuthError, CertificateError, ConfigError, GatewayInsecure, ServerKeyError)
"""Errors after which trying again cannot help.

So it is with a certificate: an expired one does not get better by itself, and who
stands in the way with one of their own is not to be met again and again. The page
of a hotel's network looks the same; log in again when that is done.
"""
GRACE = 1.0
"""Seconds that a step of the plan has to fail by itself after the link is lost."""


class SessionLoop:
    """Runs one plan until it is refused for good, or cancelled.

    Attributes:
        failure: why it stopped for good.
        last_error: why the last attempt ended.
    """

    def __init__(
        self,
        plan: ConnectionPlan,
        connector: Connector,
        switchboard: Switchboard,
        series: BackoffSeries,
        report: ReportError,
    ) -> None:
        self.failure: Exception | None = None
        self.last_error: Exception | None = None
        self.link: Link | None = None
        self._plan = plan
        self._connector = connector
        self._switchboard = switchboard
        self._series = series
        self._report = report
        self._states: StateMachine = connector.states
        self._skip = asyncio.Event()
        self._was_open = False
        self._opening: asyncio.Timeout | None = None
        self._is_elsewhere = False

    def __repr__(self) -> str:
        return f"<SessionLoop {self._states.state}, {self._series!r}>"

    async def run(self) -> None:
        """Attempt after attempt; the state is connecting already."""
        while self.failure is None:
            error = await self._attempt()
            self.last_error = self.failure or error
            if self._is_final(self.last_error):
                self.failure = self.last_error
                break
            await self._wait(self.last_error)
            if self.failure is None:
                self._states.move(State.CONNECTING, attempt=self._series.attempt)
        kicked = isinstance(self.failure, Kicked)
        self._states.move(State.KICKED if kicked else State.CLOSED, str(self.failure))

    def stop(self, error: Exception) -> None:
        """End the session for good because of ``error``; the first one counts."""
        if self.failure is not None:
            return
        self.failure = error
        self.drop(error)
        self._skip.set()
        self._end_opening()

    def drop(self, error: Exception) -> None:
        """End the connection, if there is one; the loop goes on."""
        if self.link is not None:
            self.link.end(error, "dropped by the client")

    def skip_wait(self) -> None:
        """Try again now, if the loop is waiting."""
        if self._states.state is State.WAITING:
            self._skip.set()

    def network_changed(self) -> None:
        """There is a way to the outside again, or another one: use it now.

        So it is after a sleep of the machine, in which the back-off did not run.

        An attempt under way may hang on the old one, so it begins anew; a
        connection that is up is left alone.
        """
        state = self._states.state
        if state in {State.CONNECTING, State.HANDSHAKING}:
            self._is_elsewhere = True
            self._end_opening()
        elif state is State.WAITING or (self.link and self.link.error is not None):
            self._skip.set()
        else:
            return
        self._series.restart()

    async def _attempt(self) -> Exception:
        """One connection from its beginning to its end; why it ended."""
        try:
            link = await self._open()
        except Exception as error:
            return self._seen(error)
        self._was_open = True
        self.link = link
        end: Exception = ConnectionLost("the client closed the connection")
        try:
            end = await self._use(link)
        finally:
            # Also when cancelled; `Engine.close` waits for the transport.
            link.end(end, "the client closed the connection")
        await link.wait_closed()
        return end

    async def _open(self) -> Link:
        while True:
            self._is_elsewhere = False
            try:
                # A deadline that only `stop` and `network_changed` set.
                async with asyncio.timeout(None) as self._opening:
                    return await self._connector.connect(await self._plan.prepare())
            except TimeoutError:
                if self.failure is not None or not self._is_elsewhere:
                    raise
            finally:
                self._opening = None
            if self._states.state is not State.CONNECTING:
                self._states.move(State.CONNECTING, "the network may have changed")

    def _end_opening(self) -> None:
        if self._opening is not None:
            self._opening.reschedule(asyncio.get_running_loop().time())

    async def _use(self, link: Link) -> Exception:
        """Log in, catch up, stay; why the connection is of no more use."""
        authenticated_at: float | None = None
        now = asyncio.get_running_loop().time
        self._switchboard.attach(link)
        try:
            self._states.move(State.AUTHENTICATING, address=link.address)
            await _unless_lost(link, self._plan.authenticate())
            authenticated_at = now()
            self._states.move(State.SYNCING, address=link.address)
            await _unless_lost(link, self._plan.synchronise())
            self._states.move(State.ONLINE, address=link.address)
            await asyncio.shield(link.lost)
        except Exception as error:
            self._seen(error)
            if isinstance(error, FINAL) or link.error is None:
                return error
        if authenticated_at is not None:
            self._series.ended(now() - authenticated_at)
        assert link.error is not None
        return link.error

    def _seen(self, error: Exception) -> Exception:
        """Report what no part of the plan should raise; it is tried again."""
        if not isinstance(error, ImnbError | OSError):
            self._report("connecting", error)
        return error

    def _is_final(self, error: Exception) -> bool:
        if error is self.failure or isinstance(error, FINAL):
            return True
        # Something else answers there. Once it has been our server, that is a
        # fault on the way, or a proxy during a restart, and passes.
        return isinstance(error, RemoteProtocolError) and not self._was_open

    async def _wait(self, error: Exception) -> None:
        retry_at = asyncio.get_running_loop().time() + self._series.fail()
        self._states.move(
            State.WAITING,
            str(error) or type(error).__name__,
            attempt=self._series.attempt,
            retry_at=retry_at,
        )
        try:
            async with asyncio.timeout_at(retry_at):
                await self._skip.wait()
        except TimeoutError:
            return
        finally:
            self._skip.clear()


async def _unless_lost(link: Link, step: Awaitable[None]) -> None:
    """Await a step of the plan; give it up when the link is lost under it."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(None) as guard:

        def give_up(_: asyncio.Future[None]) -> None:
            if not is_over:
                guard.reschedule(loop.time() + GRACE)

        is_over = False
        link.lost.add_done_callback(give_up)
        try:
            await step
        finally:
            is_over = True
            link.lost.remove_done_callback(give_up)
