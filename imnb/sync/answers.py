"""Who waits for what becomes of a draft."""

import asyncio
import contextlib
from collections.abc import Iterable

from imnb.errors import CallRefused, StoreError
from imnb.models.ids import ClientId, UserId
from imnb.models.message import Message
from imnb.store.connection import Reader
from imnb.store.tables import message as message_table
from imnb.store.tables import outbox as outbox_table

GONE = "it was accepted before, and is not kept in the store any more"

Answer = asyncio.Future[Message]
Result = Message | Exception


class Answers:
    """One for each draft that is neither accepted nor failed."""

    def __init__(self) -> None:
        self._answers: dict[ClientId, Answer] = {}

    def __repr__(self) -> str:
        return f"<Answers {len(self)} open>"

    def __len__(self) -> int:
        return len(self._answers)

    def __contains__(self, client_id: ClientId) -> bool:
        return client_id in self._answers

    @property
    def open(self) -> set[ClientId]:
        """Drafts of which nothing is known yet."""
        return set(self._answers)

    def find(self, client_id: ClientId) -> Answer | None:
        """What to await, if there is something to wait for."""
        return self._answers.get(client_id)

    def expect(self, client_id: ClientId) -> Answer:
        """What to await; it need not be."""
        answer = self._answers.get(client_id)
        if answer is None:
            answer = asyncio.get_running_loop().create_future()
            answer.add_done_callback(_seen)
            self._answers[client_id] = answer
        return answer

    def give(self, client_id: ClientId, result: Result) -> None:
        """This is what became of it."""
        answer = self._answers.pop(client_id, None)
        if answer is None or answer.done():
            return
        if isinstance(result, Exception):
            answer.set_exception(result)
        else:
            answer.set_result(result)

    def drop(self, client_id: ClientId) -> None:
        """There is no such draft after all."""
        answer = self._answers.pop(client_id, None)
        if answer is not None:
            answer.cancel()


def results_of(
    reader: Reader, me: UserId, waited_for: Iterable[ClientId]
) -> dict[ClientId, Result]:
    """What became of drafts, without our being told, that do not wait any more."""
    unsent = {draft.client_id for draft in outbox_table.pending(reader)}
    missing = [client_id for client_id in waited_for if client_id not in unsent]
    if not missing:
        return {}
    results: dict[ClientId, Result] = dict.fromkeys(missing, StoreError(GONE))
    for client_id, why in outbox_table.failures(reader, missing).items():
        results[client_id] = CallRefused("Send", "REFUSED", why)
    for one in message_table.sent(reader, me, missing):
        results[one.client_id] = one
    return results


def _seen(answer: Answer) -> None:
    """Nobody has to await an answer: the outbox table says what became of it."""
    with contextlib.suppress(asyncio.CancelledError):
        answer.exception()
