"""An engine without a network, whose server answers what it is asked."""

from imnb.pb import model_pb2
from imnb.pb.chat_pb2 import ListContactsReply, ListUsersReply, SendReply, SendResult
from imnb.pb.sync_pb2 import AcknowledgeReply, PullReply
from tests.sync.conftest import FakeServer


class FakeEngine(FakeServer):
    """A server that answers everything, and what the engine is told."""

    def __init__(self, scope) -> None:
        super().__init__()
        self.scope = scope
        self.handlers = {}
        self.dropped = []
        self.paused = []
        self.feed = []
        self.answers = {
            "Pull": self.pull,
            "Acknowledge": lambda _: AcknowledgeReply(),
            "ListContacts": lambda _: ListContactsReply(),
            "Send": self.accept,
            "ListUsers": lambda _: ListUsersReply(
                users=[model_pb2.User(user_id="bob", name="Bob")]
            ),
        }

    def subscribe_batch(self, message_type, handler):
        key = object()
        self.handlers[key] = message_type, handler
        return lambda: self.handlers.pop(key, None)

    def push(self, *pushes):
        for message_type, handler in list(self.handlers.values()):
            if isinstance(pushes[0], message_type):
                handler(list(pushes))

    def pull(self, request):
        events = [one for one in self.feed if one.event_seq > request.after]
        return PullReply(events=events, head=self.feed[-1].event_seq)

    def accept(self, request):
        results = [
            SendResult(client_id=one.client_id, seq=90 + n, sent_at=9_000 + n)
            for n, one in enumerate(request.messages)
        ]
        return SendReply(results=results)

    def pause_reading(self, why):
        self.paused.append(why)

    def resume_reading(self, why):
        self.paused.remove(why)

    def drop(self, reason):
        self.dropped.append(reason)

    def methods(self):
        return [method for method, _ in self.asked]

    def acknowledged(self):
        return [request.event_seq for request in self.requests("Acknowledge")]
