"""What a gateway says to a file, believed or not."""

import hashlib

import pytest

from imnb.client.uploading import upload
from imnb.engine.progress import Teller
from imnb.errors import FileDamaged, FileTooLarge, GatewayAnswerError
from tests.client.strangers import http, stranger


async def give(client, content=b"", limit=100):
    teller = Teller(None, client.engine.scope.report)
    return await upload(client.gateway, content, "a é.txt", limit=limit, teller=teller)


async def test_a_file_that_was_taken(alice):
    file = await give(alice, b"hello")
    assert (file.name, file.size) == ("a é.txt", 5)
    assert file.sha256 == hashlib.sha256(b"hello").hexdigest()


async def test_a_limit_of_ours(alice):
    with pytest.raises(FileTooLarge, match="6 bytes, 5 are the limit"):
        await give(alice, b"hello!", limit=5)


ANSWERS = {
    "HTML": (http(b"<html>", kind="text/html"), "not JSON"),
    "a redirect": (http(b"", "302 Found\r\nLocation: http://192.0.2.1/"), "302"),
    "an error": (http(b"oops", "500 No"), "500 with 4 bytes"),
    "no id": (http({"file": {"name": "x"}}), "file_id '' cannot be one"),
    "a huge body": (http(b" " * (5 << 20)), "more than 4194304 bytes"),
}


@pytest.mark.parametrize("case", ANSWERS)
async def test_a_gateway_that_answers_something_else(alice, case):
    answer, says = ANSWERS[case]
    async with stranger(answer) as (endpoint, _):
        alice.gateway.url = lambda path: f"http://{endpoint}{path}"
        alice.gateway._token._origin = f"http://{endpoint}"
        with pytest.raises(GatewayAnswerError, match=says):
            await give(alice)  # so that nothing is reset


async def test_a_gateway_that_got_something_else(alice):
    file = {"fileId": "f", "name": "n", "size": 0, "sha256": "00" * 32}
    async with stranger(http({"file": file})) as (endpoint, _):
        alice.gateway.url = lambda path: f"http://{endpoint}{path}"
        alice.gateway._token._origin = f"http://{endpoint}"
        with pytest.raises(FileDamaged, match="another content than the one"):
            await give(alice)  # so that nothing is reset
