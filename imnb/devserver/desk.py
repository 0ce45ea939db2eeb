"""Answers requests: finds what a command means, and says why when it is refused."""

from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf.message import DecodeError, Message

from imnb.devserver.account import MAX_DEVICE_CHARACTERS
from imnb.devserver.actions import CHANGES, CHECKS, QUERIES, STREAMS
from imnb.devserver.connection import Connection
from imnb.devserver.ledger import Ledger
from imnb.devserver.presence import Presence
from imnb.devserver.realm import Realm
from imnb.devserver.receipts import Receipts
from imnb.devserver.record import Record
from imnb.devserver.refusal import Refusal
from imnb.devserver.sessions import Sessions
from imnb.devserver.typing_signal import set_typing
from imnb.errors import AuthError
from imnb.models.ids import UserId
from imnb.pb import chat_pb2 as chat
from imnb.pb import envelope_pb2 as envelope
from imnb.pb import session_pb2 as pb
from imnb.pb.sync_pb2 import AcknowledgeReply, AcknowledgeRequest
from imnb.tasks import TaskScope
from imnb.wire.commands import Method, builtin_commands


class Desk:
    """Serves the requests of all connections.

    Args:
        left: told of every connection that is over, with the reason.
        wall_clock: microseconds since 1970, UTC.
        silence_limit: seconds; what clients are told.
    """

    def __init__(
        self,
        realm: Realm,
        ledger: Ledger,
        sessions: Sessions,
        *,
        scope: TaskScope,
        left: Callable[[Connection, str], None],
        wall_clock: Callable[[], int],
        silence_limit: float,
    ) -> None:
        self._realm = realm
        self._ledger = ledger
        self._sessions = sessions
        self._scope = scope
        self._left = left
        self._wall_clock = wall_clock
        self._silence_limit_ms = round(silence_limit * 1000)
        self._commands = builtin_commands()
        self._presence = Presence(realm.world, sessions, wall_clock)
        self._receipts = Receipts(
            realm.world, ledger, sessions, scope=scope, wall_clock=wall_clock
        )
        self._own: Mapping[str, Callable[[Connection, Any], Message]] = {
            "Login": self._login,
            "Ping": self._ping,
            "Acknowledge": self._acknowledge,
            "ListSessions": self._list_sessions,
            "EndSession": self._end_session,
            "SetTyping": self._set_typing,
            "WatchPresence": self._presence.watch,
        }

    def answer(self, connection: Connection, request: envelope.Envelope) -> None:
        """See `connection.Desk.answer`."""
        if not request.ask_id:
            connection.close("a request needs an ask id, 0 is for pushes")
            return
        self._guard(connection, request, lambda: self._dispatch(connection, request))

    def has_room(self, connection: Connection) -> None:
        """See `connection.Desk.has_room`."""
        if connection.user is not None:
            connection.tell(self._realm.world.account(connection.user).feed)
            self._presence.has_room(connection)

    def left(self, connection: Connection, reason: str) -> None:
        """See `connection.Desk.left`."""
        self._sessions.leave(connection)
        self._presence.forget(connection)
        self._left(connection, reason)

    def close(self) -> None:
        """Begin nothing any more."""
        self._receipts.close()

    def _guard(
        self,
        connection: Connection,
        request: envelope.Envelope,
        work: Callable[[], None],
    ) -> None:
        """Run ``work``; what it raises is what the client is told."""
        try:
            work()
        except Refusal as refusal:
            connection.reply(request, status=refusal.status, error=str(refusal))
        except Exception as error:
            self._fail(connection, request, error)

    def _fail(
        self,
        connection: Connection,
        request: envelope.Envelope,
        error: BaseException,
    ) -> None:
        self._scope.report(self._commands.name_of(request.command), error)
        text = f"the server failed: {type(error).__name__}; its log has more"
        connection.reply(request, status=envelope.INTERNAL, error=text)

    def _dispatch(self, connection: Connection, request: envelope.Envelope) -> None:
        method = self._commands.method_for(request.command)
        if method is None:
            text = f"this server has no command {request.command}"
            raise Refusal(envelope.UNSUPPORTED, text)
        body = _parse(method, request)
        if method.name in ("Login", "Ping"):
            reply = self._own[method.name](connection, body)
            connection.reply(request, reply.SerializeToString())
        elif connection.user is None:
            text = f"{method.name} before Login: log in first"
            raise Refusal(envelope.UNAUTHENTICATED, text)
        else:
            self._serve(connection, connection.user, method, request, body)

    def _serve(
        self,
        connection: Connection,
        who: UserId,
        method: Method,
        request: envelope.Envelope,
        body: Message,
    ) -> None:
        """A request of somebody who is logged in."""
        world, name = self._realm.world, method.name
        if name in CHANGES:
            self._change(connection, who, name, request, body)
        elif name in QUERIES:
            connection.reply(request, QUERIES[name](world, who, body))
        elif name in STREAMS:
            connection.stream(request, STREAMS[name](world, who, body))
        elif name in self._own:
            reply = self._own[name](connection, body)
            connection.reply(request, reply.SerializeToString())
        elif name == "Logout":
            connection.reply(request)
            connection.close("logged out")
        else:
            text = f"this server does not carry out {name}"
            raise Refusal(envelope.UNSUPPORTED, text)

    def _change(
        self,
        connection: Connection,
        who: UserId,
        name: str,
        request: envelope.Envelope,
        body: Message,
    ) -> None:
        now = self._wall_clock()
        if name in CHECKS and self._ledger.is_idle:
            # What is refused need not be stored. While others wait for the disk
            # it cannot be told yet: they may be what this one needs.
            CHECKS[name](self._realm.world, who, body)

        def make() -> None:
            reply = CHANGES[name](self._realm.world, who, body, now)
            connection.reply(request, reply)

        self._ledger.commit(
            Record(name, now, who, request.body),
            lambda: self._guard(connection, request, make),
            lambda error: self._fail(connection, request, error),
        )

    def _login(self, connection: Connection, request: pb.LoginRequest) -> pb.LoginReply:
        if connection.user is not None:
            text = f"{connection.user!r} is logged in on this connection already"
            raise Refusal(envelope.CONFLICT, text)
        if not 0 < len(request.device) <= MAX_DEVICE_CHARACTERS:
            text = f"a device name has 1 to {MAX_DEVICE_CHARACTERS} characters"
            raise Refusal(envelope.BAD_REQUEST, text)
        try:
            token = self._realm.tokens.check(request.token, self._wall_clock())
        except AuthError as error:
            raise Refusal(envelope.UNAUTHENTICATED, str(error)) from None
        if token.device and token.device != request.device:
            text = f"the token is for the device {token.device!r}"
            raise Refusal(envelope.UNAUTHENTICATED, text)
        account = self._realm.world.account(token.user)
        self._sessions.admit(connection, token.user, request.device)
        connection.since = self._wall_clock()
        connection.client_version = request.client_version[:MAX_DEVICE_CHARACTERS]
        return pb.LoginReply(
            user_id=token.user,
            session_id=connection.session_id,
            epoch=self._realm.world.epoch,
            event_seq=account.feed.head,
            silence_limit_ms=self._silence_limit_ms,
            server_time=self._wall_clock(),
        )

    def _ping(self, connection: Connection, _: pb.PingRequest) -> pb.PingReply:
        reply = pb.PingReply(server_time=self._wall_clock())
        if connection.user is not None:
            reply.event_seq = self._realm.world.account(connection.user).feed.head
        return reply

    def _acknowledge(
        self, connection: Connection, request: AcknowledgeRequest
    ) -> AcknowledgeReply:
        who = connection.user or UserId("")
        head = self._realm.world.account(who).feed.head
        if request.event_seq > head:
            text = f"event {request.event_seq} does not exist, {head} is the newest"
            raise Refusal(envelope.BAD_REQUEST, text)
        connection.acknowledged = max(connection.acknowledged, request.event_seq)
        self._receipts.acknowledge(who, request.event_seq)
        return AcknowledgeReply()

    def _set_typing(
        self, connection: Connection, request: chat.SetTypingRequest
    ) -> chat.SetTypingReply:
        return set_typing(self._realm.world, self._sessions, connection, request)

    def _list_sessions(
        self, connection: Connection, _: pb.ListSessionsRequest
    ) -> pb.ListSessionsReply:
        found = self._sessions.of(connection.user or "")
        infos = [
            pb.SessionInfo(
                session_id=one.session_id,
                device=one.device,
                client_version=one.client_version,
                since=one.since,
                current=one is connection,
            )
            for one in sorted(found, key=lambda one: one.since)
        ]
        return pb.ListSessionsReply(sessions=infos)

    def _end_session(
        self, connection: Connection, request: pb.EndSessionRequest
    ) -> pb.EndSessionReply:
        name = request.session_id
        if name == connection.session_id:
            raise Refusal(
                envelope.BAD_REQUEST, "this is the session that asks: log out"
            )
        reason = f"ended from the device {connection.device!r}"
        if not self._sessions.end(connection.user or "", name, reason):
            raise Refusal(envelope.NOT_FOUND, f"you have no session {name[:100]!r}")
        return pb.EndSessionReply()


def _parse(method: Method, request: envelope.Envelope) -> Message:
    try:
        return method.request.FromString(request.body)
    except DecodeError:
        text = f"a body of {len(request.body)} bytes that is no {method.name} request"
        raise Refusal(envelope.BAD_REQUEST, text) from None
