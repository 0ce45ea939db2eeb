"""Calls with typed replies."""

import pytest

from imnb.errors import NotConnected
from imnb.pb.sync_pb2 import PullReply, PullRequest
from imnb.sync.caller import ask


async def test_the_reply_is_the_servers(server):
    server.answers["Pull"] = lambda request: PullReply(head=request.after + 1)
    reply = await ask(server, "Pull", PullRequest(after=4), PullReply)
    assert reply.head == 5


async def test_errors_go_through(server):
    with pytest.raises(NotConnected):
        await ask(server, "Pull", PullRequest(), PullReply)
