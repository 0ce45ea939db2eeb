import pytest

from imnb.engine.http_reply import HttpReply
from imnb.errors import GatewayAnswerError

# `Incoming` is tested in channels/test_http.py, with a server that sends too much.


def test_json():
    assert HttpReply("http://host", 200, b'{"a": [1]}').json() == {"a": [1]}


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"{", b"[" * 99_999])
def test_what_is_not_json_says_who_sent_how_much(body):
    reply = HttpReply("http://host/v1", 502, body)
    with pytest.raises(
        GatewayAnswerError, match=f"http://host/v1 answered 502 with {len(body)}"
    ):
        reply.json()


def test_the_repr_shows_no_body():
    assert "secret" not in repr(HttpReply("http://host", 200, b"secret"))
