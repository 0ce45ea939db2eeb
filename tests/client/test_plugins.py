"""Entry points of packages that are installed for a test, as files on the path."""

import sys

import pytest

from imnb.client import plugins
from imnb.engine.states import State
from imnb.errors import BackgroundError, ConfigError
from imnb.sync.plugins import Plugin
from tests.eventually import eventually

PACKAGE = """
from imnb import Plugin
from imnb.pb.sync_pb2 import EventPush

heard = []


def register(client):
    client.on(EventPush)(lambda push: heard.append((client.user, push.head)))


def broken(client):
    raise ZeroDivisionError(client.user)


POLL = Plugin("poll", frozenset({"poll"}))
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Makes an installed distribution with entry points, in this test only."""

    def install(group=plugins.GROUP, **targets):
        site = tmp_path / "site"
        info = site / "imnb_guest-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Name: imnb-guest\nVersion: 1.0\n")
        lines = [f"{name} = {target}" for name, target in targets.items()]
        text = "\n".join([f"[{group}]", *lines])
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


async def test_a_package_brings_a_kind_of_message(install, server, make):
    install(plugins.PLUGINS, poll="imnb_guest:POLL", bad="imnb_guest:heard")
    bob = make("bob", server)
    await bob.login()
    assert "poll" in bob.synchroniser.pipeline.plugins.names
    with pytest.raises(BackgroundError, match=r"plugin bad .imnb_guest:heard"):
        bob.raise_background_errors()


async def test_a_plugin_may_be_added_at_any_time_and_again(server, make):
    bob = make("bob", server)
    bob.plugin(Plugin("early", frozenset({"a"})))
    await bob.login()

    @bob.plugin
    def late():
        return Plugin("late", frozenset({"b"}))

    again = bob.plugin(Plugin("late", frozenset({"c"})))
    table = bob.synchroniser.pipeline.plugins
    assert table.names[-2:] == ("early", "late")
    assert table["late"] is again
    with pytest.raises(ConfigError, match="'edit' is registered already"):
        bob.plugin(Plugin("edit"))
    assert [one.name for one in bob._life.plugins] == ["early", "late"]
