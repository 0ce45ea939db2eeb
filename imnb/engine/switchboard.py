"""What hangs on a link: replies go one way, pushes the other."""

from imnb.engine.dispatcher import RequestDispatcher
from imnb.engine.gate import ReadingGate
from imnb.engine.link import Link
from imnb.engine.notifications import NotificationDispatcher
from imnb.pb.envelope_pb2 import Envelope
from imnb.tasks.killpoints import reached


class Switchboard:
    """The owner of each link in turn.

    Attributes:
        link: the one that is up.
    """

    def __init__(
        self,
        dispatcher: RequestDispatcher,
        notifications: NotificationDispatcher,
        gate: ReadingGate,
    ) -> None:
        self.link: Link | None = None
        self.dispatcher = dispatcher
        self.notifications = notifications
        self.gate = gate

    def __repr__(self) -> str:
        return f"<Switchboard of {self.link!r}>"

    def attach(self, link: Link) -> None:
        """The link is open: calls may use it."""
        self.link = link
        self.dispatcher.attach(link)
        self.gate.attach(link)
        # At once, not when the session's task has its turn: those who wait for
        # a reply are to hear of the loss, not of what follows from it.
        link.lost.add_done_callback(lambda _: self._detach(link))

    def envelopes_received(self, envelopes: list[Envelope]) -> None:
        """See `LinkOwner`."""
        reached("link.before_handling")
        pushes = []
        for envelope in envelopes:
            if envelope.ask_id:
                self.dispatcher.answer(envelope)
            else:
                pushes.append(envelope)
        if pushes:
            self.notifications.deliver(pushes)
        reached("link.after_handling")

    def ticked(self, active: float) -> None:
        """See `LinkOwner`."""
        self.dispatcher.sweep(active)

    def beat_beside_loop(self) -> None:
        """See `Link.beat_beside_loop`; on any thread."""
        link = self.link
        if link is not None:
            link.beat_beside_loop()

    def _detach(self, link: Link) -> None:
        if self.link is not link:
            return
        self.link = None
        self.gate.attach(None)
        assert link.error is not None
        self.dispatcher.detach(link.error)
