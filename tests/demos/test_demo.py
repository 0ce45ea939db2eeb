"""A demo owns a server, clients and a folder, and leaves nothing behind."""

import os
import subprocess
import sys
import tempfile

import pytest

from imnb.demos.demo import SERVER_FILE, Demo
from imnb.engine.states import State
from imnb.errors import ClosedError, ConfigError, StoreCorrupt, WrongPassword
from tests.client.conftest import Leftovers
from tests.kernel.kernel import running_kernel


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where temporary folders are made."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


async def test_two_users_chat_and_nothing_is_left(temporary):
    before = Leftovers()
    async with Demo() as demo:
        alice, bob = await demo.login("alice"), await demo.login("bob")
        await alice.send_text("bob", "hi Bob")
        await bob.expect('text == "hi Bob"')
        assert demo.clients == {("alice", "notebook"): alice, ("bob", "notebook"): bob}
        assert repr(demo).endswith("alice, bob logged in>")
        assert len(list(temporary.iterdir())) == 1
    assert alice.state is bob.state is State.CLOSED
    assert demo.clients == {}
    assert list(temporary.iterdir()) == []
    await demo.close()
    await before.check()


async def test_devices_live_side_by_side_and_a_second_login_replaces(temporary):
    async with Demo() as demo:
        first = await demo.login("alice")
        phone = await demo.login("alice", device="phone")
        again = await demo.login("alice")
        assert first.state is State.CLOSED
        assert phone.state is again.state is State.ONLINE
        assert demo.clients["alice", "notebook"] is again


async def test_options_are_the_clients(temporary):
    async with Demo() as demo:
        assert (await demo.login("alice", capture=False)).capture is None


async def test_with_a_folder_everything_is_there_the_next_time(tmp_path, temporary):
    folder = tmp_path / "new" / "data"
    async with Demo({"alice": "a secret", "bob": "b"}, str(folder)) as demo:
        alice = await demo.login("alice")
        await alice.send_text("bob", "remember this")
    async with Demo(data_dir=folder) as demo:  # the file has the passwords
        bob = await demo.login("bob", device="phone", password="b")
        assert list((await bob.messages("alice"))["text"]) == ["remember this"]
    assert (folder / SERVER_FILE).exists()
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("users", "message"),
    [
        ({"alice": "a"}, "no user 'eve'; there are: alice"),
        ({}, "no user 'eve'; there are: none"),
    ],
)
async def test_a_user_that_it_does_not_have(temporary, users, message):
    async with Demo(users) as demo:
        with pytest.raises(ConfigError, match=message):
            await demo.login("eve")


@pytest.mark.parametrize("users", [["alice"], "alice", [("alice", "hush")]])
def test_users_that_are_no_mapping(users):
    with pytest.raises(ConfigError, match='"alice": "secret"') as raised:
        Demo(users)
    assert "hush" not in str(raised.value)


async def test_a_failed_login_is_not_remembered(temporary):
    async with Demo() as demo:
        first = await demo.login("alice")
        with pytest.raises(WrongPassword):
            await demo.login("alice", password="wrong")
        assert demo.clients["alice", "notebook"] is first
        assert first.state is State.ONLINE


async def test_one_that_was_not_started_leaves_everything_alone(
    tmp_path, temporary, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    demo = Demo()
    with pytest.raises(ClosedError, match="start the server first"):
        await demo.login("alice")
    await demo.close()
    assert list(tmp_path.iterdir()) == [temporary]
    assert list(temporary.iterdir()) == []


async def test_it_is_started_once_and_closed_for_good(temporary):
    async with Demo() as demo:
        with pytest.raises(ClosedError, match="started once"):
            await demo.start()
        assert (await demo.login("alice")).state is State.ONLINE
    with pytest.raises(ClosedError, match=r"closed: await imnb\.demo\(\) makes"):
        await demo.login("alice")


async def test_a_start_that_fails_leaves_nothing_open(tmp_path):
    (tmp_path / SERVER_FILE).write_text("my diary")
    before = Leftovers()
    with pytest.raises(StoreCorrupt):
        await Demo(data_dir=tmp_path).start()
    await before.check()


class Stubborn:
    """A client that cannot be closed."""

    async def close(self):
        raise OSError("no")


async def test_what_cannot_be_closed_does_not_keep_the_rest(temporary):
    demo = await Demo().start()
    alice = await demo.login("alice")
    demo.clients["eve", "notebook"] = Stubborn()
    with pytest.raises(OSError, match="no"):
        await demo.close()
    assert alice.state is State.CLOSED
    assert "closed" in repr(demo)
    assert list(temporary.iterdir()) == []


FORGOTTEN = """
import asyncio, imnb

async def main():
    demo = await imnb.demo()
    alice = await demo.login("alice")
    await alice.send_text("bob", "hi")

asyncio.new_event_loop().run_until_complete(main())
"""


def test_the_folder_goes_with_a_program_that_forgot_to_close(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", FORGOTTEN],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.kernel
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_folder_goes_with_a_kernel_that_is_restarted(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with running_kernel() as kernel:
        cell = "import imnb; demo = await imnb.demo(); await demo.login('alice')"
        assert kernel.run(cell) == ""
        assert len(list(tmp_path.glob("imnb-demo-*"))) == 1
        kernel.manager.restart_kernel(now=False)
        kernel.client.wait_for_ready(timeout=60)
        assert list(tmp_path.glob("imnb-demo-*")) == []
