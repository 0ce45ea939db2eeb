import pytest

from imnb.errors import EnvelopeError
from imnb.models.change import Edited, Reacted, Revoked
from imnb.models.ids import ConversationId, UserId
from imnb.models.message import Reaction
from imnb.pb import sync_pb2
from imnb.wire.mapping import change

PLACE = ConversationId(3), 4, 5
THUMB = Reaction(UserId("bob"), "👍")
CHANGES = [
    Edited(*PLACE, "new", b"\1", 9),
    Revoked(*PLACE, 9),
    Reacted(*PLACE, THUMB),
    Reacted(*PLACE, THUMB, is_removed=True),
]


@pytest.mark.parametrize("made", CHANGES)
def test_there_and_back(made):
    assert change.from_event(change.to_event(made)) == made


@pytest.mark.parametrize("made", CHANGES)
@pytest.mark.parametrize("field", ["conversation_id", "seq", "change_seq"])
def test_a_place_that_cannot_be_is_named(made, field):
    event = change.to_event(made)
    setattr(getattr(event, event.WhichOneof("change")), field, 0)
    with pytest.raises(EnvelopeError, match=f"^{field}"):
        change.from_event(event)


@pytest.mark.parametrize(("field", "value"), [("user_id", ""), ("emoji", "")])
def test_a_reaction_has_an_author_and_a_sign(field, value):
    event = change.to_event(Reacted(*PLACE, THUMB))
    setattr(event.reacted, field, value)
    with pytest.raises(EnvelopeError, match=field):
        change.from_event(event)


def test_a_change_that_never_happened_is_none():
    with pytest.raises(EnvelopeError, match="revoked_at"):
        change.from_event(change.to_event(Revoked(*PLACE, 0)))
    with pytest.raises(EnvelopeError, match="no change"):
        change.from_event(sync_pb2.Event())
