import dataclasses

import pytest

from imnb.sync.plugins import Plugin


def test_a_plugin_is_a_value_that_needs_a_name_only():
    plugin = Plugin("poll")
    assert plugin == Plugin("poll")
    assert plugin.order > 60  # after those of imnb
    with pytest.raises(dataclasses.FrozenInstanceError):
        plugin.name = "other"


def test_its_sql_is_not_shown():
    assert "CREATE" not in repr(Plugin("poll", tables=("CREATE TABLE poll (seq INT)",)))
