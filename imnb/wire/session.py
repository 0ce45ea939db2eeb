"""The built-in protocol on one connection: handshake, then sealed envelopes.

The same class plays both ends. Bytes in, envelopes out; what it wants sent by
itself waits in `Session.take_output`.
"""

import enum
from typing import TYPE_CHECKING

from google.protobuf.message import DecodeError

from imnb.config import Limits
from imnb.errors import (
    EnvelopeError,
    FrameError,
    HandshakeError,
    LocalProtocolError,
    RemoteProtocolError,
    ServerKeyError,
)
from imnb.pb.envelope_pb2 import Envelope
from imnb.pb.session_pb2 import PingRequest
from imnb.wire.cipher import REKEY_INTERVAL, TransportCipher, sealed_size
from imnb.wire.commands import builtin_commands
from imnb.wire.compression import deflate, inflate
from imnb.wire.frame import (
    VERSION,
    Flag,
    Frame,
    FrameDecoder,
    Kind,
    pack_frame,
    pack_header,
)
from imnb.wire.noise import MAX_MESSAGE, Handshake, Role, fingerprint, public_key

if TYPE_CHECKING:
    from imnb.wire.codec import Headers, Tap

MAX_REASON = 1024
"""Bytes of a close reason that are looked at."""

_ENCRYPTED = int(Flag.ENCRYPTED)
_COMPRESSED = int(Flag.COMPRESSED)
_DATA = int(Kind.DATA)
_HANDSHAKE = int(Kind.HANDSHAKE)


class _Phase(enum.Enum):
    START = enum.auto()
    WAITING = enum.auto()
    """The client sent its handshake message."""
    OPEN = enum.auto()
    DEAD = enum.auto()


def prologue(environment: str) -> bytes:
    """What both ends must agree on before the first byte."""
    return b"imnb" + bytes([VERSION]) + environment.encode()


class Session:
    """One end of an encrypted connection.

    Args:
        key: 32 bytes: the server's static public key on the client's end, its
            private key on the server's own.
        environment: must be the same on both ends.
        rekey_interval: messages under one key; the same on both ends.
        ephemeral: own ephemeral private key, for tests with known bytes.
    """

    def __init__(
        self,
        role: Role,
        *,
        key: bytes,
        environment: str,
        limits: Limits | None = None,
        rekey_interval: int = REKEY_INTERVAL,
        ephemeral: bytes | None = None,
    ) -> None:
        self.tap: Tap | None = None
        self.peer_close: str | None = None
        self._role = role
        self._server_key = key if role is Role.CLIENT else public_key(key)
        self._limits = limits or Limits()
        self._interval = rekey_interval
        self._handshake = Handshake(role, key, prologue(environment), ephemeral)
        self._decoder = FrameDecoder(self._limits)
        if role is Role.SERVER:
            # A stranger has a handshake to say, and nothing behind it.
            self._decoder.max_body = min(self._limits.max_body, MAX_MESSAGE)
        self._phase = _Phase.START
        self._output = b""
        self._sending: TransportCipher | None = None
        self._receiving: TransportCipher | None = None
        self._ping = builtin_commands().command_of(PingRequest)

    def __repr__(self) -> str:
        return f"<Session {self._role.value} {self._phase.name.lower()}>"

    @property
    def established(self) -> bool:
        """The handshake is done, envelopes may be sent."""
        return self._phase is _Phase.OPEN

    def start(self) -> bytes:
        """The client's first frame; nothing on the server's end."""
        if self._phase is not _Phase.START:
            raise LocalProtocolError("start was called before")
        if self._role is Role.SERVER:
            return b""
        self._phase = _Phase.WAITING
        return self._plain_frame(Kind.HANDSHAKE, self._handshake.write())

    def take_output(self) -> bytes:
        """Bytes that this end must send, once."""
        output, self._output = self._output, b""
        return output

    def feed(self, data: bytes) -> list[Envelope]:
        """The envelopes that ``data`` completes, in order.

        Raises:
            RemoteProtocolError: one of its kinds; the session is dead then.
            LocalProtocolError: it was dead before.
        """
        if self._phase is _Phase.DEAD:
            raise LocalProtocolError("this connection's protocol state is gone")
        try:
            frames = self._decoder.feed(data)
            if self._receiving is None:
                frames = self._shake(frames)
            return self._open_all(frames)
        except RemoteProtocolError:
            self._phase = _Phase.DEAD
            raise

    def encode(
        self,
        command: int,
        ask_id: int = 0,
        body: bytes = b"",
        *,
        status: int = 0,
        error: str = "",
        more: bool = False,
        headers: "Headers" = None,
    ) -> bytes:
        """The frame of one envelope; frames must be sent in the order of calls.

        Raises:
            LocalProtocolError: not established, or too big for the other end.
        """
        envelope = Envelope(command=command, ask_id=ask_id, body=body)
        if status or error or more:
            envelope.status, envelope.error, envelope.more = status, error, more  # type: ignore[assignment]
        if headers:
            envelope.headers.update(headers)
        return self._seal(Kind.DATA, envelope.SerializeToString())

    def encode_close(self, reason: str) -> bytes:
        """The frame that says why this end closes."""
        body = reason.encode()[:MAX_REASON]
        if self._sending is not None:
            return self._seal(Kind.CLOSE, body)
        return self._plain_frame(Kind.CLOSE, body)

    def heartbeat(self, ask_id: int) -> bytes:
        """The frame of a Ping."""
        return self.encode(self._ping, ask_id)

    def _seal(self, kind: Kind, plain: bytes) -> bytes:
        if self._sending is None:
            raise LocalProtocolError("the handshake is not done, nothing can be sent")
        # Refused before a nonce is used: the connection stays usable.
        limits = self._limits
        if len(plain) > limits.max_inflated:
            raise LocalProtocolError(
                f"{len(plain)} bytes to send, the limit of an envelope is "
                f"{limits.max_inflated}"
            )
        flags, body = _ENCRYPTED, plain
        if (small := deflate(plain)) is not None:
            flags, body = _ENCRYPTED | _COMPRESSED, small
        size = sealed_size(len(body))
        if size > limits.max_body:
            raise LocalProtocolError(
                f"{size} bytes to send, the limit of a frame is {limits.max_body}"
            )
        header = pack_header(kind, flags, size)
        frame = header + self._sending.seal(body, header)
        if self.tap is not None:
            self.tap(True, frame, plain if kind is Kind.DATA else b"")
        return frame

    def _plain_frame(self, kind: Kind, body: bytes) -> bytes:
        frame = pack_frame(kind, 0, body)
        if self.tap is not None:
            self.tap(True, frame, b"")
        return frame

    def _shake(self, frames: list[Frame]) -> list[Frame]:
        """Use up the handshake's frame; the rest is sealed."""
        if not frames:
            return frames
        first = frames[0]
        if self.tap is not None:
            self.tap(False, first.header + first.body, b"")
        if first.kind == Kind.CLOSE and not first.flags:
            self._closed_early(first)
            return []
        if first.kind != Kind.HANDSHAKE or first.flags:
            raise HandshakeError(
                f"a frame of kind {first.kind} with flags {first.flags} before the "
                "handshake was done"
            )
        try:
            self._handshake.read(first.body)
        except HandshakeError as error:
            self._explain(error)
            raise
        if self._role is Role.SERVER:
            answer = self._handshake.write()
            self._output += self._plain_frame(Kind.HANDSHAKE, answer)
        sending, receiving = self._handshake.split()
        self._sending = TransportCipher(sending, self._interval)
        self._receiving = TransportCipher(receiving, self._interval)
        self._decoder.max_body = self._limits.max_body
        self._phase = _Phase.OPEN
        return frames[1:]

    def _explain(self, error: HandshakeError) -> None:
        """A server tells the client, which cannot know why it is refused."""
        if self._role is Role.SERVER:
            own = fingerprint(self._server_key)
            self._output += self.encode_close(f"{error}; this server's key is {own}")

    def _closed_early(self, frame: Frame) -> None:
        reason = _reason(frame.body)
        self.peer_close = reason
        if self._role is Role.CLIENT:
            expected = fingerprint(self._server_key)
            if "this server's key is" in reason and expected not in reason:
                raise ServerKeyError(
                    f"the expected server key is {expected}, "
                    f"but the server said: {reason}"
                )
            raise HandshakeError(f"the server refused the handshake: {reason}")
        self._phase = _Phase.DEAD

    def _open_all(self, frames: list[Frame]) -> list[Envelope]:
        """Decrypt and parse; the receive path, so names are bound once."""
        envelopes: list[Envelope] = []
        if not frames:
            return envelopes
        assert self._receiving is not None
        open_body, parse, tap = self._receiving.open, Envelope.FromString, self.tap
        append = envelopes.append
        for kind, flags, header, body in frames:
            if not flags & _ENCRYPTED or kind == _HANDSHAKE:
                raise FrameError(
                    f"a frame of kind {kind} with flags {flags} after the handshake, "
                    "from where on everything is encrypted"
                )
            plain = open_body(body, header)
            if flags & _COMPRESSED:
                plain = inflate(plain, self._limits.max_inflated)
            if tap is not None:
                tap(False, header + body, plain if kind == _DATA else b"")
            if kind != _DATA:
                self.peer_close = _reason(plain)
                self._phase = _Phase.DEAD
                break
            try:
                append(parse(plain))
            except DecodeError:
                raise EnvelopeError(
                    f"{len(plain)} decrypted bytes that are no envelope"
                ) from None
        return envelopes


def _reason(body: bytes) -> str:
    return body[:MAX_REASON].decode(errors="replace")
