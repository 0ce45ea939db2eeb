import pytest

from imnb.errors import EnvelopeError
from imnb.models.ids import ConversationId
from imnb.models.preferences import FOR_GOOD, Preferences
from imnb.wire.mapping import preferences

MINE = Preferences(ConversationId(3), 5, FOR_GOOD, "Dear Bob", 2, 9)


def test_there_and_back():
    assert preferences.from_pb(preferences.to_pb(MINE)) == MINE


@pytest.mark.parametrize(
    "field",
    ["conversation_id", "pinned_at", "muted_until", "draft_reply_to", "draft_at"],
)
def test_a_wrong_value_is_named(field):
    received = preferences.to_pb(MINE)
    setattr(received, field, -1)
    with pytest.raises(EnvelopeError, match=field):
        preferences.from_pb(received)
