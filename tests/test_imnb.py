"""The package itself: few names, loaded when they are used."""

import ipywidgets
import pytest

import imnb
from imnb.client.client import Client
from imnb.errors import ConfigError


def test_names_come_from_where_they_live():
    assert imnb.Client is Client
    assert imnb.Client is imnb.Client
    assert issubclass(ConfigError, imnb.ImnbError)


def test_a_name_that_is_none_is_an_attribute_error():
    with pytest.raises(AttributeError, match="'imnb' has no attribute 'cleint'"):
        _ = imnb.cleint


def test_completion_shows_what_is_for_users():
    assert dir(imnb) == imnb.__all__


async def test_the_views_of_a_client_are_those_of_this_package():
    async with imnb.users("alice") as (alice,):
        for view in (alice.app(), alice.inspect()):
            assert isinstance(view, ipywidgets.Widget)
            view.close()
