"""Entry points of packages that are installed for a test, as files on the path."""

import sys

import pytest

from imnb.client import plugins
from imnb.engine.states import State
from imnb.errors import BackgroundError
from tests.eventually import eventually

PACKAGE = """
from imnb.pb.sync_pb2 import EventPush

heard = []


def register(client):
    client.on(EventPush)(lambda push: heard.append((client.user, push.head)))


def broken(client):
    raise ZeroDivisionError(client.user)
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Makes an installed distribution with entry points, in this test only."""

    def install(**targets):
        site = tmp_path / "site"
        info = site / "imnb_guest-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Name: imnb-guest\nVersion: 1.0\n")
        lines = [f"{name} = {target}" for name, target in targets.items()]
        text = "\n".join([f"[{plugins.GROUP}]", *lines])
        (info / "entry_points.txt").write_text(text)
        (site / "imnb_guest.py").write_text(PACKAGE)
        monkeypatch.syspath_prepend(str(site))
        monkeypatch.delitem(sys.modules, "imnb_guest", raising=False)

    return install


async def test_a_plug_in_hears_pushes(install, server, make, alice):
    install(guest="imnb_guest:register")
    bob = make("bob", server)
    await bob.login()
    await alice.send_text("bob", "hi")
    heard = sys.modules["imnb_guest"].heard
    await eventually(lambda: ("bob", 2) in heard)
    assert {user for user, _ in heard} == {"bob"}


async def test_it_registers_once_whatever_the_log_ins(install, server, make):
    install(guest="imnb_guest:register")
    bob = make("bob", server)
    with pytest.raises(Exception, match="password"):
        await bob.login("wrong")
    await bob.login("bob")
    assert len(bob._life.handlers) == 1


@pytest.mark.parametrize(
    "target", ["imnb_guest:broken", "imnb_guest:no_such", "no.such"]
)
async def test_one_that_fails_is_reported_and_stops_nothing(
    install, server, make, target
):
    install(bad=target, guest="imnb_guest:register")
    bob = make("bob", server)
    await bob.login()
    assert bob.state is State.ONLINE
    assert len(bob._life.handlers) == 1
    with pytest.raises(BackgroundError, match=f"plug-in bad .{target}"):
        bob.raise_background_errors()
