"""Pieces of long messages: kept until all are here, then put together."""

from imnb.errors import ConfigError
from imnb.models.kinds import PART
from imnb.models.message import Draft
from imnb.store.tables import part
from imnb.sync.plugins.plugin import Plugin


def check(draft: Draft) -> None:
    """Nobody sends a piece by hand."""
    raise ConfigError("send the whole message: it is split when it is too long for one")


SPLIT = Plugin(
    "split",
    frozenset({PART}),
    order=10,
    check=check,
    record=part.record,
    hidden_kinds=frozenset({PART}),
)
