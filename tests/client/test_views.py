import pytest

from imnb.client import views
from imnb.errors import ConfigError


@pytest.fixture(autouse=True)
def _nothing_registered(monkeypatch):
    monkeypatch.setattr(views, "_factories", {})


def test_the_factory_gets_the_client_and_the_options():
    views.register_view("app", lambda client, **options: (client, options))
    client = object()
    assert views.make_view("app", client, height=3) == (client, {"height": 3})


def test_the_last_one_counts():
    views.register_view("app", lambda client: "first")
    views.register_view("app", lambda client: "second")
    assert views.make_view("app", None) == "second"


@pytest.mark.parametrize(
    ("registered", "there_are"),
    [([], "none"), (["b", "a"], "a, b")],
)
def test_an_unknown_view_is_named_with_those_there_are(registered, there_are):
    for name in registered:
        views.register_view(name, lambda client: None)
    with pytest.raises(ConfigError, match=f"'chat' is registered.*: {there_are}$"):
        views.make_view("chat", None)
