"""Marks that people put on messages."""

from imnb.store.tables import change
from imnb.sync.plugins.plugin import Plugin
from imnb.wire.mapping.change import from_event

REACTION = Plugin(
    "reaction",
    order=40,
    events=frozenset({"reacted"}),
    read=from_event,
    apply=change.apply,
)
