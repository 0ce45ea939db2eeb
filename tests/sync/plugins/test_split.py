import pytest

from imnb.errors import ConfigError
from imnb.sync.plugins import PluginTable
from tests.sync.events import draft


def test_nobody_sends_a_piece_by_hand(reports):
    with pytest.raises(ConfigError, match="send the whole"):
        PluginTable(reports).check(draft(1, kind="part"))
