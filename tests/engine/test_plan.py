import pytest

from imnb.engine.plan import Destination
from imnb.errors import ConfigError


def test_a_destination_has_an_address():
    with pytest.raises(ConfigError, match="no endpoint"):
        Destination((), lambda: None)
