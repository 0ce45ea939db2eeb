import pytest

from imnb.errors import EnvelopeError
from imnb.models.contact import Contact
from imnb.models.ids import UserId
from imnb.pb import model_pb2
from imnb.wire.mapping import contact


def test_there_and_back():
    bob = Contact(UserId("bob"), "Bobby", 7)
    assert contact.from_pb(contact.to_pb(bob)) == bob


@pytest.mark.parametrize("fields", [{}, {"user_id": "bob", "added_at": -1}])
def test_a_wrong_value_is_named(fields):
    with pytest.raises(EnvelopeError, match="contact"):
        contact.from_pb(model_pb2.Contact(**fields))
