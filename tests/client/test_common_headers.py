import locale

import pytest

from imnb.client.common_headers import common_headers
from imnb.client.version import VERSION
from imnb.engine.call import Call, CallLife
from imnb.engine.requests import TcpRequest
from imnb.pb.envelope_pb2 import Envelope


async def headers(device="tablet"):
    life = CallLife(lambda name, error: None)
    life.intercept(common_headers(device))
    call = Call(TcpRequest("Ping"), life)
    await life.prepare(call)
    return call.request.headers


async def test_who_asks_and_a_trace_id():
    sent = await headers()
    assert list(sent) == ["device", "client-version", "locale", "trace-id"]
    assert (sent["device"], sent["client-version"]) == ("tablet", VERSION)


async def test_any_name_of_a_device_fits_a_header_of_http():
    assert (await headers("Büro\r\nX: 1"))["device"] == "B%C3%BCro%0D%0AX%3A 1"


@pytest.mark.parametrize(
    ("found", "language"), [(("de_DE", "UTF-8"), "de_DE"), ((None, None), "C")]
)
async def test_the_language(monkeypatch, found, language):
    monkeypatch.setattr(locale, "getlocale", lambda: found)
    assert (await headers())["locale"] == language


async def test_a_locale_that_python_cannot_read(monkeypatch):
    def unreadable():
        raise ValueError("unknown locale: UTF-8")

    monkeypatch.setattr(locale, "getlocale", unreadable)
    assert (await headers())["locale"] == "C"


async def test_the_requests_of_a_client_carry_them(alice):
    (login,) = [
        frame.plain
        for frame in alice.capture.frames(where='command == "Login"')
        if frame.outbound
    ]
    headers = Envelope.FromString(login).headers
    assert headers["device"] == "notebook"
    assert headers["trace-id"]


async def test_calls_over_http_carry_them_too_and_are_in_the_log(alice):
    seen = []
    alice.gateway.channel.life.watch(lambda call: seen.append(call.request))
    await alice.find_groups()
    assert seen[-1].headers["device"] == "notebook"
    calls = {call.method: call for call in alice.engine.calls.records()}
    assert calls["POST /v1/authenticate"].state == "done"
    assert calls["GET /v1/groups"].state == "done"
    assert calls["Login"].ask_id
