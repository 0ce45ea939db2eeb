"""Against a port that answers what a test says; the real gateway is in test_client."""

import contextlib

import pytest

from imnb.client.gateway import Credentials, Gateway, Ticket
from imnb.config import Endpoint, Environment, Timeouts
from imnb.engine.channels import HttpChannel
from imnb.errors import (
    AuthError,
    ConfigError,
    GatewayAnswerError,
    GatewayInsecure,
    GatewayUnreachable,
    TokenExpired,
    UnknownUser,
    WrongPassword,
)
from tests.client.strangers import KEY, heard_json, http, stranger, ticket

WHERE = Endpoint("127.0.0.1", 4000)
ALICE = Credentials("alice", "phone", password="pass-word")
CLOSED = HttpChannel(lambda *_: None)
PINNED = bytes(32 * [7])


@contextlib.asynccontextmanager
async def gateway(url, **settings):
    timeouts = Timeouts(gateway=3)
    environment = Environment(url, timeouts=timeouts, **settings)
    it = Gateway(environment, HttpChannel(lambda *_: None, timeouts))
    try:
        yield it
    finally:
        await it.close()


async def ask(answer, credentials=ALICE, path="", **settings):
    """What comes of an answer, and the JSON that was asked with."""
    async with (
        stranger(answer) as (endpoint, heard),
        gateway(f"http://{endpoint}{path}", **settings) as it,
    ):
        return await it.authenticate(credentials), b"".join(heard), heard_json(heard)


async def test_a_password_is_traded_for_a_ticket():
    got, request, sent = await ask(http(ticket(WHERE)))
    assert got == Ticket("the-token", (WHERE,), KEY, "local")
    assert request.startswith(b"POST /v1/authenticate HTTP/1.1\r\n")
    assert sent == {"user": "alice", "device": "phone", "password": "pass-word"}


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"password": "p"}, {"password": "p"}),
        ({"token": "t"}, {"token": "t"}),
        ({"password": "p", "token": "t"}, {"password": "p"}),
        ({"password": "", "token": "t"}, {"token": "t"}),
    ],
)
async def test_one_proof_is_sent_and_a_password_goes_before_a_token(given, sent):
    _, _, asked = await ask(http(ticket(WHERE)), Credentials("alice", "phone", **given))
    assert asked == {"user": "alice", "device": "phone"} | sent


@pytest.mark.parametrize("given", [{}, {"password": ""}, {"token": ""}])
async def test_without_a_proof_nothing_is_asked(given):
    async with stranger(None) as (endpoint, heard), gateway(f"http://{endpoint}") as it:
        with pytest.raises(ConfigError, match=r"no password for 'eve'.*login\("):
            await it.authenticate(Credentials("eve", "phone", **given))
    assert heard == []


async def test_a_base_path_may_end_in_a_slash():
    _, request, _ = await ask(http(ticket(WHERE)), path="/im/")
    assert request.startswith(b"POST /im/v1/authenticate HTTP/1.1\r\n")


async def test_the_pinned_key_beats_the_gateways():
    got, _, _ = await ask(http(ticket(WHERE)), server_key=PINNED)
    assert got.server_key == PINNED
    got, _, _ = await ask(http(ticket(WHERE, key=b"")), server_key=PINNED)
    assert got.server_key == PINNED


@pytest.mark.parametrize("given", [(WHERE,), ()])
async def test_the_environments_endpoints_beat_the_gateways(given):
    elsewhere = (Endpoint("127.0.0.2", 5000),)
    got, _, _ = await ask(http(ticket(*given)), endpoints=elsewhere)
    assert got.endpoints == elsewhere


async def test_more_and_newer_fields_do_no_harm():
    many = ticket(*[Endpoint("127.0.0.1", 1000 + n) for n in range(100)])
    got, _, _ = await ask(http(many | {"ofTomorrow": [1]}))
    assert [one.port for one in got.endpoints] == list(range(1000, 1016))


@pytest.mark.parametrize(
    ("code", "error", "advice"),
    [
        ("wrong_password", WrongPassword, r"said: give the right one to login\("),
        ("unknown_user", UnknownUser, "said: check the spelling"),
        ("token_expired", TokenExpired, "said: log in with the password"),
        ("bad_token", AuthError, "said: log in with the password"),
        ("bad_request", GatewayAnswerError, "answered 401: said; check the address"),
        ("", GatewayAnswerError, "answered 401: said; check the address"),
    ],
)
async def test_a_refusal_says_what_and_what_to_do(code, error, advice):
    answer = http({"code": code, "message": "said"}, "401 Unauthorized")
    with pytest.raises(error, match=advice) as caught:
        await ask(answer)
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        ({"code": "overloaded"}, "answered 503: overloaded;"),
        ({}, "answered 503: no reason given;"),
        ({"message": "x" * 5_000}, f"answered 503: {'x' * 1_000};"),
    ],
)
async def test_a_refusal_without_or_with_too_many_words(problem, said):
    with pytest.raises(GatewayAnswerError, match=said):
        await ask(http(problem, "503 Busy"))


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (http([]), "200 with JSON that is no AuthenticateReply"),
        (http({"endpoints": 5}), "200 with JSON that is no AuthenticateReply"),
        (http({"accessToken": "\ud800"}), "200 with JSON that is no Authenticate"),
        (http(["x"], "404 No"), "404 with JSON that is no GatewayProblem"),
        (http({}), "gave 0 endpoints, a server key of 0 bytes and no token"),
        (http(ticket()), "gave 0 endpoints, a server key of 32 bytes and a token"),
        (http(ticket(WHERE, key=b"x")), "gave 1 endpoints, a server key of 1 bytes"),
        (http(ticket(WHERE, token="")), "of 32 bytes and no token"),
        (
            http(ticket() | {"endpoints": [{"host": "h", "port": 70_000}]}),
            "the gateway gave a bad endpoint 'h':70000",
        ),
    ],
)
async def test_what_no_gateway_answers_is_told(answer, says):
    with pytest.raises(GatewayAnswerError, match=says) as caught:
        await ask(answer)
    assert "the-token" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "settings", "is_refused"),
    [
        ("http://192.0.2.1:9", {}, True),
        ("http://localhost.example.com", {}, True),
        ("http://192.0.2.1:9", {"insecure": True}, False),
        ("https://192.0.2.1:9", {}, False),
        ("http://127.0.0.1:9", {}, False),
        ("http://[::1]:9", {}, False),
    ],
)
async def test_a_password_goes_over_plain_http_on_this_machine_only(
    url, settings, is_refused, monkeypatch
):
    asked = []

    async def unreachable(self, request):
        asked.append(request.url)
        raise GatewayUnreachable("down")

    monkeypatch.setattr(HttpChannel, "call", unreachable)
    async with gateway(url, **settings) as it:
        error = GatewayInsecure if is_refused else GatewayUnreachable
        with pytest.raises(error, match=r"plain HTTP.*insecure=True|down"):
            await it.authenticate(ALICE)
    assert asked == ([] if is_refused else [f"{url}/v1/authenticate"])


async def test_no_repr_shows_a_secret():
    got, _, _ = await ask(http(ticket(WHERE)))
    credentials = Credentials("alice", "phone", "pass-word", "the-token")
    shown = f"{got!r} {credentials!r} {Gateway(Environment('http://h'), CLOSED)!r}"
    for secret in ("pass-word", "the-token", repr(KEY), KEY.hex()):
        assert secret not in shown
    assert "alice" in shown
