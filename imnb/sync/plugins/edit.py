"""Messages that say something else now."""

from imnb.store.tables import change
from imnb.sync.plugins.plugin import Plugin
from imnb.wire.mapping.change import from_event

EDIT = Plugin(
    "edit",
    order=30,
    events=frozenset({"edited"}),
    read=from_event,
    apply=change.apply,
)
