import pytest

from imnb.client.api import reference
from imnb.errors import ConfigError
from imnb.models.content import Content
from imnb.models.message import Message
from imnb.models.user import User

ELSEWHERE = Message(9, 4, "c", "bob", "text", "hi", b"", 0)


@pytest.fixture
async def sent(alice):
    return await alice.send_text("bob", "hi")


async def test_all_that_can_mean_a_message(alice, sent):
    there = sent.conversation_id, 1
    chat = await alice.open_direct("bob")
    for one in (sent, ("bob", 1), there, (chat, 1), (User("bob", ""), 1)):
        assert await reference.place_of(alice, one) == there
    assert await reference.load(alice, [("bob", 1), sent]) == [sent, sent]


@pytest.mark.parametrize(
    ("ref", "says"),
    [
        (7, "int is no message"),
        ("bob", "str is no message"),
        (("bob", "1"), "tuple is no message"),
        (("bob", 0), "message 0: they are numbered from 1"),
        (("carol", 1), "no conversation with 'carol' here"),
        ((None, 1), "None is no user's id"),
    ],
)
async def test_what_means_none_is_named(alice, sent, ref, says):
    with pytest.raises(ConfigError, match=says):
        await reference.place_of(alice, ref)


async def test_a_message_that_is_not_here(alice, sent):
    with pytest.raises(ConfigError, match="message 9 of conversation 1 is not here"):
        await reference.load(alice, [sent, ("bob", 9)])


def test_what_goes_with_a_text():
    here = Message(1, 4, "c", "bob", "text", "hi", b"", 0)
    made = reference.content(1, here, ["bob", "*", "bob"])
    assert made == Content(4, ("bob", "*"))
    assert reference.content(1, 4, ()) == Content(4)
    assert reference.content(1, None, ()) == Content()


@pytest.mark.parametrize(
    ("reply_to", "mentions", "says"),
    [
        (ELSEWHERE, (), "a message of conversation 9, and this goes to 1"),
        (0, (), "numbered from 1"),
        ("4", (), "reply_to str"),
        (None, "bob", "mentions 'bob': give a list"),
        (None, [7], "mentions: 7 is no user id"),
        (None, [""], "mentions: '' is no user id"),
        (None, map(str, range(1001)), "1001 mentions, at most 1000"),
    ],
)
def test_what_cannot_go_with_a_text_is_named(reply_to, mentions, says):
    with pytest.raises(ConfigError, match=says):
        reference.content(1, reply_to, mentions)
