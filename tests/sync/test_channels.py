"""Channels are values that third parties add to."""

import pytest

from imnb.errors import ConfigError
from imnb.sync.channels import Channel, ChannelTable


def test_the_built_in_ones_are_there():
    names = [channel.name for channel in ChannelTable()]
    assert names == [
        "push",
        "pull",
        "reset",
        "history",
        "changed",
        "own_send",
        "import",
    ]


def test_a_third_party_registers_its_own_once():
    table = ChannelTable()
    mine = Channel("mine", "a file", frozenset({"tidy"}))
    table.register(mine)
    assert table["mine"] is mine
    with pytest.raises(ConfigError, match="'mine' is registered"):
        table.register(Channel("mine", "another"))


def test_an_unknown_name_is_told_with_the_known_ones():
    with pytest.raises(ConfigError, match="there are: push, pull"):
        ChannelTable()["pusch"]


def test_a_channel_says_which_plugins_see_it():
    assert Channel("a", "").admits("any")
    assert Channel("a", "", frozenset({"one"})).admits("one")
    assert not Channel("a", "", frozenset({"one"})).admits("two")
