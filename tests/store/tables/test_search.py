import pytest

from imnb.models.user import User
from imnb.store.tables import search, user
from tests.live.stores import open_store, put, row


@pytest.fixture
async def database():
    store = await open_store()
    yield store
    await store.close()


async def found(database, text, **options):
    hits = await database.read(lambda cursor: search.messages(cursor, text, **options))
    return [(hit.conversation_id, hit.seq) for hit in hits]


async def test_hits_are_newest_first_over_all_conversations_or_one(database):
    await put(database, row(1, 1, "Hello"), row(2, 2, "say HELLO"), row(2, 3, "no"))
    assert await found(database, "hello") == [(2, 2), (1, 1)]
    assert await found(database, "hello", conversation_id=1) == [(1, 1)]


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("50%", [1]),
        ("a_b", [2]),
        ("c\\d", [4]),
        ("\\", [4]),
        ("50%_\\", []),
        ("größe", [5]),
        ("'", [6]),
    ],
)
async def test_every_sign_means_itself(database, text, hits):
    texts = ["50% off", "a_b", "axb 50 off", "c\\d", "GRÖẞE Größe", "it's"]
    await put(database, *[row(1, n, t) for n, t in enumerate(texts, start=1)])
    assert [seq for _, seq in await found(database, text)] == hits


async def test_hidden_kinds_and_revoked_messages_are_left_out(database):
    await put(database, row(1, 1, "x"), row(1, 2, "x"))
    await database.write(
        lambda tx: tx.execute("UPDATE message SET revoked_at = 5 WHERE seq = 1")
    )
    assert await found(database, "x") == [(1, 2)]
    assert await found(database, "x", hidden={"text", "part"}) == []


async def test_pages_follow_each_other(database):
    await put(database, *[row(n, 1, "x") for n in range(1, 6)])
    seen, before = [], None
    while hits := await database.read(
        lambda cursor: search.messages(cursor, "x", before=before, limit=2)  # noqa: B023
    ):
        seen += [hit.conversation_id for hit in hits]
        last = hits[-1]
        before = (last.sent_at, last.conversation_id, last.seq)
    assert seen == [5, 4, 3, 2, 1]


async def test_people_are_found_by_name_id_and_alias(database):
    people = [User("eve", "Evelyn"), User("x1", ""), User("mo", "Moritz")]
    await database.write(lambda tx: user.upsert(tx, people))
    await database.write(
        lambda tx: tx.execute("INSERT INTO contact VALUES ('mo', 'Evil Mo', 1, 99)")
    )

    async def names(text):
        return await database.read(lambda cursor: search.users(cursor, text))

    assert await names("EV") == [("eve", "Evelyn"), ("mo", "Evil Mo")]
    assert await names("moritz") == [("mo", "Evil Mo")]
    assert await names("x1") == [("x1", "x1")]
    assert await names("%") == []


@pytest.mark.parametrize(
    ("text", "wanted", "ranges"),
    [
        ("Hello hello", "HELLO", ((0, 5), (6, 11))),
        ("aaaa", "aa", ((0, 2), (2, 4))),
        ("Straße", "SS", ((4, 5),)),
        ("Straße", "strasse", ((0, 6),)),
        ("ßß", "s", ((0, 1), (1, 2))),
        ("abc", "x", ()),
        ("abc", "", ()),
    ],
)
def test_where_a_text_contains_another(text, wanted, ranges):
    assert search.ranges(text, wanted) == ranges


def test_a_long_text_has_a_bounded_number_of_places():
    assert len(search.ranges("a" * 1_000, "a")) == search.MAX_RANGES


def test_no_text_is_in_the_repr():
    assert "secret" not in repr(search.Hit(1, 1, "bob", "text", "secret"))
