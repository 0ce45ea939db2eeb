"""Rows, models and changes that the tests of the store share."""

from typing import Any

from imnb.models.conversation import Conversation, ConversationKind, Member
from imnb.models.ids import ClientId, ConversationId, UserId
from imnb.models.message import Draft
from imnb.store.ledger import Job, Ledger
from imnb.store.tables.message import MessageRow

NOW = 1_700_000_000_000_000


def row(conversation: int, seq: int, sender: str = "alice", **over: Any) -> MessageRow:
    client_id = over.get("client_id", f"{conversation}-{seq}-{sender}")
    text = over.get("text", f"text {seq}")
    sent_at = over.get("sent_at", NOW + seq)
    kind, content = over.get("kind", "text"), over.get("content", b"")
    return (conversation, seq, client_id, sender, kind, text, content, sent_at, seq)


def group(number: int, title: str = "", **over: Any) -> Conversation:
    members = over.pop("members", {"me": 0, "alice": 0})
    return Conversation(
        conversation_id=ConversationId(number),
        kind=ConversationKind.GROUP,
        title=title or f"group {number}",
        members=tuple(
            Member(UserId(user), user.title(), read) for user, read in members.items()
        ),
        created_at=NOW,
        **over,
    )


def draft(client_id: str, conversation: int = 1, text: str = "hi") -> Draft:
    return Draft(
        conversation_id=ConversationId(conversation),
        client_id=ClientId(client_id),
        kind="text",
        text=text,
        content=b"",
        created_at=NOW,
    )


def commit(ledger: Ledger, *changes: Any) -> list[Any]:
    """Run changes as one group; raise the first error."""
    jobs = [Job(change, 1, None) for change in changes]
    ledger.run(jobs)
    for job in jobs:
        if job.error is not None:
            raise job.error
    return [job.result for job in jobs]


def told(feed: Any, mark: int) -> list[tuple[str, Any, bool]]:
    """(table, key, dead) of every row that changed since a mark."""
    batches, _ = feed.take(mark)
    return [(one.table, key, one.dead) for one in batches for key in one.keys]
