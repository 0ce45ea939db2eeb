"""The collections that a chat program shows.

The ``rev`` of their rows says that a row is another one, and nothing else: where
names are joined to it, it is made of theirs too.
"""

from collections.abc import Collection

from imnb.live.count import Figure
from imnb.live.rule import (
    Branch,
    Params,
    Rule,
    leads_to,
    named_in,
    read_anew,
)
from imnb.models.ids import ConversationId, UserId
from imnb.store.tables import search as search_table
from imnb.store.tables.message import HIDDEN

_END = 1 << 62

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
    "edited_at",
    "revoked_at",
    "reactions",
    "state",
    "error",
    "rev",
)
_SENDER = 3
_SENDER_NAME = "coalesce(nullif(k.alias, ''), nullif(u.name, ''), t.sender_id)"
_SENDER_JOINS = (
    'LEFT JOIN "user" u ON u.user_id = t.sender_id '
    "LEFT JOIN contact k ON k.user_id = t.sender_id"
)
_NAMED_REV = "concat_ws('.', t.rev, coalesce(u.rev, 0), coalesce(k.rev, 0))"
# A message of mine keeps its client id as key, so that sent replaces sending in one
# row; a client id that somebody else chose cannot take its place.
# [emoji, user], in no order: to order them here makes changed rows ten times as slow.
# Each moves the message's rev too.
_REACTIONS = (
    "(SELECT list([r.emoji, r.user_id]) FROM reaction r "
    "WHERE r.conversation_id = t.conversation_id AND r.seq = t.seq)"
)
_KEY = (
    "CASE WHEN t.sender_id = ? AND t.client_id <> '' THEN t.client_id "
    "ELSE '#' || t.seq END"
)
_MESSAGE = (
    _KEY, "t.seq", "t.client_id", "t.sender_id", _SENDER_NAME, "t.kind", 't."text"',
    "t.content", "t.sent_at", "t.edited_at", "t.revoked_at", _REACTIONS, "'sent'",
    "''", _NAMED_REV,
)  # fmt: skip
_DRAFT = (
    "t.client_id", "NULL", "t.client_id", "?", "?", "t.kind", 't."text"', "t.content",
    "t.created_at", "NULL", "NULL", "NULL", "t.state", "t.error", "t.rev",
)  # fmt: skip
# From hole to hole: what is missing would not be seen, and paging asks for it.
_STRETCH = """
    SELECT coalesce(max(to_seq) FILTER (to_seq < $2), 0),
           coalesce(min(from_seq) FILTER (from_seq > $2), $3)
    FROM hole WHERE conversation_id = $1
"""


def chat(
    conversation_id: ConversationId,
    me: UserId,
    *,
    around: int = _END,
    hidden: Collection[str] = HIDDEN,
) -> Rule:
    """A conversation: messages from old to new, then those on their way out.

    Args:
        conversation_id: which.
        me: whose drafts they are.
        around: a seq in the stretch without holes that is shown; else the newest.
        hidden: kinds that are left out.
    """
    messages = Branch(
        table="message",
        key=("conversation_id", "seq"),
        columns=_MESSAGE,
        column_params=(me,),
        where=f"t.conversation_id = ? AND t.kind NOT IN ({_marks(hidden)}) "
        "AND t.seq > ? AND t.seq < ?",
        where_params=(conversation_id, *sorted(hidden)),
        order=("seq",),
        joins=_SENDER_JOINS,
        bounds=(_STRETCH, (conversation_id, around, _END)),
        is_cut=_ends_before_newest,
        partition=(conversation_id,),
    )
    drafts = Branch(
        table="outbox",
        key=("client_id",),
        columns=_DRAFT,
        column_params=(me, me),
        where="t.conversation_id = ?",
        where_params=(conversation_id,),
        order=("t.position",),
    )
    also = (
        named_in("user", _SENDER),
        named_in("contact", _SENDER),
        read_anew("hole", conversation_id),
        # of a conversation that goes only itself is named, not each of its messages
        read_anew("conversation", conversation_id, gone=True),
    )
    return Rule(f"chat {conversation_id}", CHAT_COLUMNS, (messages, drafts), also)


CONVERSATION_COLUMNS = (
    "conversation_id",
    "kind",
    "title",
    "last_kind",
    "last_text",
    "last_is_revoked",
    "last_sender",
    "last_at",
    "unread",
    "mentions",
    "member_count",
    "first_seq",
    "last_seq",
    "read_seq",
    "pinned_at",
    "muted_until",
    "draft",
    "draft_reply_to",
    "rev",
)
_LIVELY = "coalesce(t.last_at, t.created_at)"
_CONVERSATION = (
    "t.conversation_id",
    "t.kind",
    "CASE WHEN t.title <> '' THEN t.title "
    "ELSE coalesce(n.others, 'Notes to myself') END",
    "t.last_kind",
    "t.last_text",
    "t.last_is_revoked",
    "t.last_sender",
    _LIVELY,
    "t.unread",
    "t.mentions",
    "coalesce(n.size, 0)",
    "t.first_seq",
    "t.last_seq",
    "t.read_seq",
    "t.pinned_at",
    "t.muted_until",
    "t.draft",
    "t.draft_reply_to",
    "concat_ws('.', t.rev, hash(n.size, n.others))",
)
_MEMBERS = """LEFT JOIN (
    SELECT b.conversation_id, count(*) AS size,
        string_agg(coalesce(nullif(k.alias, ''), nullif(u.name, ''),
                            nullif(b.name, ''), b.user_id),
                   ', ' ORDER BY b.user_id) FILTER (b.user_id <> ?) AS others
    FROM member b LEFT JOIN "user" u ON u.user_id = b.user_id
        LEFT JOIN contact k ON k.user_id = b.user_id
    GROUP BY b.conversation_id
) n ON n.conversation_id = t.conversation_id"""


def conversations(me: UserId) -> Rule:
    """All conversations, pinned ones first, then the liveliest.

    Their titles are as ``me`` sees them. Last message, unread and mentions are
    columns that `imnb.store.heads` writes in the transaction of what moves them.
    """
    branch = Branch(
        table="conversation",
        key=("conversation_id",),
        columns=_CONVERSATION,
        where="true",
        order=("coalesce(t.pinned_at, 0)", _LIVELY, "t.conversation_id"),
        joins=_MEMBERS,
        join_params=(me,),
    )
    also = (
        leads_to("member", "conversation"),
        read_anew("user"),
        read_anew("contact"),
    )
    return Rule(
        "conversations", CONVERSATION_COLUMNS, (branch,), also, newest_first=True
    )


USER_COLUMNS = ("user_id", "name", "rev")
_USER_NAME = "coalesce(nullif(t.name, ''), t.user_id)"


def users(name_contains: str = "") -> Rule:
    """Everybody who was heard of, by name; or those whose name or id has a text."""
    where, params = search_table.containing((_USER_NAME, "t.user_id"), name_contains)
    branch = Branch(
        table="user",
        key=("user_id",),
        columns=(
            "t.user_id",
            "coalesce(nullif(k.alias, ''), " + _USER_NAME + ")",
            "concat_ws('.', t.rev, coalesce(k.rev, 0))",
        ),
        where=where,
        where_params=params,
        order=(f"lower({_USER_NAME})", "t.user_id"),
        joins="LEFT JOIN contact k ON k.user_id = t.user_id",
    )
    also = (leads_to("contact", "user"),)
    return Rule("users", USER_COLUMNS, (branch,), also, from_lowest=True)


HIT_COLUMNS = (
    "key",
    "conversation_id",
    "seq",
    "sender_id",
    "sender_name",
    "kind",
    "text",
    "sent_at",
    "rev",
)
_HIT_SENDER = 3


def search(
    text: str,
    conversation_id: ConversationId | None = None,
    hidden: Collection[str] = HIDDEN,
) -> Rule:
    """Messages that contain a text, newest first; see `imnb.store.tables.search`."""
    where, params = search_table.condition(text, conversation_id, hidden)
    branch = Branch(
        table="message",
        key=("conversation_id", "seq"),
        columns=(
            "t.conversation_id || '#' || t.seq",
            "t.conversation_id",
            "t.seq",
            "t.sender_id",
            _SENDER_NAME,
            "t.kind",
            't."text"',
            "t.sent_at",
            _NAMED_REV,
        ),
        where=where,
        where_params=params,
        order=("t.sent_at", "t.conversation_id", "t.seq"),
        joins=_SENDER_JOINS,
        partition=() if conversation_id is None else (conversation_id,),
    )
    also = (
        named_in("user", _HIT_SENDER),
        named_in("contact", _HIT_SENDER),
        read_anew("conversation", conversation_id, gone=True),
    )
    return Rule("search", HIT_COLUMNS, (branch,), also, newest_first=True)


def unread() -> Figure:
    """Unread messages of all conversations."""
    return Figure(
        "unread", frozenset({"conversation"}), "SELECT sum(unread) FROM conversation"
    )


def mentions() -> Figure:
    """Unread messages of all conversations that mention me."""
    return Figure(
        "mentions",
        frozenset({"conversation"}),
        "SELECT sum(mentions) FROM conversation",
    )


def _ends_before_newest(bounds: Params) -> bool:
    return bounds[1] != _END


def _marks(values: Collection[str]) -> str:
    return ", ".join("?" * len(values)) or "''"
