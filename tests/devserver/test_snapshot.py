from imnb.devserver.contacts import put_contact
from imnb.devserver.groups import create_group
from imnb.devserver.paging import MAX_PAGE_BYTES
from imnb.devserver.snapshot import MAX_HEAD_MESSAGES, reset_pages
from imnb.pb.chat_pb2 import PutContactRequest
from imnb.pb.sync_pb2 import ResetPage
from tests.devserver.worlds import rename

NOW = 1_000


def pages(world, who, messages):
    return [ResetPage.FromString(body) for body in reset_pages(world, who, messages)]


def test_somebody_without_conversations(world):
    [page] = pages(world, "alice", 10)
    assert (page.epoch, page.as_of, len(page.heads)) == ("epoch-1", 0, 0)
    assert [u.user_id for u in page.users] == ["alice"]


def test_newest_conversations_first_with_their_newest_messages(world, outgoing):
    world.open_direct("alice", "bob", NOW)
    world.open_direct("alice", "carol", NOW + 1)
    world.send("alice", 1, outgoing("a", "b", "c"), NOW + 2)
    [page] = pages(world, "alice", 2)
    assert [h.conversation.conversation_id for h in page.heads] == [1, 2]
    assert [[m.seq for m in h.messages] for h in page.heads] == [[2, 3], []]
    assert page.heads[0].conversation.last_seq == 3
    assert page.as_of == world.accounts["alice"].feed.head == 5
    assert sorted(u.user_id for u in page.users) == ["alice", "bob", "carol"]


def test_no_messages_and_too_many(world, outgoing):
    world.open_direct("alice", "bob", NOW)
    world.send("alice", 1, outgoing(*map(str, range(300))), NOW)
    for wanted, given in ((0, 0), (-1, 0), (1_000, MAX_HEAD_MESSAGES)):
        assert len(pages(world, "alice", wanted)[0].heads[0].messages) == given


def test_pages_are_bounded_and_only_the_last_has_the_cursor(world, outgoing):
    for number in range(10):
        create_group(world, "alice", f"g{number}", "Trip", ["bob"], NOW + number)
        sent = outgoing(f"m{number}", text="x" * 60_000)
        world.send("alice", number + 1, sent, NOW + number)
    found = pages(world, "alice", 5)
    assert len(found) == 3
    assert [bool(p.epoch) for p in found] == [False, False, True]
    assert sum(len(p.heads) for p in found) == 10
    assert all(p.ByteSize() <= MAX_PAGE_BYTES + 100 for p in found)


def test_the_address_book_comes_first(world, outgoing):
    for other in ("bob", "carol"):
        put = PutContactRequest(user_id=other, alias="x" * 60)
        put_contact(world, "alice", put, NOW)
    world.open_direct("alice", "bob", NOW)
    first, *_ = pages(world, "alice", 5)
    assert [c.user_id for c in first.contacts] == ["bob", "carol"]
    assert first.contacts_version == 2
    world.page_bytes = 100
    first, *others = pages(world, "alice", 5)
    assert (len(first.contacts), first.contacts_version) == (1, 2)
    assert [c.user_id for page in others for c in page.contacts] == ["carol"]


def test_of_the_newest_conversations_alone_there_is_nothing_else(world, outgoing):
    for number, other in enumerate(("alice", "bob", "carol"), 1):
        world.open_direct("alice", other, NOW)
        world.send("alice", number, outgoing(other), NOW + number)
    put_contact(world, "alice", PutContactRequest(user_id="bob"), NOW)
    [body] = reset_pages(world, "alice", 5, conversations=2)
    page = ResetPage.FromString(body)
    assert [h.conversation.conversation_id for h in page.heads] == [3, 2]
    assert [m.client_id for h in page.heads for m in h.messages] == ["carol", "bob"]
    assert (len(page.users), len(page.contacts)) == (0, 0)
    assert page.as_of == world.accounts["alice"].feed.head


def test_what_happens_meanwhile_is_not_in_it(world, outgoing):
    world.open_direct("alice", "bob", NOW)
    world.send("alice", 1, outgoing("a"), NOW)
    taken_later = reset_pages(world, "alice", 10)
    world.send("bob", 1, outgoing("b"), NOW)
    rename(world, "bob", "Robert")
    world.open_direct("alice", "carol", NOW)
    [page] = map(ResetPage.FromString, taken_later)
    assert page.as_of == 2
    [head] = page.heads
    assert [m.seq for m in head.messages] == [1]
    assert head.conversation.last_seq == 1
    assert [m.name for m in head.conversation.members] == ["Alice", "Bob"]
