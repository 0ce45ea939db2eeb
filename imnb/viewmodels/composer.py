"""Where a message is written."""

from typing import Protocol

import traitlets

from imnb.models.ids import ConversationId
from imnb.viewmodels.commands import CommandRunner, ViewModel, Work


class SendCommands(Protocol):
    """What a composer can ask of a client."""

    async def send_text(
        self, to: ConversationId, text: str, *, wait: bool = True
    ) -> object:
        """Put a message into the outbox."""


class ComposerViewModel(ViewModel):
    """Sends to one conversation.

    Attributes:
        conversation: key of where messages go; empty when nowhere.
        refused: a text that could not be kept, to be put back; and a counter,
            so that the same text twice is two events.
    """

    conversation = traitlets.Unicode("")
    refused = traitlets.Tuple(
        traitlets.Unicode(), traitlets.Int(), default_value=("", 0)
    )

    def __init__(self, commands: SendCommands, runner: CommandRunner) -> None:
        super().__init__()
        self._commands = commands
        self._runner = runner

    def send(self, text: str) -> None:
        """Send a text; white space alone is nothing to send."""
        if text.strip() and self.conversation:
            target = ConversationId(int(self.conversation))
            self._runner.run(self, "send", self._sending(target, text))

    def _sending(self, target: ConversationId, text: str) -> Work:
        async def work() -> None:
            try:
                # What is in the outbox will be sent; the chat shows how it goes.
                await self._commands.send_text(target, text, wait=False)
            except BaseException:
                self.refused = (text, self.refused[1] + 1)
                raise

        return work
