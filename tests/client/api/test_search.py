import pytest

from imnb.errors import ConfigError


@pytest.fixture
async def filled(alice):
    for number in range(3):
        await alice.send_text("bob", f"Lunch {number}?")
    await alice.send_text("carol", "no lunch")
    await alice.send_text("carol", "x" * 70_000 + "lunch of a long text")
    return alice


async def test_found_everywhere_newest_first_with_the_places(filled):
    hits = await filled.search("lunch")
    assert [hit.seq for hit in hits][1:] == [1, 3, 2, 1]
    assert [hit.conversation_id for hit in hits] == [2, 2, 1, 1, 1]
    assert (hits[1].text, hits[1].ranges) == ("no lunch", ((3, 8),))
    assert hits[0].kind == "text"


async def test_in_one_conversation_and_page_by_page(filled):
    first = await filled.search("lunch", "bob", limit=2)
    assert [hit.text for hit in first] == ["Lunch 2?", "Lunch 1?"]
    rest = await filled.search("lunch", "bob", limit=2, before=first[-1])
    assert [hit.text for hit in rest] == ["Lunch 0?"]
    assert await filled.search("lunch", "dave") == []


async def test_what_was_taken_back_is_not_found(filled):
    await filled.revoke(("bob", 3))
    assert [hit.seq for hit in await filled.search("lunch", "bob")] == [2, 1]


async def test_nothing_is_no_question(filled):
    with pytest.raises(ConfigError, match="nothing to search for"):
        await filled.search(" ")
