"""Messages that were taken back."""

from imnb.store.tables import change
from imnb.sync.plugins.plugin import Plugin
from imnb.wire.mapping.change import from_event

REVOKE = Plugin(
    "revoke",
    order=20,
    events=frozenset({"revoked"}),
    read=from_event,
    apply=change.apply,
)
