"""Settings as frozen values; every default is a named limit with its reason."""

import dataclasses
import enum
import urllib.parse

from imnb.errors import ConfigError

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclasses.dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a TCP service listens."""

    host: str
    port: int

    def __post_init__(self) -> None:
        if not self.host or not 0 < self.port < 65536:
            raise ConfigError(
                f"endpoint {self.host!r}:{self.port}: need a host and a port 1-65535"
            )

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what a peer can make us hold."""

    max_body: int = 1 << 20
    """Bytes of one frame body on the wire; refused before it is buffered."""
    max_inflated: int = 8 << 20
    """Bytes of one body after decompression."""
    max_pending_calls: int = 10_000
    send_queue_bytes: int = 4 << 20
    """Unsent bytes of one connection beyond which senders wait."""
    push_queue_events: int = 2_000
    """Server side: events waiting for one connection before it is ``behind``."""
    gap_buffer_events: int = 1_000
    """Client side: events held while a gap is waited for."""
    write_queue_rows: int = 8_000
    """Rows waiting for the store's writer beyond which reading pauses."""
    max_file: int = 1 << 30
    """Bytes of one file, sent or received."""


@dataclasses.dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds."""

    connect: float = 10.0
    handshake: float = 10.0
    request: float = 10.0
    gateway: float = 10.0
    transfer: float = 30.0
    """Within which some of a file must move; a crawl is a standstill."""
    gap: float = 0.5
    """How long a missing event is waited for before it is pulled."""
    reconcile: float = 600.0
    """How often a living connection is compared with what is stored."""
    handler: float = 30.0
    """After which a push handler that waits is cut off."""
    close: float = 2.0


@dataclasses.dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential back-off with full jitter between reconnects, in seconds."""

    base: float = 0.5
    cap: float = 30.0
    stable_after: float = 5.0
    """An authenticated connection this old starts the series anew."""


class NetworkType(enum.StrEnum):
    """What the default interface is, as far as its name tells."""

    ETHERNET = "ethernet"
    WIFI = "wifi"
    CELLULAR = "cellular"
    UNKNOWN = "unknown"


@dataclasses.dataclass(frozen=True, slots=True)
class Heartbeat:
    """How often to beat, in seconds, and when an unanswered beat means death."""

    interval: float = 20.0
    """On ethernet, and where the type of the network is not known."""
    wifi: float = 20.0
    cellular: float = 50.0
    """Each beat wakes the radio; operators forget idle connections after minutes."""
    dead_after: float = 10.0
    """At most; a quick connection is given up sooner, by its round trip."""
    adaptive: bool = False
    """Probe upwards from these intervals instead of keeping to them."""
    ceiling: float = 300.0
    """Of the adaptive interval; its floor is the fixed one."""
    step: float = 15.0
    """Seconds that the adaptive interval goes up by after `successes` answers."""
    successes: int = 5
    failures: int = 2
    """Dead connections in a row after which the adaptive interval goes back."""

    def fixed(self, network: NetworkType) -> float:
        """The interval that fits a type of network."""
        match network:
            case NetworkType.WIFI:
                return self.wifi
            case NetworkType.CELLULAR:
                return self.cellular
            case _:
                return self.interval


@dataclasses.dataclass(frozen=True, slots=True)
class Tls:
    """TLS around the TCP connection; certificates are checked unless told otherwise."""

    ca_file: str = ""
    """PEM file of the authorities to trust, instead of the system's; for an https
    gateway as well."""
    server_name: str = ""
    """The name in the certificate, where it is not the host that is dialled."""
    verify: bool = True
    """False takes any certificate: for a look at a server of one's own. That of an
    https gateway is checked nevertheless: a password goes there."""


@dataclasses.dataclass(frozen=True, slots=True)
class Environment:
    """A named place to log in to."""

    gateway: str
    """Base URL, e.g. ``http://127.0.0.1:8080``."""
    name: str = "local"
    endpoints: tuple[Endpoint, ...] = ()
    """TCP services to use instead of those that the gateway names."""
    server_key: bytes | None = dataclasses.field(default=None, repr=False)
    """Pinned X25519 public key; beats what the gateway says."""
    insecure: bool = False
    """Allow a gateway that is neither https nor on loopback."""
    tls: Tls | None = None
    """TLS around the TCP service, beneath imnb's own encryption; None for none."""
    encrypt_store: bool = False
    """Stores here are encrypted: a key comes from the keyring if from nowhere else."""
    limits: Limits = Limits()
    timeouts: Timeouts = Timeouts()
    backoff: Backoff = Backoff()
    heartbeat: Heartbeat = Heartbeat()

    def __post_init__(self) -> None:
        if not _is_web_address(self.gateway):
            raise ConfigError(
                f"gateway {self.gateway!r}: give a URL like http://127.0.0.1:8080"
            )
        if self.tls is not None and not isinstance(self.tls, Tls):
            raise ConfigError(
                f"tls = {self.tls!r}: give a Tls(...), or None for no TLS"
            )
        url = urllib.parse.urlsplit(self.gateway)
        if url.username is not None or url.password is not None:
            # Not repeated: it would be in logs and errors from then on.
            raise ConfigError(
                f"the gateway's URL carries a user or password for {url.hostname}: "
                "give them to Client(...) instead"
            )
        if self.server_key is not None and len(self.server_key) != 32:
            raise ConfigError(
                f"server_key has {len(self.server_key)} bytes, X25519 keys have 32"
            )

    @property
    def is_protected(self) -> bool:
        """The gateway is https, or never leaves this machine."""
        url = urllib.parse.urlsplit(self.gateway)
        return url.scheme == "https" or url.hostname in LOOPBACK_HOSTS


def _is_web_address(text: str) -> bool:
    try:
        url = urllib.parse.urlsplit(text)
        port = url.port
    except ValueError:  # brackets that do not match, or no number for a port
        return False
    return url.scheme in {"http", "https"} and bool(url.hostname) and port != 0
