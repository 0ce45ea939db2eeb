"""A server that accepts drafts, and what is left of them in a store."""

from typing import Any

from imnb.pb.chat_pb2 import SendReply, SendRequest, SendResult
from imnb.store.tables import outbox as outbox_table


class Accepting:
    """Gives each new client id the next seq, an old one its own."""

    def __init__(self) -> None:
        self.seqs: dict[str, int] = {}
        self.refused: set[str] = set()

    def __call__(self, request: SendRequest) -> SendReply:
        return SendReply(results=[self._result(one) for one in request.messages])

    def _result(self, one: Any) -> SendResult:
        if one.client_id in self.refused:
            return SendResult(client_id=one.client_id, error="not allowed")
        seq = self.seqs.setdefault(one.client_id, len(self.seqs) + 1)
        return SendResult(client_id=one.client_id, seq=seq, sent_at=100 + seq)


async def texts(database) -> list[str]:
    rows = await database.fetch("SELECT text FROM message ORDER BY seq")
    return [row[0] for row in rows]


async def pending(database) -> list[str]:
    drafts = await database.read(outbox_table.pending)
    return [one.text for one in drafts]


async def is_empty(database) -> bool:
    return not await pending(database)
