"""Where a message is written."""

import functools
from collections.abc import Callable
from typing import Any, Protocol

import traitlets

from imnb.models.ids import ConversationId
from imnb.viewmodels.commands import CommandRunner, ViewModel
from imnb.viewmodels.drafts import Draft, DraftCommands, Drafts
from imnb.viewmodels.looks import one_line
from imnb.viewmodels.message_actions import Place
from imnb.viewmodels.rows import ShownRow

REPLY, EDIT = "reply", "edit"


class SendCommands(DraftCommands, Protocol):
    """What a composer can ask of a client."""

    async def send_text(
        self,
        to: ConversationId,
        text: str,
        *,
        reply_to: int | None = None,
        wait: bool = True,
    ) -> object:
        """Put a message into the outbox."""

    async def edit(self, message: Place, text: str) -> object:
        """Give a message of mine another text."""


class ComposerViewModel(ViewModel):
    """Sends to one conversation, answers in it, and edits what was sent there.

    A text that could not be kept comes back where it was written: at once, or
    when its conversation is shown again, but never in another one.

    Attributes:
        conversation: key of where messages go; empty when nowhere.
        mode: empty, ``"reply"`` or ``"edit"``.
        target: of that: ``seq``, ``name`` and ``text``, which is one line.
        field: what the field is to hold; and a counter that says when it is to be
            put there, because else the field knows better.
        refused: a text that could not be kept, to be put back; and a counter,
            so that the same text twice is two events.
    """

    conversation = traitlets.Unicode("")
    mode = traitlets.Unicode("")
    target = traitlets.Dict()
    field = traitlets.Tuple(traitlets.Unicode(), traitlets.Int(), default_value=("", 0))
    refused = traitlets.Tuple(
        traitlets.Unicode(), traitlets.Int(), default_value=("", 0)
    )

    def __init__(
        self,
        commands: SendCommands,
        runner: CommandRunner,
        stored: Callable[[str], Draft] = lambda key: ("", 0),
    ) -> None:
        """``stored`` gives the draft of a conversation that was kept before."""
        super().__init__()
        self._commands = commands
        self._runner = runner
        self._drafts = Drafts(self, commands, runner, stored)
        self._kept: dict[str, tuple[str, str]] = {}

    def send(self, text: str) -> None:
        """Send a text, or what was edited; white space alone is nothing to send."""
        key, seq, is_edit = self.conversation, self._seq, self.mode == EDIT
        if not text.strip() or not key:
            return
        done = self.mode, self.target
        if not is_edit:
            self.field = ("", self.field[1])
        self._leave_mode()
        target = ConversationId(int(key))
        work = self._edit if is_edit else self._send
        self._runner.run(
            self,
            "edit" if is_edit else "send",
            lambda: work(target, seq, text),
            functools.partial(self._put_back, key, text, done),
        )

    def write(self, key: str, text: str) -> None:
        """The field of a conversation holds this now, and it is not sent."""
        if key == self.conversation:
            self.field = (text, self.field[1])
            if self.mode == EDIT:
                return
        if key.isdecimal():
            seq = self._seq if key == self.conversation else self._drafts.get(key)[1]
            self._drafts.write(key, text, seq)

    def reply(self, key: str, row: ShownRow) -> None:
        """Answer this message of the conversation that is shown."""
        self._enter(key, REPLY, row)

    def edit(self, key: str, row: ShownRow) -> None:
        """Give this message another text."""
        if self._enter(key, EDIT, row):
            self._fill(row["text"])

    def cancel(self) -> None:
        """Neither answer nor edit; the draft is there again."""
        self.error = ""
        self._leave_mode()

    def _enter(self, key: str, mode: str, row: ShownRow) -> bool:
        if key != self.conversation:
            return False
        self._leave_mode()
        self.error = ""
        line = one_line("", row["text"] or (row["card"] or {}).get("title", ""))
        name = "yourself" if row["mine"] else row["name"]
        self.mode, self.target = mode, {"seq": row["seq"], "name": name, "text": line}
        if mode == REPLY:
            self._drafts.write(key, self.field[0], row["seq"])
        return True

    def _leave_mode(self) -> None:
        was_edit, self.mode, self.target = self.mode == EDIT, "", {}
        if was_edit:
            self._fill(self._drafts.get(self.conversation)[0])
        elif self.conversation:
            self._drafts.write(self.conversation, self.field[0], 0)

    @property
    def _seq(self) -> int:
        """Of the message that is answered or edited."""
        return int(self.target.get("seq", 0))

    def _fill(self, text: str) -> None:
        self.field = (text, self.field[1] + 1)

    async def _send(self, target: ConversationId, seq: int, text: str) -> None:
        self.error = ""
        # What is in the outbox will be sent; the chat shows how it goes.
        await self._commands.send_text(target, text, reply_to=seq or None, wait=False)
        # Or a view that is drawn anew would bring an old text back.
        self.refused = ("", self.refused[1])

    async def _edit(self, target: ConversationId, seq: int, text: str) -> None:
        self.error = ""
        await self._commands.edit((target, seq), text)

    def _put_back(
        self, key: str, text: str, done: tuple[str, dict[str, Any]], why: str
    ) -> None:
        if key != self.conversation:
            earlier, _ = self._kept.get(key, ("", ""))
            self._kept[key] = (f"{earlier}\n{text}" if earlier else text, why)
            return
        mode, target = done
        if mode and not self.mode:
            self.mode, self.target = mode, target
        if mode == EDIT:
            self._fill(text)
        else:
            self.refused = (text, self.refused[1] + 1)
        self.error = why

    @traitlets.observe("conversation")
    def _switched(self, change: dict[str, Any]) -> None:
        text, count = self.refused
        if text:
            self._kept[change["old"]] = (text, self.error)
        key = change["new"]
        draft, answered = self._drafts.get(key)
        self.mode = REPLY if answered else ""
        self.target = (
            {"seq": answered, "name": "", "text": "An earlier message"}
            if answered
            else {}
        )
        self._fill(draft)
        text, self.error = self._kept.pop(key, ("", ""))
        self.refused = (text, count + bool(text))

    def close(self) -> None:
        """See `ViewModel.close`."""
        self._drafts.flush()
        super().close()
