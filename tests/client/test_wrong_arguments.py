"""What is typed wrongly is refused at once, with words that help."""

import pytest

from imnb.client.client import Client
from imnb.engine.states import State
from imnb.errors import ClosedError, ConfigError, NotConnected
from imnb.pb.session_pb2 import Kicked
from tests.eventually import eventually


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"user": 5}, "the user is a int: give a text"),
        ({"device": 5}, "the device is a int: give a text"),
        ({"password": b"secret"}, "the password is a bytes: give a text"),
        ({"token": ["secret"]}, "the token is a list: give a text"),
        ({"environment": None}, "environment None: give the URL of a gateway"),
        ({"environment": 5}, "environment 5: give the URL of a gateway"),
    ],
)
def test_a_client_that_cannot_be_made(server, tmp_path, wrong, says):
    options = {"user": "alice", "environment": server.environment()} | wrong
    with pytest.raises(ConfigError, match=says) as caught:
        Client(options.pop("user"), data_dir=tmp_path, **options)
    assert "secret" not in str(caught.value)


async def test_another_proof_that_is_none(alice):
    for token, says in ((5, "the token is a int"), ("", "the token is empty")):
        with pytest.raises(ConfigError, match=says):
            await alice.change_token(token)
    with pytest.raises(ConfigError, match="environment None: give the URL"):
        await alice.use_environment(None)
    assert alice.state is State.ONLINE


async def test_a_text_that_is_none(alice):
    with pytest.raises(ConfigError, match="a text is a str, not NoneType"):
        await alice.send_text("bob", None)


async def test_an_empty_token_does_not_cost_the_password(server, make):
    alice = make("alice", server)
    with pytest.raises(ConfigError, match="empty"):
        await alice.change_token("")
    with pytest.raises(ConfigError, match="the password is a int"):
        await alice.login(5)
    await alice.login()


async def test_what_cannot_be_called(alice):
    with pytest.raises(ConfigError, match="5 cannot be called: give a function"):
        alice.on(Kicked)(5)
    with pytest.raises(ConfigError, match="'x' cannot be called"):
        alice.on_state("x")
    with pytest.raises(ConfigError, match="progress 5 cannot be called"):
        await alice.upload(b"", progress=5)


async def test_no_file_and_no_place_for_one(alice, tmp_path):
    with pytest.raises(ConfigError, match="'x' is no file: give what upload"):
        await alice.download("x", tmp_path / "x")
    file = await alice.upload(b"hello")
    for path in ("", "/"):
        with pytest.raises(ConfigError, match=f"path '{path}': give the path of a f"):
            await alice.download(file, path)


async def test_a_name_that_is_no_text_is_sent_as_far_as_it_is_one(alice):
    assert (await alice.upload(b"", name="a\udcff.txt")).name == "a?.txt"


async def test_calls_of_a_client_that_never_was_online_or_is_no_more(server, make):
    alice = make("alice", server)
    with pytest.raises(NotConnected, match="nothing was sent: log in first"):
        await alice.sessions()
    await alice.login()
    phone = make("alice", server, device="phone")
    await phone.login()
    await phone.kick(
        next(s.session_id for s in await phone.sessions() if not s.is_mine)
    )
    await eventually(lambda: alice.state is State.KICKED)
    with pytest.raises(NotConnected, match=r"session is over .*login\(\) begins anoth"):
        await alice.open_direct("bob")


async def test_a_client_that_was_replaced_says_so(server, make, alice):
    changes = []
    alice.on_state(changes.append)
    await make("alice", server).login()
    assert "another client of the same user and device" in changes[-1].reason
    with pytest.raises(ClosedError, match=r"is closed \(another client .* its place\)"):
        await alice.send_text("bob", "hi")


async def test_a_client_that_was_closed_needs_no_reason(alice):
    await alice.close()
    with pytest.raises(ClosedError, match="alice is closed: make a new one"):
        await alice.send_text("bob", "hi")
