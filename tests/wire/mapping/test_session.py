import datetime

import pytest

from imnb.errors import EnvelopeError
from imnb.models.session import DeviceSession
from imnb.pb.session_pb2 import SessionInfo
from imnb.wire.mapping import session

INFO = SessionInfo(
    session_id="s1", device="phone", client_version="1.0", since=1_500_000, current=True
)


def test_what_a_server_says_of_a_session():
    since = datetime.datetime(1970, 1, 1, 0, 0, 1, 500_000, tzinfo=datetime.UTC)
    assert session.from_pb(INFO) == DeviceSession("s1", "phone", since, "1.0", True)


@pytest.mark.parametrize(
    "wrong", [{"session_id": ""}, {"device": ""}, {"since": -1}, {"since": 2**62}]
)
def test_what_cannot_be(wrong):
    info = SessionInfo()
    info.CopyFrom(INFO)
    [(field, value)] = wrong.items()
    setattr(info, field, value)
    with pytest.raises(EnvelopeError, match=field):
        session.from_pb(info)
