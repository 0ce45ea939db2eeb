import pytest

from imnb.errors import EnvelopeError
from imnb.models.ids import FileId, UserId
from imnb.models.user import User
from imnb.pb import model_pb2
from imnb.wire.mapping import user


def test_there_and_back():
    bob = User(UserId("bob"), "Bob", "On holiday", FileId("f1"))
    assert user.from_pb(user.to_pb(bob)) == bob


def test_a_user_needs_an_id():
    with pytest.raises(EnvelopeError, match="user_id"):
        user.from_pb(model_pb2.User(name="Bob"))
