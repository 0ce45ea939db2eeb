import json

import pytest

from imnb.devserver.answers import Problem, answer, problem, refusal
from imnb.errors import AuthError, TokenExpired, UnknownUser, WrongPassword
from imnb.pb import gateway_pb2 as pb


def test_what_was_asked_for():
    given = answer(pb.GatewayEndpoint(host="h", port=7))
    assert (given.status, given.content_type) == (200, "application/json")
    assert json.loads(given.text) == {"host": "h", "port": 7}


def test_why_it_is_not_given():
    given = problem(418, "teapot", "short and stout")
    assert given.status == 418
    assert json.loads(given.text) == {"code": "teapot", "message": "short and stout"}


def test_a_problem_may_have_headers():
    given = Problem(416, "no_such_range", "no", {"Content-Range": "bytes */5"}).answer()
    assert (given.status, given.headers["Content-Range"]) == (416, "bytes */5")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        (UnknownUser, 404, "unknown_user"),
        (WrongPassword, 401, "wrong_password"),
        (TokenExpired, 401, "token_expired"),
        (AuthError, 401, "bad_token"),
    ],
)
def test_who_is_not_let_in(kind, status, code):
    given = refusal(kind("said"))
    assert given.status == status
    assert json.loads(given.text) == {"code": code, "message": "said"}
