"""What this machine's network looks like, and what a change of it means.

Two signs only, both cheap (0.1 ms) and both free of traffic: which addresses
the machine has, and which of them packets to the outside would leave from. The
latter is told by a UDP socket that is connected and never used.
"""

import dataclasses
import ipaddress
import re
import socket
from collections.abc import Callable, Iterator

import psutil

from imnb.config import NetworkType


@dataclasses.dataclass(frozen=True, slots=True)
class NetworkView:
    """The network at one moment.

    Attributes:
        addresses: all addresses of this machine.
        default_address: where packets to the outside leave from; empty without
            a way there.
        interface: that has the default address.
        network_type: of that interface.
    """

    addresses: frozenset[str]
    default_address: str = ""
    interface: str = ""
    network_type: NetworkType = NetworkType.UNKNOWN

    @property
    def label(self) -> str:
        """Tells this network from others, as well as can be told from here."""
        address = _plain(self.default_address)
        if not address:
            return ""
        bits = 64 if ":" in address else 24
        around = ipaddress.ip_network(f"{address}/{bits}", strict=False)
        return f"{self.interface} {around}"

    def has(self, address: str) -> bool:
        """A connection from ``address`` can still work.

        Loopback always can, and what is no address: a connection in memory.
        """
        return not leaves_machine(address) or _plain(address) in self.addresses

    def is_elsewhere(self, before: "NetworkView") -> bool:
        """There is a way to the outside, and it is not the one of ``before``."""
        here = (self.default_address, self.interface)
        there = (before.default_address, before.interface)
        return bool(self.default_address) and here != there


Probe = Callable[[], NetworkView]

_OUTSIDE = (
    # Addresses for documentation (RFC 5737, RFC 3849): nothing is sent to them.
    (socket.AF_INET, ("192.0.2.1", 9)),
    (socket.AF_INET6, ("2001:db8::1", 9)),
)
_TYPES = (
    # systemd's and the BSDs' names; macOS calls everything en0.
    (re.compile(r"^(wl|wlan|wifi|ath)"), NetworkType.WIFI),
    (re.compile(r"^(wwan|rmnet|ppp|ww)"), NetworkType.CELLULAR),
    (re.compile(r"^(eth|enp|eno|ens|enx|em\d)"), NetworkType.ETHERNET),
)


def look() -> NetworkView:
    """Ask the operating system."""
    interfaces = {
        _plain(address.address): name
        for name, addresses in psutil.net_if_addrs().items()
        for address in addresses
        if address.family in {socket.AF_INET, socket.AF_INET6}
    }
    default = next(_default_addresses(), "")
    name = interfaces.get(default, "")
    return NetworkView(frozenset(interfaces), default, name, type_of(name))


def type_of(interface: str) -> NetworkType:
    """What an interface of this name usually is."""
    for pattern, network_type in _TYPES:
        if pattern.match(interface):
            return network_type
    return NetworkType.UNKNOWN


def leaves_machine(address: str) -> bool:
    """It is an address, and not loopback."""
    try:
        return not ipaddress.ip_address(_plain(address)).is_loopback
    except ValueError:
        return False


def host_of(address: str) -> str:
    """Of ``host:port`` or ``[host]:port``, as transports give it."""
    return address.rpartition(":")[0].strip("[]")


def _default_addresses() -> Iterator[str]:
    for family, outside in _OUTSIDE:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as unused:
                unused.connect(outside)
                yield unused.getsockname()[0]
        except OSError:
            continue  # no way there by this family


def _plain(address: str) -> str:
    """Without the zone that IPv6 link-local addresses carry (``fe80::1%eth0``)."""
    return address.partition("%")[0]
