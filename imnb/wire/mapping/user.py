"""User: protobuf and model."""

from imnb.models.ids import FileId, UserId
from imnb.models.user import User
from imnb.pb import model_pb2
from imnb.wire.mapping.checks import present


def from_pb(user: model_pb2.User) -> User:
    """The model of a received user.

    Raises:
        EnvelopeError: a value that cannot be.
    """
    return User(
        UserId(present(user.user_id, "user_id")),
        user.name,
        user.about,
        FileId(user.avatar),
    )


def to_pb(user: User) -> model_pb2.User:
    """What is sent of a user."""
    return model_pb2.User(
        user_id=user.user_id, name=user.name, about=user.about, avatar=user.avatar
    )
