"""Whom messages mention, and the badge that counts those of me."""

from imnb.models.kinds import FORWARD, LOCATION, TEXT, WITH_FILE
from imnb.store.tables import mention
from imnb.sync.plugins.plugin import Plugin

MENTION = Plugin(
    "mention",
    WITH_FILE | {TEXT, LOCATION, FORWARD},
    order=60,
    record=mention.record,
)
