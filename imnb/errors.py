"""Every exception that imnb raises on purpose.

::

    ImnbError
    ├── ConfigError                  a setting or argument that cannot be used
    ├── ClosedError                  the object was closed
    ├── WireError
    │   ├── LocalProtocolError       we broke the protocol: a bug on this side
    │   └── RemoteProtocolError      the peer broke it; the connection is over
    │       ├── FrameError           magic, version, kind, length, flags
    │       ├── HandshakeError       Noise handshake refused
    │       │   └── ServerKeyError   the server's key is not the expected one
    │       ├── DecryptError         bad tag: altered, replayed or wrong key
    │       └── EnvelopeError        does not parse, or an unknown command
    ├── ConnectionFailed             no connection could be made
    │   └── CertificateError         the server's TLS certificate is not to be trusted
    ├── ConnectionLost               it was there and went away
    ├── CallError
    │   ├── CallTimeout              no reply in time
    │   ├── CallRefused              the server answered with an error status
    │   ├── NotConnected             nothing was sent
    │   ├── EnvironmentChanged       the client went to another environment
    │   └── TooManyCalls             the bound on pending calls is reached
    ├── GatewayError
    │   ├── GatewayUnreachable       no answer over HTTP
    │   ├── GatewayInsecure          plain HTTP beyond loopback
    │   └── GatewayAnswerError       an answer that is not the gateway's
    ├── FileError                    a file could not be sent or received
    │   ├── FileTooLarge             larger than a limit, of ours or the server's
    │   ├── FileDamaged              its checksum is not the expected one
    │   └── DiskError                the local disk refuses to read or write
    ├── AuthError                    refused for good: no retry helps
    │   ├── WrongPassword
    │   ├── UnknownUser
    │   ├── TokenExpired             log in again with the password
    │   └── Kicked                   another login ended this session
    ├── StoreError
    │   ├── StoreLocked              open in another process
    │   ├── StoreCorrupt             not a store, or damaged
    │   ├── StoreTooNew              written by a later version
    │   ├── StoreKeyError            its key is missing, wrong, or not wanted
    │   ├── StoreFull                no room left on its disk
    │   ├── EncryptionUnavailable    nothing here can write an encrypted file
    │   ├── ExportDamaged            not an export of a store, or damaged
    │   ├── QueryRefused             not one SELECT or EXPLAIN
    │   └── QueryTimeout
    ├── SyncWaitError                a synchronous wait is not possible here
    ├── ExpectationFailed            ``expect`` saw other things
    └── BackgroundError              a background task failed earlier
"""


class ImnbError(Exception):
    """Base of all errors of imnb.

    Attributes:
        may_have_acted: of a call that failed: the server may have carried it out.
    """

    may_have_acted = False


class ConfigError(ImnbError, ValueError):
    """A setting or argument cannot be used."""


class ClosedError(ImnbError):
    """The object was closed before."""


class WireError(ImnbError):
    """Base of protocol violations."""


class LocalProtocolError(WireError):
    """This side tried something that the protocol does not allow."""


class RemoteProtocolError(WireError):
    """The peer sent something that the protocol does not allow."""


class FrameError(RemoteProtocolError):
    """A frame header that cannot be right."""


class HandshakeError(RemoteProtocolError):
    """The Noise handshake failed."""


class ServerKeyError(HandshakeError):
    """The server does not hold the private key of the expected public key."""


class DecryptError(RemoteProtocolError):
    """A message whose authentication tag does not match."""


class EnvelopeError(RemoteProtocolError):
    """A decrypted body that is not an envelope this side understands."""


class ConnectionFailed(ImnbError, ConnectionError):
    """No connection could be made."""


class CertificateError(ConnectionFailed):
    """The server's TLS certificate is not trusted, expired, or another server's."""


class ConnectionLost(ImnbError, ConnectionError):
    """An established connection went away."""


class CallError(ImnbError):
    """Base of failures of a single call."""


class CallTimeout(CallError, TimeoutError):
    """No reply arrived in time."""

    may_have_acted = True


class CallRefused(CallError):
    """The server answered with an error status.

    Attributes:
        status: name of the status, e.g. ``"NOT_FOUND"``.
    """

    def __init__(self, command: str, status: str, message: str) -> None:
        super().__init__(f"{command} was refused: {status}: {message}")
        self.status = status


class NotConnected(CallError):
    """There is no connection, nothing was sent."""


class EnvironmentChanged(CallError):
    """The client went to another environment before the reply."""

    may_have_acted = True


class TooManyCalls(CallError):
    """The bound on pending calls is reached."""


class GatewayError(ImnbError):
    """Base of failures to use the HTTP gateway."""


class GatewayUnreachable(GatewayError, ConnectionError):
    """The gateway did not answer."""


class GatewayInsecure(GatewayError):
    """The gateway is plain HTTP and not on loopback."""


class GatewayAnswerError(GatewayError):
    """The gateway's address answered, but not as a gateway does."""


class FileError(ImnbError):
    """A file could not be sent or received."""


class FileTooLarge(FileError):
    """A file is larger than a limit, of ours or the server's."""


class FileDamaged(FileError):
    """What arrived does not have the expected checksum."""


class DiskError(FileError):
    """The local disk refuses to read or write."""


class AuthError(ImnbError):
    """The server refused who we say we are; retrying does not help."""


class WrongPassword(AuthError):
    """The password does not match."""


class UnknownUser(AuthError):
    """There is no such account."""


class TokenExpired(AuthError):
    """The token is no longer valid."""


class Kicked(AuthError):
    """Another login, or the operator, ended this session.

    Attributes:
        session_id: which; as in `imnb.models.session.DeviceSession`.
    """

    def __init__(self, message: str, session_id: str = "") -> None:
        super().__init__(message)
        self.session_id = session_id


class StoreError(ImnbError):
    """Base of failures of the local store."""


class StoreLocked(StoreError):
    """Another process has this store open."""


class StoreCorrupt(StoreError):
    """The file is damaged or is no store of imnb."""


class StoreTooNew(StoreError):
    """The file was written by a later version of imnb."""


class StoreKeyError(StoreError):
    """The key of a store is missing, wrong, or given for one that has none."""


class StoreFull(StoreError):
    """There is no room on the disk; what was acknowledged before is kept."""


class EncryptionUnavailable(StoreError):
    """DuckDB's extension with secure crypto cannot be had."""


class ExportDamaged(StoreError):
    """A folder to import is no export of a store, or damaged."""


class QueryRefused(StoreError):
    """The query is not exactly one SELECT or EXPLAIN."""


class QueryTimeout(StoreError, TimeoutError):
    """The query was interrupted at its time limit."""


class SyncWaitError(ImnbError, RuntimeError):
    """A synchronous wait is not possible at this place."""


class ExpectationFailed(ImnbError, AssertionError):
    """What was expected did not come in time; the message lists what did."""


class BackgroundError(ImnbError):
    """A background task failed; the cause is chained."""
