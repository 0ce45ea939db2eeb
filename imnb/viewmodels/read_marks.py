"""How far conversations were seen, and how far the server knows it."""

from typing import Protocol

from imnb.models.ids import ConversationId
from imnb.viewmodels.commands import CommandRunner, ViewModel


class ReadCommands(Protocol):
    """What is asked of a client."""

    async def mark_read(self, conversation: ConversationId, seq: int) -> object:
        """Everything up to a message was seen."""


class ReadMarks:
    """Tells each mark once; one that could not be told is not forgotten.

    Nobody gives this as a command, so a failure shows nothing. It is tried again
    with the next thing that is seen, and when the connection is back.
    """

    def __init__(
        self, owner: ViewModel, commands: ReadCommands, runner: CommandRunner
    ) -> None:
        self._owner = owner
        self._commands = commands
        self._runner = runner
        self._seen: dict[ConversationId, int] = {}
        self._told: dict[ConversationId, int] = {}
        self._is_telling = False

    def __repr__(self) -> str:
        return f"<ReadMarks {len(self._untold())} untold>"

    def see(self, conversation_id: ConversationId, seq: int) -> None:
        """All messages up to this one are or were on the screen."""
        self._seen.pop(conversation_id, None)  # the newest mark is the last one
        self._seen[conversation_id] = seq
        self.tell()

    def tell(self) -> None:
        """Tell the server what it does not know yet."""
        if self._untold() and not self._is_telling:
            self._is_telling = True
            self._runner.run(self._owner, "mark read", self._tell, self._failed)

    def _untold(self) -> list[tuple[ConversationId, int]]:
        told = self._told
        return [mark for mark in self._seen.items() if told.get(mark[0]) != mark[1]]

    async def _tell(self) -> None:
        # Newest first: an old one that is refused keeps no other back.
        while untold := self._untold():
            conversation_id, seq = untold[-1]
            await self._commands.mark_read(conversation_id, seq)
            self._told[conversation_id] = seq
        self._is_telling = False

    def _failed(self, _why: str) -> None:
        self._is_telling = False
