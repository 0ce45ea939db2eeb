"""How far people have read."""

from imnb.pb.sync_pb2 import Event
from imnb.store.tables import conversation
from imnb.sync.plugins.plugin import Plugin
from imnb.wire.mapping.checks import not_negative, positive, present


def read(event: Event) -> tuple[int, str, int]:
    """Conversation, user and seq.

    Raises:
        EnvelopeError: a value that cannot be.
    """
    return (
        positive(event.read.conversation_id, "read.conversation_id"),
        present(event.read.user_id, "read.user_id"),
        not_negative(event.read.seq, "read.seq"),
    )


RECEIPT = Plugin(
    "receipt",
    order=50,
    events=frozenset({"read"}),
    read=read,
    apply=conversation.read_cursors,
)
