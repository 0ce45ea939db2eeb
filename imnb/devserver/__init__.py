"""The development server: gateway and TCP service of imnb's own protocol."""

from imnb.devserver.server import DevServer
from imnb.devserver.world import World

__all__ = ["DevServer", "World"]
