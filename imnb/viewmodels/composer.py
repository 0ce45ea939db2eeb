"""Where a message is written."""

import functools
from typing import Any, Protocol

import traitlets

from imnb.models.ids import ConversationId
from imnb.viewmodels.commands import CommandRunner, ViewModel


class SendCommands(Protocol):
    """What a composer can ask of a client."""

    async def send_text(
        self, to: ConversationId, text: str, *, wait: bool = True
    ) -> object:
        """Put a message into the outbox."""


class ComposerViewModel(ViewModel):
    """Sends to one conversation.

    A text that could not be kept comes back where it was written: at once, or
    when its conversation is shown again, but never in another one.

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
        self._kept: dict[str, tuple[str, str]] = {}

    def send(self, text: str) -> None:
        """Send a text; white space alone is nothing to send."""
        key = self.conversation
        if text.strip() and key:
            self._runner.run(
                self,
                "send",
                lambda: self._send(ConversationId(int(key)), text),
                functools.partial(self._put_back, key, text),
            )

    async def _send(self, target: ConversationId, text: str) -> None:
        self.error = ""
        # What is in the outbox will be sent; the chat shows how it goes.
        await self._commands.send_text(target, text, wait=False)
        # Or a view that is drawn anew would bring an old text back.
        self.refused = ("", self.refused[1])

    def _put_back(self, key: str, text: str, why: str) -> None:
        if key == self.conversation:
            self.refused = (text, self.refused[1] + 1)
            self.error = why
        else:
            earlier, _ = self._kept.get(key, ("", ""))
            self._kept[key] = (f"{earlier}\n{text}" if earlier else text, why)

    @traitlets.observe("conversation")
    def _switched(self, change: dict[str, Any]) -> None:
        text, count = self.refused
        if text:
            self._kept[change["old"]] = (text, self.error)
        text, self.error = self._kept.pop(change["new"], ("", ""))
        self.refused = (text, count + bool(text))
