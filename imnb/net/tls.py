"""TLS without I/O: plain bytes on one side, records on the other.

The transport owns the socket, so asyncio's TLS cannot be used; an
`ssl.SSLObject` between two `ssl.MemoryBIO` lets any thread that holds the
transport's lock seal and send. Reading needs the same lock: OpenSSL changes one
state for both directions.
"""

import functools
import os
import ssl

from imnb.config import Tls
from imnb.errors import (
    CertificateError,
    ConfigError,
    ConnectionFailed,
    ConnectionLost,
)
from imnb.net.transport import READ_SIZE

MAX_RECORD = 16 * 1024 + 261
"""Bytes of the largest record; so many may wait inside OpenSSL for their rest."""
TLS_READ_SIZE = READ_SIZE - MAX_RECORD
"""Bytes of one read: with what waits they make no more than `READ_SIZE`."""
NO_TLS = frozenset(
    {
        "HTTP_REQUEST",
        "HTTPS_PROXY_REQUEST",
        "PACKET_LENGTH_TOO_LONG",
        "RECORD_LAYER_FAILURE",
        "UNEXPECTED_MESSAGE",
        "UNKNOWN_PROTOCOL",
        "WRONG_VERSION_NUMBER",
    }
)
"""OpenSSL's words for bytes that are no TLS."""
EXPIRED, NOT_YET_VALID, WRONG_NAMES = 10, 9, frozenset({62, 64})
"""OpenSSL's numbers of what is wrong with a certificate."""


@functools.lru_cache(maxsize=16)
def client_context(tls: Tls) -> ssl.SSLContext:
    """What to check servers by; made once, for loading authorities takes long.

    Raises:
        ConfigError: the file of the authorities cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=tls.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(_unusable("tls: ca_file", tls.ca_file, error)) from None
    # Whoever gives a server's own certificate trusts that one server.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def server_context(
    certificate: str | os.PathLike[str], key: str | os.PathLike[str]
) -> ssl.SSLContext:
    """What a server shows to its clients: PEM files of its chain and private key.

    Raises:
        ConfigError: the files cannot be read, or do not belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.num_tickets = 0  # sessions are not resumed
    for path in (certificate, key):
        if not os.path.isfile(path):
            raise ConfigError(f"TLS certificate or key {os.fspath(path)}: no such file")
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ssl.SSLError) as error:
        what = "TLS certificate and key"
        raise ConfigError(_unusable(what, f"{certificate}, {key}", error)) from None
    return context


class TlsEnd:
    """One end of a connection; everything under the transport's lock.

    Attributes:
        is_open: the handshake is done, `seal` takes data.
        is_over: the peer said that it sends no more.
    """

    def __init__(
        self, context: ssl.SSLContext, server_name: str = "", *, is_server: bool = False
    ) -> None:
        self.is_open = False
        self.is_over = False
        self._server_name = server_name
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        try:
            self._tls = context.wrap_bio(
                self._incoming,
                self._outgoing,
                server_side=is_server,
                server_hostname=None if is_server else server_name,
            )
        except ValueError:  # what OpenSSL or IDNA takes for no name
            raise ConfigError(f"tls: {server_name!r} is no server name") from None
        self._advance()

    def __repr__(self) -> str:
        version = self._tls.version() if self.is_open else "handshaking"
        return f"<TlsEnd {version}>"

    def receive(self, data: bytes) -> bytes:
        """The plain bytes that records from the network complete.

        Raises:
            CertificateError: its certificate is refused.
            ConnectionFailed: no handshake with this peer; the alert waits to be sent.
            ConnectionLost: a record that cannot be right.
        """
        self._incoming.write(data)
        if not self.is_open:
            self._advance()
        return self._read() if self.is_open else b""

    def seal(self, data: bytes) -> bytes:
        """See `imnb.net.send_queue.Sealer`."""
        if data:
            self._tls.write(data)  # a memory buffer takes all
        return self._outgoing.read()

    def close(self) -> None:
        """Say that nothing follows; `seal` has the bytes."""
        if self.is_open:
            try:
                self._tls.unwrap()
            except ssl.SSLError:
                return  # wants the peer's answer, for which nobody waits

    def _advance(self) -> None:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return
        except ssl.SSLError as error:
            raise _failure(error, self._server_name) from error
        self.is_open = True

    def _read(self) -> bytes:
        pieces: list[bytes] = []
        try:
            while piece := self._tls.read(READ_SIZE):
                pieces.append(piece)
            self.is_over = True
        except ssl.SSLWantReadError:
            pass
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            self.is_over = True
        except ssl.SSLError as error:
            raise ConnectionLost(f"TLS failed: {_reason(error)}") from error
        return b"".join(pieces)


def _failure(error: ssl.SSLError, name: str) -> ConnectionFailed:
    if isinstance(error, ssl.SSLCertVerificationError):
        renamed = "if the server has another name, give it as Tls(server_name=...)"
        return CertificateError(explain_certificate(error, name, renamed))
    return ConnectionFailed(explain(error))


def explain(error: ssl.SSLError) -> str:
    """Why there is no TLS with a peer, and what to do; not about certificates."""
    if error.reason in NO_TLS:
        return (
            "the other side does not speak TLS at this port; "
            "check the port, and whether TLS is wanted there at all"
        )
    if "ALERT" in (error.reason or ""):
        return f"the other side refused the TLS handshake: {_reason(error)}"
    return f"the TLS handshake failed: {_reason(error)}"


def explain_certificate(
    error: ssl.SSLCertVerificationError, name: str, renamed: str
) -> str:
    """What is wrong with a certificate, and what to do.

    Args:
        error: of the check.
        name: that it should have.
        renamed: what to do if the server has another name.
    """
    code = error.verify_code
    if code == EXPIRED:
        return "the server's certificate has expired; renew it on the server"
    if code == NOT_YET_VALID:
        return "the server's certificate is not valid yet; check this clock"
    if code in WRONG_NAMES:
        return f"the server's certificate is not for {name!r}; {renamed}"
    return (
        f"the server's certificate is not trusted: {error.verify_message}; "
        "if it should be, give its authority's PEM file as Tls(ca_file=...)"
    )


def _reason(error: ssl.SSLError) -> str:
    """OpenSSL's own words, e.g. ``tlsv1 alert unknown ca``."""
    return (error.reason or str(error)).replace("_", " ").lower()


def _unusable(what: str, path: str, error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return f"{what} {path!r}: not usable ({_reason(error)})"
    return f"{what} {path!r}: {error.strerror or error}"


def _no_password() -> str:
    """Instead of OpenSSL's question at the terminal, where nobody may sit."""
    return ""
