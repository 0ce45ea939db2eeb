import asyncio
import json

import aiohttp
import pytest

from imnb.config import Endpoint
from imnb.devserver.gateway import Gateway
from imnb.devserver.identity import Identity
from imnb.devserver.ledger import Ledger
from imnb.devserver.realm import Realm
from imnb.devserver.tokens import LIFETIME
from imnb.errors import ConnectionFailed

NOW = 1_700_000_000_000_000


class Setting:
    def __init__(self, realm, tcp_host):
        self.realm = realm
        self.now = NOW
        self.gateway = Gateway(
            realm,
            tcp=Endpoint(tcp_host, 4_321),
            environment="test",
            wall_clock=lambda: self.now,
        )

    async def post(self, body, path="/v1/authenticate", method="POST"):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        url = f"http://{self.endpoint}{path}"
        async with (
            aiohttp.ClientSession() as http,
            http.request(method, url, data=data) as answer,
        ):
            return answer.status, await answer.json()


@pytest.fixture
async def make_setting():
    made = []

    async def make(tcp_host="127.0.0.1"):
        realm = Realm(Identity.new(), 100)
        await realm.set_users({"alice": "secret", "bob": "b"}, Ledger(), NOW)
        setting = Setting(realm, tcp_host)
        made.append(setting)
        setting.endpoint = await setting.gateway.listen("127.0.0.1", 0)
        return setting

    yield make
    for setting in made:
        await setting.gateway.close()


@pytest.fixture
async def setting(make_setting):
    return await make_setting()


ALICE = {"user": "alice", "password": "secret", "device": "laptop"}


async def test_a_password_gives_a_token_and_all_that_is_needed(setting):
    status, answer = await setting.post(ALICE)
    assert status == 200
    token = setting.realm.tokens.check(answer["accessToken"], NOW)
    assert (token.user, token.device) == ("alice", "laptop")
    assert answer["endpoints"] == [{"host": "127.0.0.1", "port": 4_321}]
    assert int(answer["expiresAt"]) == NOW + LIFETIME
    assert (int(answer["serverTime"]), answer["environment"]) == (NOW, "test")
    assert len(answer["serverKey"]) == 44


async def test_a_token_gives_a_newer_one(setting):
    _, first = await setting.post(ALICE)
    setting.now += 1_000_000
    token = first["accessToken"]
    status, second = await setting.post({"user": "alice", "token": token})
    assert status == 200
    assert int(second["expiresAt"]) == int(first["expiresAt"]) + 1_000_000


async def test_a_token_expires_and_belongs_to_one_user(setting):
    _, answer = await setting.post(ALICE)
    token = answer["accessToken"]
    status, problem = await setting.post({"user": "bob", "token": token})
    assert (status, problem["code"]) == (401, "bad_token")
    setting.now += LIFETIME
    status, problem = await setting.post({"user": "alice", "token": token})
    assert (status, problem["code"]) == (401, "token_expired")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({**ALICE, "password": "wrong"}, 401, "wrong_password"),
        ({**ALICE, "user": "eve"}, 404, "unknown_user"),
        ({"user": "alice", "token": "x.y"}, 401, "bad_token"),
        ({"user": "alice"}, 400, "bad_request"),
        ({"password": "secret"}, 400, "bad_request"),
        ({**ALICE, "token": "x.y"}, 400, "bad_request"),
        ({**ALICE, "password": 7}, 400, "bad_request"),
        ([], 400, "bad_request"),
        (b"", 400, "bad_request"),
        (b"\xff\xfe", 400, "bad_request"),
        (b"{" * 5_000, 400, "bad_request"),
        (b"[" * 16_000, 400, "bad_request"),
        (b'{"a":' * 3_000, 400, "bad_request"),
        (b'{"user": "\\ud800", "password": "secret"}', 400, "bad_request"),
        ({**ALICE, "device": "d" * 129}, 400, "bad_request"),
        (b"x" * 20_000, 413, "request_entity_too_large"),
    ],
)
async def test_problems(setting, body, status, code):
    found, problem = await setting.post(body)
    assert (found, problem["code"]) == (status, code)
    assert "secret" not in problem["message"]


async def test_other_paths_and_methods(setting):
    assert (await setting.post(b"", "/"))[0] == 404
    status, problem = await setting.post(b"", method="GET")
    assert (status, problem["code"]) == (405, "method_not_allowed")


async def test_our_own_bugs_are_told_without_details(setting, monkeypatch, caplog):
    monkeypatch.setattr(setting.realm, "passwords", None)
    status, problem = await setting.post(ALICE)
    assert (status, problem["code"]) == (500, "internal")
    assert "AttributeError" in caplog.text
    assert "secret" not in caplog.text


async def test_a_server_on_all_addresses_names_the_one_it_was_reached_at(make_setting):
    setting = await make_setting("0.0.0.0")
    _, answer = await setting.post(ALICE)
    assert answer["endpoints"] == [{"host": "127.0.0.1", "port": 4_321}]


async def test_a_port_that_is_taken(setting, make_setting):
    other = Gateway(
        setting.realm,
        tcp=Endpoint("127.0.0.1", 1),
        environment="test",
        wall_clock=lambda: NOW,
    )
    with pytest.raises(ConnectionFailed, match=f"{setting.endpoint}.*port 0 takes"):
        await other.listen("127.0.0.1", setting.endpoint.port)
    await other.close()


async def test_closing_does_not_wait_for_idle_connections(setting):
    async with aiohttp.ClientSession() as http:
        url = f"http://{setting.endpoint}/v1/authenticate"
        async with http.post(url, json=ALICE) as answer:
            await answer.read()
        async with asyncio.timeout(5):
            await setting.gateway.close()
