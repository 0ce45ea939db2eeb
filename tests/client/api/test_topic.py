from imnb.client.api.topic import Topic


class Account:
    user = "alice"


class Weather(Topic):
    """Nothing yet."""


def test_it_says_whose_it_is():
    assert repr(Weather(Account())) == "<Weather of alice>"
