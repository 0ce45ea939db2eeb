import pytest

from imnb.devserver.actions import QUERIES
from imnb.net.memory import MemoryNetwork
from imnb.pb import envelope_pb2 as envelope
from tests.devserver.raw_client import COMMANDS, Refused


class Clock:
    now = 1_700_000_000_000_000

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def server(stage, clock):
    return await stage.server(
        network=MemoryNetwork(), clock=clock, silence_limit=12.5, retention=20
    )


def token(server, user="alice", device="test"):
    return server._realm.tokens.issue(user, device, server._clock())[0]


async def log_in(client, server, user="alice", device="test", **changes):
    fields = {"token": token(server, user, device), "device": device, **changes}
    return await client.call("Login", **fields)


@pytest.fixture
async def anybody(stage, server):
    return await stage.client(server)


@pytest.fixture
async def alice(anybody, server):
    await log_in(anybody, server)
    return anybody


async def refusal(client, method, **fields):
    with pytest.raises(Refused) as caught:
        await client.call(method, **fields)
    return caught.value.status, str(caught.value)


async def test_login_tells_all_that_a_client_needs(anybody, server, clock):
    server.world.open_direct("alice", "bob", 1)
    welcome = await log_in(anybody, server)
    assert welcome.user_id == "alice"
    assert len(welcome.session_id) == 16
    assert welcome.epoch == server.world.epoch
    assert (welcome.event_seq, welcome.silence_limit_ms) == (1, 12_500)
    assert welcome.server_time == clock.now


@pytest.mark.parametrize(
    ("method", "fields"),
    [
        ("Pull", {"epoch": "x"}),
        ("Send", {"conversation_id": 1}),
        ("Acknowledge", {}),
        ("Logout", {}),
        ("Reset", {}),
    ],
)
async def test_before_login(anybody, method, fields):
    status, text = await refusal(anybody, method, **fields)
    assert status == envelope.UNAUTHENTICATED
    assert text == f"{method} before Login: log in first"


async def test_ping_before_and_after_login(anybody, server, clock):
    server.world.open_direct("alice", "bob", 1)
    before = await anybody.call("Ping")
    assert (before.server_time, before.event_seq) == (clock.now, 0)
    await log_in(anybody, server)
    assert (await anybody.call("Ping")).event_seq == 1


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"token": "x.y"}, envelope.UNAUTHENTICATED, "none of this server's"),
        ({"token": ""}, envelope.UNAUTHENTICATED, "none of this server's"),
        ({"device": "other"}, envelope.UNAUTHENTICATED, "for the device 'test'"),
        ({"device": ""}, envelope.BAD_REQUEST, "device name"),
        ({"device": "x" * 129}, envelope.BAD_REQUEST, "device name"),
    ],
)
async def test_logins_that_are_refused_and_one_more_try(
    anybody, server, changes, status, words
):
    fields = {"token": token(server), "device": "test", **changes}
    found, text = await refusal(anybody, "Login", **fields)
    assert found == status
    assert words in text
    await log_in(anybody, server)


async def test_an_expired_token(anybody, server, clock):
    old = token(server)
    clock.now += 48 * 3600 * 1_000_000
    status, text = await refusal(anybody, "Login", token=old, device="test")
    assert status == envelope.UNAUTHENTICATED
    assert "expired" in text


async def test_a_token_without_device_is_good_for_each(anybody, server):
    await log_in(anybody, server, token=token(server, device=""), device="any")


async def test_a_second_login_on_one_connection(alice, server):
    status, text = await refusal(alice, "Login", token=token(server), device="test")
    assert status == envelope.CONFLICT
    assert "'alice' is logged in" in text


@pytest.mark.parametrize("command", [0, 64, 65, 999])
async def test_unknown_commands_and_pushes_from_a_client(alice, command):
    ask_id = alice.ask_raw(command, b"")
    with pytest.raises(Refused) as caught:
        await alice.answers("Ping", ask_id)
    assert caught.value.status == envelope.UNSUPPORTED
    assert str(command) in str(caught.value)


async def test_a_body_that_does_not_parse(alice):
    ask_id = alice.ask_raw(COMMANDS.methods["Send"].command, b"\xff\xff\xff")
    with pytest.raises(Refused) as caught:
        await alice.answers("Send", ask_id)
    assert caught.value.status == envelope.BAD_REQUEST
    assert str(caught.value) == "a body of 3 bytes that is no Send request"
    await alice.call("Ping")


async def test_a_request_without_ask_id(alice):
    alice.put(alice.session.encode(2, 0))
    await alice.until(lambda c: c.is_over)
    assert "ask id" in alice.session.peer_close


async def test_refusals_of_the_world(alice):
    fields = {"conversation_id": 7, "messages": alice.sent("m")}
    status, text = await refusal(alice, "Send", **fields)
    assert (status, text) == (envelope.NOT_FOUND, "there is no conversation 7")


async def test_our_own_bugs_are_reported_and_told(alice, server, monkeypatch, caplog):
    def broken(world, who, request):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("imnb.devserver.desk.QUERIES", {**QUERIES, "History": broken})
    status, text = await refusal(alice, "History")
    assert status == envelope.INTERNAL
    assert "ZeroDivisionError" in text
    assert "secret" not in text
    assert "History failed" in caplog.text
    await alice.call("Ping")


async def test_acknowledgements_are_cumulative(alice, server):
    server.world.open_direct("alice", "bob", 1)
    server.world.open_direct("alice", "carol", 1)
    for event_seq, kept in ((2, 2), (1, 2)):
        await alice.call("Acknowledge", event_seq=event_seq)
        assert server.sessions.of("alice")[0].acknowledged == kept
    status, _ = await refusal(alice, "Acknowledge", event_seq=3)
    assert status == envelope.BAD_REQUEST


async def test_logout(alice, server):
    await alice.call("Logout")
    await alice.until(lambda c: c.is_over)
    assert alice.session.peer_close == "logged out"
    assert (alice.kicks, len(server.sessions)) == ([], 0)


async def test_a_user_sees_and_ends_sessions_of_their_own(alice, server, stage):
    await stage.client(server, "bob", "elsewhere")
    phone = await stage.client(server)
    welcome = await phone.login("alice", "phone 2", client_version="v" * 200)
    listed = (await alice.call("ListSessions")).sessions
    assert [one.current for one in listed] == [True, False]
    assert listed[1].session_id == welcome.session_id
    assert (listed[1].device, listed[1].client_version) == ("phone 2", "v" * 128)
    assert 0 < listed[0].since <= listed[1].since
    await alice.call("EndSession", session_id=welcome.session_id)
    await phone.until(lambda c: c.is_over)
    assert "ended from the device" in phone.kicks[0].reason
    assert len((await alice.call("ListSessions")).sessions) == 1


async def test_a_session_that_cannot_be_ended(alice, server, stage):
    bob = await stage.client(server)
    welcome = await bob.login("bob", "phone")
    own = server.sessions.of("alice")[0].session_id
    for name, refused in [
        (own, envelope.BAD_REQUEST),
        (welcome.session_id, envelope.NOT_FOUND),
        ("nobody's", envelope.NOT_FOUND),
    ]:
        status, _ = await refusal(alice, "EndSession", session_id=name)
        assert status == refused
    await bob.call("Ping")


async def test_a_cursor_older_than_the_retention_is_reset(alice, server):
    room = server.world.open_direct("alice", "bob", 1)
    sent = await alice.call(
        "Send",
        conversation_id=room.conversation_id,
        messages=alice.sent(*(f"m{n}" for n in range(40))),
    )
    assert len(sent.results) == 40
    epoch = server.world.epoch
    assert (await alice.call("Pull", epoch=epoch, after=5)).reset
    assert len((await alice.call("Pull", epoch=epoch, after=21)).events) == 20
    [page] = await alice.stream("Reset", messages=3)
    assert (page.as_of, page.epoch) == (41, epoch)
    assert [m.seq for m in page.heads[0].messages] == [38, 39, 40]


async def test_a_group_and_its_history(alice):
    made = await alice.call(
        "CreateGroup", client_id="g", title="Trip", user_ids=["bob", "carol"]
    )
    number = made.conversation.conversation_id
    messages = alice.sent("a", "b")
    await alice.call("Send", conversation_id=number, messages=messages)
    history = await alice.call("History", conversation_id=number, from_seq=1, to_seq=9)
    assert [m.client_id for m in history.messages] == ["a", "b"]
    listed = await alice.call("ListUsers")
    assert len(listed.users) == 4
    renamed = await alice.call("UpdateProfile", name="Alice L.")
    assert renamed.user.name == "Alice L."
