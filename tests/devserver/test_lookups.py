import pytest

from imnb.devserver import lookups as module
from imnb.devserver.groups import create_group
from tests.devserver.http_client import NOW, desk


@pytest.fixture
async def here():
    async with desk(("alice", "bob", "carol")) as it:
        yield it


def ids(answer, kind="users", key="userId"):
    return [one[key] for one in answer.get(kind, [])]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["alice", "bob", "carol"]),
        ("?user=carol&user=bob&user=nobody", ["bob", "carol"]),
        ("?user=nobody", []),
        ("?after=alice", ["bob", "carol"]),
        ("?after=zoe", []),
    ],
)
async def test_users(here, query, found):
    status, answer = await here.json("GET", f"/v1/users{query}")
    assert (status, ids(answer)) == (200, found)
    assert "next" not in answer


async def test_users_page_by_page(here, monkeypatch):
    monkeypatch.setattr(module, "USERS_PER_PAGE", 2)
    _, first = await here.json("GET", "/v1/users")
    assert (ids(first), first["next"]) == (["alice", "bob"], "bob")
    _, second = await here.json("GET", "/v1/users?after=bob")
    assert ids(second) == ["carol"]


async def test_groups_are_those_of_the_caller(here):
    world = here.realm.world
    world.open_direct("alice", "bob", NOW)
    create_group(world, "alice", "c1", "Trip", ["bob"], NOW)
    create_group(world, "carol", "c2", "Secret", ["bob"], NOW)
    _, answer = await here.json("GET", "/v1/groups")
    assert ids(answer, "groups", "title") == ["Trip"]
    _, answer = await here.json("GET", "/v1/groups", user="bob")
    assert ids(answer, "groups", "title") == ["Trip", "Secret"]


async def test_groups_page_by_page(here, monkeypatch):
    monkeypatch.setattr(module, "PAGE_BYTES", 10)
    for number in range(3):
        create_group(
            here.realm.world, "alice", f"c{number}", f"G{number}", ["bob"], NOW
        )
    found, after = [], "0"
    for _ in range(3):
        _, answer = await here.json("GET", f"/v1/groups?after={after}")
        found += ids(answer, "groups", "title")
        after = answer.get("next")
    assert (found, after) == (["G0", "G1", "G2"], None)


@pytest.mark.parametrize("path", ["/v1/users", "/v1/groups"])
async def test_only_who_has_a_token_may_look(here, path):
    status, problem = await here.json("GET", path, user=None)
    assert (status, problem["code"]) == (401, "bad_token")


async def test_a_place_that_is_none(here):
    status, problem = await here.json("GET", "/v1/groups?after=x")
    assert (status, problem["code"]) == (400, "bad_request")
