import asyncio

import pytest

from imnb.engine.channels.token import AccessToken
from imnb.errors import ConfigError, WrongPassword

HERE = "https://im.example/base"


class Office:
    """Gives tokens, one after the other, when it is allowed to."""

    def __init__(self):
        self.asked = 0
        self.open = asyncio.Event()
        self.error = None
        self.token = AccessToken(HERE, self.renew)

    async def renew(self):
        self.asked += 1
        await self.open.wait()
        if self.error is not None:
            raise self.error
        return f"token-{self.asked}"


@pytest.fixture
async def office():
    return Office()


async def test_the_first_request_gets_one(office):
    office.open.set()
    assert await office.token.for_url(f"{HERE}/v1") == "token-1"
    assert await office.token.for_url(f"{HERE}/v2") == "token-1"


async def test_one_that_is_known_is_not_asked_for(office):
    office.token.set("mine")
    assert await office.token.for_url(HERE) == "mine"
    assert office.asked == 0


async def test_all_who_wait_get_the_same_new_one(office):
    office.token.set("old")
    waiting = asyncio.gather(*(office.token.newer_than("old") for _ in range(50)))
    await asyncio.sleep(0)
    office.open.set()
    assert set(await waiting) == {"token-1"}
    assert office.asked == 1


async def test_who_comes_late_with_an_old_one_gets_the_new_one(office):
    office.open.set()
    office.token.set("new")
    assert await office.token.newer_than("old") == "new"
    assert office.asked == 0


async def test_all_who_wait_get_the_same_refusal(office):
    office.error = WrongPassword("no")
    waiting = asyncio.gather(
        *(office.token.newer_than("old") for _ in range(50)), return_exceptions=True
    )
    office.token.set("old")
    await asyncio.sleep(0)
    office.open.set()
    assert set(await waiting) == {office.error}
    assert office.asked == 1


async def test_after_a_refusal_the_next_one_asks_again(office):
    office.open.set()
    office.error = WrongPassword("no")
    with pytest.raises(WrongPassword):
        await office.token.newer_than("")
    office.error = None
    assert await office.token.newer_than("") == "token-2"


async def test_when_the_one_who_asks_is_cancelled_the_next_one_does(office):
    tasks = [asyncio.create_task(office.token.newer_than("")) for _ in range(3)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    office.open.set()
    assert await asyncio.gather(*tasks[1:]) == ["token-2", "token-2"]


@pytest.mark.parametrize(
    "url",
    [
        "http://im.example/v1",
        "https://im.example:8443/v1",
        "https://im.example.evil/v1",
        "https://im.example@evil/v1",
        "//im.example/v1",
    ],
)
async def test_it_goes_to_its_own_server_only(office, url):
    office.token.set("secret")
    with pytest.raises(ConfigError, match=r"is for https://im\.example:443") as caught:
        await office.token.for_url(url)
    assert "secret" not in str(caught.value)


async def test_the_usual_port_may_be_written_out(office):
    office.token.set("t")
    assert await office.token.for_url("https://im.example:443/v1") == "t"


async def test_the_repr_shows_whether_there_is_one(office):
    assert repr(office.token) == "<AccessToken unknown>"
    office.token.set("secret")
    assert repr(office.token) == "<AccessToken known>"
