import pytest
from aiohttp.test_utils import make_mocked_request

from imnb.devserver.bearer import Bearer
from imnb.devserver.identity import Identity
from imnb.devserver.tokens import LIFETIME, Tokens
from imnb.errors import AuthError, TokenExpired
from imnb.models.ids import UserId

NOW = 1_700_000_000_000_000


@pytest.fixture
def tokens():
    return Tokens(Identity.new())


def ask(tokens, now=NOW, **headers):
    request = make_mocked_request("GET", "/", headers=headers)
    return Bearer(tokens, lambda: now).user(request)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_whose_token_it_is(tokens, scheme):
    token, _ = tokens.issue(UserId("alice"), "laptop", NOW)
    assert ask(tokens, Authorization=f"{scheme} {token}") == "alice"


@pytest.mark.parametrize("said", [{}, {"Authorization": "Basic abc"}])
def test_without_a_token(tokens, said):
    with pytest.raises(AuthError, match="needs an access token"):
        ask(tokens, **said)


def test_a_token_that_is_none(tokens):
    with pytest.raises(AuthError):
        ask(tokens, Authorization="Bearer x.y")


def test_one_that_has_expired(tokens):
    token, _ = tokens.issue(UserId("alice"), "laptop", NOW)
    with pytest.raises(TokenExpired):
        ask(tokens, now=NOW + LIFETIME, Authorization=f"Bearer {token}")
