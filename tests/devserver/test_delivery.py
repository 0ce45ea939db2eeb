import pytest

from imnb.devserver.account import Account
from imnb.devserver.delivery import Delivery, fault_of_message
from imnb.devserver.feed import EventFeed
from imnb.devserver.room import Membership, Room
from imnb.models.content import MAX_CONTENT_BYTES
from imnb.models.conversation import ConversationKind
from imnb.models.message import MAX_TEXT_BYTES
from imnb.pb.chat_pb2 import OutgoingMessage
from imnb.pb.content_pb2 import Content, Notice
from imnb.pb.sync_pb2 import Event


@pytest.fixture
def alice():
    return Account("alice", "Alice", EventFeed(10))


@pytest.fixture
def room():
    members = {user: Membership.since(1) for user in ("alice", "bob")}
    return Room(1, ConversationKind.DIRECT, "", 0, members)


def message(client_id="m1", kind="text", text="hi", content=b""):
    return OutgoingMessage(client_id=client_id, kind=kind, text=text, content=content)


def deliver(sender, room, *messages, now=100):
    return Delivery(1_000).deliver(sender, room, messages, now)


def test_messages_get_places_in_order(alice, room):
    results, changes = deliver(alice, room, message("a"), message("b", text="ho"))
    assert [(r.client_id, r.seq, r.sent_at) for r in results] == [
        ("a", 1, 100),
        ("b", 2, 100),
    ]
    accepted = [Event.FromString(c).message for c in changes]
    assert [(m.seq, m.text, m.sender_id) for m in accepted] == [
        (1, "hi", "alice"),
        (2, "ho", "alice"),
    ]


def test_time_never_goes_back_in_a_conversation(alice, room):
    for client_id, now in (("a", 100), ("b", 50), ("c", 101)):
        deliver(alice, room, message(client_id), now=now)
    times = [Event.FromString(c).message.sent_at for c in room.changes]
    assert times == [100, 100, 101]


def test_the_same_send_again_changes_nothing(alice, room):
    first, _ = deliver(alice, room, message())
    again, changes = deliver(alice, room, message(), now=999)
    assert again == first
    assert changes == []
    assert room.last_seq == 1


def test_twice_in_one_request(alice, room):
    results, _ = deliver(alice, room, message(), message())
    assert [r.seq for r in results] == [1, 1]


@pytest.mark.parametrize(
    "other",
    [message(text="no"), message(kind="image"), message(content=b"x")],
    ids=["text", "kind", "content"],
)
def test_a_known_id_with_another_body_is_an_error(alice, room, other):
    deliver(alice, room, message())
    [result], changes = deliver(alice, room, other)
    assert "used for another message" in result.error
    assert (result.seq, changes, room.last_seq) == (0, [], 1)


def test_a_known_id_in_another_conversation_is_an_error(alice, room):
    deliver(alice, room, message())
    other = Room(2, ConversationKind.DIRECT, "", 0, {"alice": Membership.since(1)})
    [result], _ = deliver(alice, other, message())
    assert "used for another message" in result.error


def test_the_same_id_of_another_sender_is_another_message(alice, room):
    bob = Account("bob", "Bob", EventFeed(10))
    deliver(alice, room, message())
    [result], _ = deliver(bob, room, message())
    assert result.seq == 2


def test_a_refused_message_does_not_hold_those_behind_it(alice, room):
    results, _ = deliver(alice, room, message("a"), message("b", text=""), message("c"))
    assert [r.seq for r in results] == [1, 0, 2]
    assert results[1].error == "the message is empty"
    assert "b" not in alice.sent


@pytest.mark.parametrize(
    ("refused", "reason"),
    [
        (message(client_id=""), "client id"),
        (message(client_id="x" * 65), "client id"),
        (message(kind=""), "kind"),
        (message(kind="x" * 65), "kind"),
        (message(text="x" * (MAX_TEXT_BYTES + 1)), "65537 bytes"),
        (message(text="ö" * (MAX_TEXT_BYTES // 2 + 1)), "65538 bytes"),
        (message(content=b"x" * (MAX_CONTENT_BYTES + 1)), "content"),
        (message(text=""), "empty"),
        (message(kind="notice"), "the server's"),
    ],
)
def test_what_is_refused_for_good(refused, reason):
    assert reason in fault_of_message(refused)


@pytest.mark.parametrize(
    "accepted",
    [
        message(text="x" * MAX_TEXT_BYTES),
        message(text="ö" * (MAX_TEXT_BYTES // 2)),
        message(text="", content=b"x" * MAX_CONTENT_BYTES),
    ],
)
def test_what_is_just_small_enough(accepted):
    assert fault_of_message(accepted) == ""


def test_sending_moves_the_senders_cursor_and_tells_only_news(alice, room):
    _, changes = deliver(alice, room, message("a"))
    assert {u: m.read_seq for u, m in room.members.items()} == {"alice": 1, "bob": 0}
    assert len(changes) == 1  # nobody learns anything from a cursor
    bob = Account("bob", "Bob", EventFeed(10))
    _, changes = deliver(bob, room, message("b"), message("c"))
    read = Event.FromString(changes[-1]).read
    assert (read.user_id, read.seq, len(changes)) == ("bob", 3, 3)


def test_what_is_trimmed_is_named(alice, room):
    delivery = Delivery(4)
    for number in range(6):
        delivery.deliver(alice, room, [message(f"m{number}")], 1)
    assert list(delivery.trim(room)) == [("alice", "m0"), ("alice", "m1")]
    assert room.first_seq == 3


def test_a_notice_is_a_message_without_a_client_id(alice, room):
    delivery = Delivery(1_000)
    delivery.deliver(alice, room, [message("a")], 100)
    [change, read] = delivery.say(room, "bob", Notice(code="left"), "Bob left", 50)
    said = Event.FromString(change).message
    assert (said.seq, said.kind, said.client_id, said.text) == (
        2,
        "notice",
        "",
        "Bob left",
    )
    assert said.sent_at == 100
    assert Content.FromString(said.content).notice.code == "left"
    assert Event.FromString(read).read.seq == 2


def test_a_notice_of_somebody_who_has_left_moves_no_cursor(alice, room):
    changes = Delivery(1_000).say(room, "carol", Notice(code="left"), "x", 1)
    assert len(changes) == 1
    assert "carol" not in room.members


def test_notices_are_forgotten_like_messages(alice, room):
    delivery = Delivery(4)
    for number in range(6):
        delivery.say(room, "alice", Notice(), f"{number}", 1)
    assert list(delivery.trim(room)) == []
    assert room.first_seq == 3
