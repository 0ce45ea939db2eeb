"""Settings refuse what could not work."""

import pytest

from imnb.config import Endpoint, Environment
from imnb.errors import ConfigError


@pytest.mark.parametrize(("host", "port"), [("", 1), ("h", 0), ("h", 65536), ("h", -1)])
def test_an_endpoint_needs_a_host_and_a_port(host, port):
    with pytest.raises(ConfigError, match="endpoint"):
        Endpoint(host, port)


@pytest.mark.parametrize(
    ("endpoint", "shown"),
    [(Endpoint("127.0.0.1", 80), "127.0.0.1:80"), (Endpoint("::1", 80), "[::1]:80")],
)
def test_an_endpoint_is_shown_as_in_a_url(endpoint, shown):
    assert str(endpoint) == shown


@pytest.mark.parametrize(
    "gateway",
    [
        "",
        "example.org",
        "ftp://example.org",
        "http://",
        "http://[::1",
        "http://h:99999",
        "http://h:x",
    ],
)
def test_a_gateway_is_a_web_address(gateway):
    with pytest.raises(ConfigError, match="give a URL"):
        Environment(gateway)


def test_a_gateway_carries_no_password():
    with pytest.raises(ConfigError, match=r"for im\.example: give them to") as caught:
        Environment("https://alice:hunter2@im.example")
    assert "hunter2" not in str(caught.value)


def test_tls_is_no_switch():
    with pytest.raises(ConfigError, match=r"tls = True: give a Tls\(\.\.\.\), or None"):
        Environment("https://im.example", tls=True)


def test_a_pinned_key_has_32_bytes():
    with pytest.raises(ConfigError, match="31 bytes"):
        Environment("https://im.example", server_key=bytes(31))


@pytest.mark.parametrize(
    ("gateway", "protected"),
    [
        ("https://im.example", True),
        ("http://127.0.0.1:8080", True),
        ("http://localhost:8080", True),
        ("http://[::1]:8080", True),
        ("http://im.example", False),
        ("http://127.0.0.1.im.example", False),
    ],
)
def test_only_https_and_loopback_are_protected(gateway, protected):
    assert Environment(gateway).is_protected is protected
