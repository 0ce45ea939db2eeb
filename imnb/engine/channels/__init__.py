"""The two ways a request can take: over the link, or over HTTP."""

from imnb.engine.channels.http import HttpChannel
from imnb.engine.channels.tcp import TcpChannel

__all__ = ["HttpChannel", "TcpChannel"]
