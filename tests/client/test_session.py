"""The plan's steps with a gateway and a server that say what a test wants."""

import pytest

from imnb.client.gateway import Credentials, Ticket
from imnb.client.session import SessionPlan
from imnb.config import Endpoint, Environment
from imnb.errors import AuthError, CallRefused, TokenExpired
from imnb.pb.session_pb2 import Kicked, LoginReply
from imnb.wire.noise import Role, generate_private_key, public_key
from imnb.wire.session import Session

WHERE = (Endpoint("127.0.0.1", 4000),)
PRIVATE = generate_private_key()
REPLY = LoginReply(user_id="alice", session_id="s1", epoch="e", event_seq=7)
REFUSED = CallRefused("Login", "UNAUTHENTICATED", "no such token")


class Surroundings:
    """Gateway, server and synchroniser in one; keeps what it was asked."""

    def __init__(self, reply=REPLY, environment="over-there"):
        self.log = []
        self.reply = reply
        self.environment = environment

    async def authenticate(self, credentials):
        self.log.append(("gateway", credentials.user))
        return self.ticket("fresh")

    def ticket(self, token):
        return Ticket(token, WHERE, public_key(PRIVATE), self.environment)

    async def call(self, request):
        self.log.append((request.method, request.message.token))
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply

    async def connecting(self):
        self.log.append("connecting")

    async def synchronise(self, epoch, head):
        self.log.append(("synchronise", epoch, head))

    def plan(self, password="p", token=None):
        self.kicks, self.limits = [], []
        return SessionPlan(
            Environment("http://127.0.0.1:1", "here"),
            Credentials("alice", "notebook", password, token),
            self,
            self,
            self,
            kicked=lambda *kick: self.kicks.append(kick),
            limit_silence=self.limits.append,
        )


async def logged_in(around):
    plan = around.plan()
    await plan.prepare()
    await plan.authenticate()
    return plan


async def test_the_servers_silence_limit_is_passed_on():
    reply = LoginReply(user_id="alice", silence_limit_ms=4500)
    around = Surroundings(reply)
    await logged_in(around)
    assert around.limits == [4.5]


async def test_the_steps_of_a_connection():
    around = Surroundings()
    plan = await logged_in(around)
    await plan.synchronise()
    assert around.log == [
        "connecting",
        ("gateway", "alice"),
        ("Login", "fresh"),
        ("synchronise", "e", 7),
    ]
    assert plan.session_id == "s1"
    assert repr(plan) == "<SessionPlan of 'alice'>"


async def test_a_ticket_that_is_here_is_used_once():
    around = Surroundings()
    plan = around.plan()
    plan.use_next(around.ticket("ready"))
    for _ in range(2):
        await plan.prepare()
        await plan.authenticate()
    assert [what for what in around.log if what != "connecting"] == [
        ("Login", "ready"),
        ("gateway", "alice"),
        ("Login", "fresh"),
    ]


@pytest.mark.parametrize(("said", "used"), [("over-there", "over-there"), ("", "here")])
async def test_the_codec_is_of_the_gateways_key_and_environment(said, used):
    destination = await Surroundings(environment=said).plan().prepare()
    client = destination.codec()
    server = Session(Role.SERVER, key=PRIVATE, environment=used)
    server.feed(client.start())
    client.feed(server.take_output())
    assert client.established
    assert server.established
    assert destination.endpoints == WHERE


@pytest.mark.parametrize(
    ("password", "reply", "error", "says"),
    [
        (None, REFUSED, TokenExpired, "no such token: log in with the password"),
        ("p", REFUSED, CallRefused, "no such token"),
        (None, CallRefused("Login", "INTERNAL", "broken"), CallRefused, "broken"),
        ("p", LoginReply(user_id="eve"), AuthError, "logged in 'eve' instead of"),
    ],
)
async def test_a_log_in_that_is_refused(password, reply, error, says):
    plan = Surroundings(reply).plan(password, token="t")
    await plan.prepare()
    with pytest.raises(error, match=says) as caught:
        await plan.authenticate()
    assert type(caught.value) is error
    assert plan.session_id == ""


async def test_a_kick_concerns_the_session_that_it_names():
    around = Surroundings()
    plan = await logged_in(around)
    plan.kicked([Kicked(session_id="s0", reason="an older one")])
    assert around.kicks == []
    plan.kicked([Kicked(session_id="s1", reason="logged in elsewhere")])
    [(reason, session_id)] = around.kicks
    assert session_id == "s1"
    assert reason.startswith("session s1 was ended by the server: logged in elsewhere")
