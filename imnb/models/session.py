"""A log-in of a user on a device."""

import dataclasses
import datetime


@dataclasses.dataclass(frozen=True, slots=True)
class DeviceSession:
    """One of a user's sessions on a server.

    Attributes:
        session_id: names it, e.g. in `imnb.client.client.Client.kick`.
        device: where it is; a device has one session at most.
        since: when it began.
        client_version: what the program there calls itself.
        is_mine: it is the one that asked.
    """

    session_id: str
    device: str
    since: datetime.datetime
    client_version: str
    is_mine: bool
