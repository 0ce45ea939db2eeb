"""Session of a device: protobuf and model."""

import datetime

from imnb.errors import EnvelopeError
from imnb.models.session import DeviceSession
from imnb.pb.session_pb2 import SessionInfo
from imnb.wire.mapping.checks import not_negative, present

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def from_pb(info: SessionInfo) -> DeviceSession:
    """The model of a received session.

    Raises:
        EnvelopeError: a value that cannot be.
    """
    micros = not_negative(info.since, "since")
    try:
        since = EPOCH + datetime.timedelta(microseconds=micros)
    except OverflowError:
        raise EnvelopeError(f"since is {micros}, which no calendar has") from None
    return DeviceSession(
        session_id=present(info.session_id, "session_id"),
        device=present(info.device, "device"),
        since=since,
        client_version=info.client_version,
        is_mine=info.current,
    )
