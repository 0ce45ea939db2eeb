import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imnb.devserver.account import MAX_DEVICE_CHARACTERS, MAX_ID_CHARACTERS
from imnb.devserver.identity import Identity
from imnb.devserver.tokens import LIFETIME, Passwords, Tokens
from imnb.errors import AuthError, TokenExpired, UnknownUser, WrongPassword

NOW = 1_000
IDENTITY = Identity.new()


def test_a_token_says_who_it_was_made_for():
    token, expires_at = Tokens(IDENTITY).issue("alice", "laptop", NOW)
    found = Tokens(IDENTITY).check(token, expires_at - 1)
    assert (found.user, found.device) == ("alice", "laptop")
    assert found.expires_at == expires_at == NOW + LIFETIME


@pytest.mark.parametrize(
    "character", ["a", '"', "\N{SMILING CAT FACE WITH OPEN MOUTH}"]
)
def test_the_longest_names_that_can_be_make_a_token_that_can_be(character):
    user, device = character * MAX_ID_CHARACTERS, character * MAX_DEVICE_CHARACTERS
    token, _ = Tokens(IDENTITY).issue(user, device, NOW)
    assert Tokens(IDENTITY).check(token, NOW).device == device


def test_it_expires():
    tokens = Tokens(IDENTITY)
    token, expires_at = tokens.issue("alice", "laptop", NOW)
    with pytest.raises(TokenExpired, match="expired 3 s ago: log in with the password"):
        tokens.check(token, expires_at + 3_000_000)


def test_another_servers_token():
    token, _ = Tokens(Identity.new()).issue("alice", "laptop", NOW)
    with pytest.raises(AuthError, match="none of this server's"):
        Tokens(IDENTITY).check(token, NOW)


def test_changed_fields_do_not_match_the_signature():
    token, _ = Tokens(IDENTITY).issue("alice", "laptop", NOW)
    _, _, signature = token.partition(".")
    fields = json.dumps(["bob", "laptop", 2**60]).encode()
    forged = base64.urlsafe_b64encode(fields).decode().rstrip("=") + "." + signature
    with pytest.raises(AuthError):
        Tokens(IDENTITY).check(forged, NOW)


@given(st.text(max_size=100) | st.just("a" * 5_000))
def test_anything_else_is_refused_and_never_crashes(text):
    with pytest.raises(AuthError):
        Tokens(IDENTITY).check(text, NOW)


@given(st.integers(0, 200), st.characters())
def test_a_token_with_one_other_character_is_refused(position, character):
    token, _ = Tokens(IDENTITY).issue("alice", "laptop", NOW)
    position %= len(token)
    changed = token[:position] + character + token[position + 1 :]
    if changed != token and not is_padding_of_the_last_character(token, changed):
        with pytest.raises(AuthError):
            Tokens(IDENTITY).check(changed, NOW)


def is_padding_of_the_last_character(token, changed):
    """base64 ignores the lowest bits of the last character of each part."""
    decode = lambda t: [base64.urlsafe_b64decode(p + "==") for p in t.split(".")]  # noqa: E731
    try:
        return decode(token) == decode(changed)
    except ValueError:
        return False


@pytest.fixture
def passwords():
    made = Passwords(IDENTITY)
    made.set_digest("alice", made.digest("alice", "secret"))
    return made


def test_passwords(passwords):
    passwords.check("alice", "secret")
    with pytest.raises(WrongPassword, match="not the password of 'alice'"):
        passwords.check("alice", "Secret")
    with pytest.raises(UnknownUser, match="no account 'bob'"):
        passwords.check("bob", "secret")
    assert not passwords.is_right("bob", "")


def test_the_same_password_of_two_users_looks_different(passwords):
    assert passwords.digest("alice", "x") != passwords.digest("bob", "x")


def test_its_repr_shows_numbers_only(passwords):
    assert repr(passwords) == "<Passwords of 1 users>"
