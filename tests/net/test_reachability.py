import socket

import pytest

from imnb.config import NetworkType
from imnb.net import reachability
from imnb.net.reachability import (
    NetworkView,
    host_of,
    leaves_machine,
    look,
    type_of,
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("eth0", "ethernet"),
        ("enp3s0", "ethernet"),
        ("wlp2s0", "wifi"),
        ("wlan0", "wifi"),
        ("wwan0", "cellular"),
        ("ppp0", "cellular"),
        ("en0", "unknown"),
        ("tun0", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_name_tells_the_type(name, expected):
    assert type_of(name) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("::1", False),
        ("::1%lo", False),
        ("10.0.0.1", True),
        ("fe80::1%eth0", True),
        ("memory", False),
    ],
)
def test_only_loopback_and_memory_stay_on_this_machine(address, expected):
    assert leaves_machine(address) is expected


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("10.0.0.1:4000", "10.0.0.1"),
        ("[fd00::2]:4000", "fd00::2"),
        ("memory:3", "memory"),
    ],
)
def test_a_transports_address_has_a_host(address, host):
    assert host_of(address) == host


@pytest.mark.parametrize(
    ("address", "interface", "label"),
    [
        ("192.168.1.7", "wlan0", "wlan0 192.168.1.0/24"),
        ("192.168.1.99", "wlan0", "wlan0 192.168.1.0/24"),
        ("192.168.2.7", "wlan0", "wlan0 192.168.2.0/24"),
        ("fd00::2", "eth0", "eth0 fd00::/64"),
        ("fe80::1%eth0", "eth0", "eth0 fe80::/64"),
        ("", "", ""),
    ],
)
def test_a_network_has_a_label(address, interface, label):
    assert NetworkView(frozenset(), address, interface).label == label


@pytest.mark.parametrize(
    ("before", "after", "elsewhere"),
    [
        (("", ""), ("10.0.0.1", "eth0"), True),
        (("10.0.0.1", "eth0"), ("10.0.0.2", "eth0"), True),
        (("10.0.0.1", "eth0"), ("10.0.0.1", "wlan0"), True),
        (("10.0.0.1", "eth0"), ("10.0.0.1", "eth0"), False),
        (("10.0.0.1", "eth0"), ("", ""), False),
    ],
)
def test_another_way_to_the_outside_is_elsewhere(before, after, elsewhere):
    views = [NetworkView(frozenset(), *one) for one in (before, after)]
    assert views[1].is_elsewhere(views[0]) is elsewhere


def test_this_machine_has_loopback_and_its_default_address():
    view = look()
    assert "127.0.0.1" in view.addresses
    assert view.default_address == "" or view.default_address in view.addresses


def test_a_machine_without_a_way_outside_has_no_default(monkeypatch):
    def unreachable(self, address):
        raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(socket.socket, "connect", unreachable)
    view = look()
    assert (view.default_address, view.interface) == ("", "")
    assert view.network_type is NetworkType.UNKNOWN


def test_looking_leaves_no_socket_behind():
    # pytest makes a warning about one that is not closed an error
    for _ in range(3):
        look()


def test_the_interface_of_the_default_address_gives_the_type(monkeypatch):
    class Address:
        family = socket.AF_INET
        address = "10.1.1.7"

    monkeypatch.setattr(
        reachability.psutil, "net_if_addrs", lambda: {"wlp2s0": [Address]}
    )
    monkeypatch.setattr(reachability, "_default_addresses", lambda: iter(["10.1.1.7"]))
    assert look() == NetworkView(
        frozenset({"10.1.1.7"}), "10.1.1.7", "wlp2s0", NetworkType.WIFI
    )


def test_a_connection_works_while_its_address_is_there():
    view = NetworkView(frozenset({"10.0.0.1"}))
    assert view.has("10.0.0.1")
    assert view.has("127.0.0.1")
    assert view.has("memory")
    assert not view.has("10.0.0.2")
