"""Contact: protobuf and model."""

from imnb.models.contact import Contact
from imnb.models.ids import UserId
from imnb.pb import model_pb2
from imnb.wire.mapping.checks import not_negative, present


def from_pb(contact: model_pb2.Contact) -> Contact:
    """The model of a received contact.

    Raises:
        EnvelopeError: a value that cannot be.
    """
    return Contact(
        user_id=UserId(present(contact.user_id, "contact.user_id")),
        alias=contact.alias,
        added_at=not_negative(contact.added_at, "contact.added_at"),
    )


def to_pb(contact: Contact) -> model_pb2.Contact:
    """What is sent of a contact."""
    return model_pb2.Contact(
        user_id=contact.user_id, alias=contact.alias, added_at=contact.added_at
    )
