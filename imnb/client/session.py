"""What a session says at each connection: gateway, log-in, catch-up."""

import functools
from collections.abc import Callable
from typing import Protocol

from imnb.client.gateway import Credentials, Gateway, Ticket
from imnb.client.version import VERSION
from imnb.config import Environment
from imnb.engine.plan import Destination
from imnb.errors import AuthError, CallRefused, TokenExpired
from imnb.pb.session_pb2 import Kicked, LoginReply, LoginRequest
from imnb.sync.caller import Caller, ask
from imnb.wire.noise import Role
from imnb.wire.session import Session


class Synchronising(Protocol):
    """What brings the store up to date."""

    async def connecting(self) -> None:
        """Another connection is being made."""

    async def synchronise(self, epoch: str, head: int) -> None:
        """Catch up after log-in."""


class SessionPlan:
    """The steps that the engine repeats; see `imnb.engine.plan.ConnectionPlan`."""

    def __init__(
        self,
        environment: Environment,
        credentials: Credentials,
        gateway: Gateway,
        caller: Caller,
        synchroniser: Synchronising,
        *,
        kicked: Callable[[str, str], None],
        limit_silence: Callable[[float], None],
    ) -> None:
        self.session_id = ""
        self._environment = environment
        self._credentials = credentials
        self._gateway = gateway
        self._caller = caller
        self._synchroniser = synchroniser
        self._kicked = kicked
        self._limit_silence = limit_silence
        self._ticket: Ticket | None = None
        self._next_ticket: Ticket | None = None
        self._login = LoginReply()

    def __repr__(self) -> str:
        return f"<SessionPlan of {self._credentials.user!r}>"

    def use_next(self, ticket: Ticket) -> None:
        """The first connection needs not ask the gateway again."""
        self._next_ticket = ticket

    async def prepare(self) -> Destination:
        """Ask the gateway where to go."""
        await self._synchroniser.connecting()
        ticket, self._next_ticket = self._next_ticket, None
        if ticket is None:
            ticket = await self._gateway.authenticate(self._credentials)
        self._ticket = ticket
        codec = functools.partial(
            Session,
            Role.CLIENT,
            key=ticket.server_key,
            environment=ticket.environment or self._environment.name,
            limits=self._environment.limits,
        )
        return Destination(ticket.endpoints, codec)

    async def authenticate(self) -> None:
        """Log in on the open link.

        Raises:
            TokenExpired: the only token we have is refused.
            AuthError: the server takes us for somebody else.
        """
        assert self._ticket is not None
        request = LoginRequest(
            token=self._ticket.token,
            device=self._credentials.device,
            client_version=VERSION,
        )
        try:
            self._login = await ask(self._caller, "Login", request, LoginReply)
        except CallRefused as error:
            if error.status == "UNAUTHENTICATED" and self._credentials.password is None:
                raise TokenExpired(f"{error}: log in with the password") from error
            raise
        if self._login.user_id != self._credentials.user:
            raise AuthError(
                f"the server logged in {self._login.user_id!r} instead of "
                f"{self._credentials.user!r}"
            )
        self.session_id = self._login.session_id
        self._limit_silence(self._login.silence_limit_ms / 1000)

    async def synchronise(self) -> None:
        """Catch up."""
        await self._synchroniser.synchronise(self._login.epoch, self._login.event_seq)

    def kicked(self, pushes: list[Kicked]) -> None:
        """The server ends this session, or says so of another one."""
        for push in pushes:
            if push.session_id == self.session_id:
                self._kicked(
                    f"session {push.session_id} was ended by the server: "
                    f"{push.reason}; client.login() begins another",
                    push.session_id,
                )
