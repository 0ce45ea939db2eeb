"""The collections that a chat program shows."""

from imnb.live.rule import Rule
from imnb.live.snapshot import Row
from imnb.models.ids import ConversationId, UserId
from imnb.store.connection import Reader
from imnb.store.feed import Entry

CHAT_COLUMNS = (
    "key",
    "seq",
    "client_id",
    "sender_id",
    "sender_name",
    "kind",
    "text",
    "content",
    "sent_at",
    "state",
    "error",
    "rev",
)
# The newest messages are picked before anything is joined to them, and none from
# below a hole: what is missing would not be seen, and paging asks for it. A message
# of mine keeps its client id as key, so that sent replaces sending in one row.
_MESSAGES = """
    SELECT
        CASE WHEN m.sender_id = ? AND m.client_id <> '' THEN m.client_id
             ELSE '#' || m.seq END,
        m.seq, m.client_id, m.sender_id, coalesce(nullif(u.name, ''), m.sender_id),
        m.kind, m."text", m.content, m.sent_at, 'sent', '', m.rev
    FROM (
        SELECT * FROM message WHERE conversation_id = ? AND seq > coalesce(
            (SELECT max(to_seq) FROM hole WHERE conversation_id = ?), 0)
        ORDER BY sent_at DESC, seq DESC LIMIT ?
    ) m LEFT JOIN "user" u ON u.user_id = m.sender_id
    ORDER BY m.seq
"""
_OUTBOX = """
    SELECT client_id, NULL, client_id, ?, ?, kind, "text", content, created_at,
           state, error, rev
    FROM outbox WHERE conversation_id = ? ORDER BY position
"""


def chat(conversation_id: ConversationId, me: UserId) -> Rule:
    """A conversation: messages from old to new, then those on their way out."""

    def read(reader: Reader, limit: int) -> list[Row]:
        messages = reader.fetch(
            _MESSAGES, [me, conversation_id, conversation_id, limit]
        )
        return messages + reader.fetch(_OUTBOX, [me, me, conversation_id])

    def concerns(entry: Entry) -> bool:
        if entry.table == "message":
            return isinstance(entry.key, tuple) and entry.key[0] == conversation_id
        if entry.table in {"conversation", "hole"}:
            return entry.key == conversation_id
        return True

    # of a conversation that goes only itself is named, not each of its messages
    tables = frozenset({"message", "outbox", "user", "conversation", "hole"})
    return Rule(f"chat {conversation_id}", tables, CHAT_COLUMNS, read, concerns)


CONVERSATION_COLUMNS = (
    "conversation_id",
    "kind",
    "title",
    "last_text",
    "last_sender",
    "last_at",
    "unread",
    "member_count",
    "first_seq",
    "last_seq",
    "read_seq",
    "rev",
)
_CONVERSATIONS = """
    SELECT c.conversation_id, c.kind,
        CASE WHEN c.title <> '' THEN c.title
             ELSE coalesce(n.others, 'Notes to myself') END,
        c.last_text, c.last_sender, coalesce(c.last_at, c.created_at) AS lively_at,
        c.unread, coalesce(n.size, 0), c.first_seq, c.last_seq, c.read_seq,
        greatest(c.rev, coalesce(n.rev, 0))
    FROM conversation c LEFT JOIN (
        SELECT b.conversation_id, count(*) AS size,
            max(greatest(b.rev, coalesce(u.rev, 0))) AS rev,
            string_agg(coalesce(nullif(u.name, ''), nullif(b.name, ''), b.user_id),
                       ', ' ORDER BY b.user_id) FILTER (b.user_id <> ?) AS others
        FROM member b LEFT JOIN "user" u ON u.user_id = b.user_id
        GROUP BY b.conversation_id
    ) n ON n.conversation_id = c.conversation_id
    ORDER BY lively_at DESC, c.conversation_id DESC LIMIT ?
"""


def conversations(me: UserId) -> Rule:
    """All conversations, the liveliest first; titles as ``me`` sees them."""

    def read(reader: Reader, limit: int) -> list[Row]:
        return reader.fetch(_CONVERSATIONS, [me, limit])

    tables = frozenset({"conversation", "member", "user"})
    return Rule("conversations", tables, CONVERSATION_COLUMNS, read)


USER_COLUMNS = ("user_id", "name", "rev")


def users() -> Rule:
    """Everybody who was heard of, by name."""

    def read(reader: Reader, limit: int) -> list[Row]:
        return reader.fetch(
            "SELECT user_id, coalesce(nullif(name, ''), user_id) AS shown, rev "
            'FROM "user" ORDER BY lower(shown), user_id LIMIT ?',
            [limit],
        )

    return Rule("users", frozenset({"user"}), USER_COLUMNS, read)
