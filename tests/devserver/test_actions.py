import pytest

from imnb.devserver.actions import CHANGES, CHECKS, MAX_SENT_AT_ONCE, QUERIES, STREAMS
from imnb.devserver.refusal import Refusal
from imnb.pb import chat_pb2 as chat
from imnb.pb import sync_pb2 as sync
from imnb.wire.commands import builtin_commands

NOW = 1_000


@pytest.fixture
def talking(world, outgoing):
    world.open_direct("alice", "bob", NOW)
    world.send("alice", 1, outgoing("a", "b", "c", "d"), NOW)
    return world


def pull(world, **fields):
    request = sync.PullRequest(**fields)
    return sync.PullReply.FromString(QUERIES["Pull"](world, "bob", request))


def test_every_request_of_the_protocol_is_served():
    session = {"Login", "Ping", "Logout", "Acknowledge"}
    session |= {"ListSessions", "EndSession", "SetTyping", "WatchPresence"}
    served = session | set(CHANGES) | set(QUERIES) | set(STREAMS)
    assert served == set(builtin_commands().methods)
    assert {m.name for m in builtin_commands().methods.values() if m.streams} == set(
        STREAMS
    )


@pytest.mark.parametrize(
    ("after", "limit", "numbers"),
    [
        (0, 100, [1, 2, 3, 4, 5]),
        (2, 2, [3, 4]),
        (5, 10, []),
        (0, 0, [1, 2, 3, 4, 5]),
        (0, -3, [1, 2, 3, 4, 5]),
    ],
)
def test_pull(talking, after, limit, numbers):
    reply = pull(talking, epoch="epoch-1", after=after, limit=limit)
    assert [e.event_seq for e in reply.events] == numbers
    assert (reply.head, reply.reset) == (5, False)


@pytest.mark.parametrize(
    ("epoch", "after"), [("", 0), ("epoch-0", 3), ("epoch-1", 6), ("epoch-1", -1)]
)
def test_cursors_that_need_a_reset(talking, epoch, after):
    reply = pull(talking, epoch=epoch, after=after)
    assert (reply.reset, len(reply.events), reply.head) == (True, 0, 5)


def test_pull_is_bounded(talking, outgoing):
    talking.send("alice", 1, outgoing(*map(str, range(900))), NOW)
    reply = pull(talking, epoch="epoch-1", after=0, limit=10_000)
    assert len(reply.events) == 500


@pytest.mark.parametrize(
    ("from_seq", "to_seq", "found"),
    [(1, 4, [1, 2, 3, 4]), (2, 3, [2, 3]), (9, 12, []), (-1, 99, [1, 2, 3, 4])],
)
def test_history(talking, from_seq, to_seq, found):
    request = sync.HistoryRequest(conversation_id=1, from_seq=from_seq, to_seq=to_seq)
    reply = sync.HistoryReply.FromString(QUERIES["History"](talking, "bob", request))
    assert [m.seq for m in reply.messages] == found


def test_history_of_others(talking):
    with pytest.raises(Refusal, match="no member"):
        QUERIES["History"](talking, "carol", sync.HistoryRequest(conversation_id=1))


def test_users(talking):
    body = QUERIES["ListUsers"](talking, "bob", chat.ListUsersRequest())
    assert len(chat.ListUsersReply.FromString(body).users) == 3


def test_a_send_that_is_too_long(talking, outgoing):
    messages = outgoing(*map(str, range(MAX_SENT_AT_ONCE + 1)))
    request = chat.SendRequest(conversation_id=1, messages=messages)
    with pytest.raises(Refusal, match="1001 messages"):
        CHANGES["Send"](talking, "alice", request, NOW)


def test_changes_answer_with_the_new_state(talking):
    body = CHANGES["CreateGroup"](
        talking,
        "alice",
        chat.CreateGroupRequest(client_id="g", title="Trip", user_ids=["bob"]),
        NOW,
    )
    made = chat.CreateGroupReply.FromString(body).conversation
    assert (made.conversation_id, made.title, made.created_at) == (2, "Trip", NOW)
    body = CHANGES["UpdateProfile"](
        talking, "alice", chat.UpdateProfileRequest(name="Al"), NOW
    )
    assert chat.UpdateProfileReply.FromString(body).user.name == "Al"
    request = chat.MarkReadRequest(conversation_id=1, seq=4)
    assert CHANGES["MarkRead"](talking, "bob", request, NOW) == b""
    assert talking.rooms[1].members["bob"].read_seq == 4


@pytest.mark.parametrize("method", sorted(CHECKS))
def test_a_check_says_what_the_change_would(talking, method):
    """An empty request is refused by all of them, and by neither with a trace."""
    request = builtin_commands().methods[method].request()
    heads = [account.feed.head for account in talking.accounts.values()]
    with pytest.raises(Refusal) as checked:
        CHECKS[method](talking, "alice", request)
    with pytest.raises(Refusal) as made:
        CHANGES[method](talking, "alice", request, NOW)
    assert (checked.value.status, str(checked.value)) == (
        made.value.status,
        str(made.value),
    )
    assert [account.feed.head for account in talking.accounts.values()] == heads


def test_what_is_allowed_passes_its_check(talking):
    request = chat.MarkReadRequest(conversation_id=1, seq=4)
    CHECKS["MarkRead"](talking, "bob", request)
    assert talking.rooms[1].members["bob"].read_seq == 0
    direct = chat.OpenDirectRequest(user_id="carol")
    CHECKS["OpenDirect"](talking, "bob", direct)
    assert len(talking.rooms) == 1
