import pathlib

import pytest

from imnb.client import environments
from imnb.client.environments import load_environments, named, resolve
from imnb.config import Endpoint, Environment, Timeouts, Tls
from imnb.errors import ConfigError

GOOD = """
[staging]
gateway = "https://im.staging.example"
endpoints = ["im1.staging.example:7000", "[2001:db8::7]:7001"]
server_key = "%s"
timeouts = { request = 5, gap = 0.2 }
tls = { ca_file = "ca.pem", server_name = "im.example", verify = false }

[home]
gateway = "http://127.0.0.1:8080"
limits.max_body = 1000
tls = true
""" % ("ab" * 32)


@pytest.fixture
def write(tmp_path):
    def write(text: str) -> pathlib.Path:
        file = tmp_path / "environments.toml"
        file.write_text(text)
        return file

    return write


def test_everything_is_read(write, tmp_path):
    found = load_environments(write(GOOD))
    staging, home = found["staging"], found["home"]
    assert staging.name == "staging"
    assert staging.gateway == "https://im.staging.example"
    assert staging.endpoints == (
        Endpoint("im1.staging.example", 7000),
        Endpoint("2001:db8::7", 7001),
    )
    assert staging.server_key == b"\xab" * 32
    assert staging.timeouts == Timeouts(request=5, gap=0.2)
    assert home.limits.max_body == 1000
    assert home.server_key is None
    authorities = str(tmp_path / "ca.pem")  # beside the file that names it
    assert staging.tls == Tls(authorities, "im.example", verify=False)
    assert home.tls == Tls()


GATEWAY = 'gateway = "https://im.example"\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("staging = 1", r"staging is no table"),
        ("[a]\n", r"\[a\] needs a gateway"),
        (f'[a]\n{GATEWAY}name = "b"', r"no setting 'name': it is 'a' already"),
        (f"[a]\n{GATEWAY}pasword = 1", r"\[a\] has no setting 'pasword'; there are"),
        ('[a]\ngateway = "im.example"', r"\[a\] gateway 'im.example': give a URL"),
        ("[a]\ngateway = 7", r"\[a\] gateway = 7: give a str"),
        (f'[a]\n{GATEWAY}insecure = "no"', r"\[a\] insecure = 'no': give a bool"),
        (f'[a]\n{GATEWAY}server_key = "xy"', r"\[a\] server_key: give 64"),
        (f'[a]\n{GATEWAY}server_key = "ab"', r"\[a\] server_key has 1 bytes"),
        (f'[a]\n{GATEWAY}endpoints = "h:1"', r"\[a\] endpoints: give a list"),
        (f'[a]\n{GATEWAY}endpoints = ["h"]', r"\[a\] endpoint 'h': give HOST:PORT"),
        (f'[a]\n{GATEWAY}endpoints = ["h:0"]', r"\[a\] endpoint 'h':0: need"),
        (f"[a]\n{GATEWAY}timeouts.gap = true", r"\[a.timeouts\] gap = True: give a"),
        (f"[a]\n{GATEWAY}timeouts.gap = nan", r"gap = nan: give a number above 0"),
        (f"[a]\n{GATEWAY}timeouts.gap = 0", r"\[a.timeouts\] gap = 0: give a number"),
        (f"[a]\n{GATEWAY}limits.max_body = 1.5", r"max_body = 1.5: give a whole"),
        (f"[a]\n{GATEWAY}timeouts.nap = 1", r"\[a.timeouts\] has no setting 'nap'"),
        (f"[a]\n{GATEWAY}tls = 1", r"tls = 1: give true, false or \[a.tls\]"),
        (f"[a]\n{GATEWAY}tls.verify = 0", r"\[a.tls\] verify = 0: give a bool"),
        (f"[a]\n{GATEWAY}tls.ca = ''", r"\[a.tls\] has no setting 'ca'"),
        ("[a\n", r"is no TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(write, text, complaint):
    file = write(text)
    with pytest.raises(ConfigError, match=complaint) as caught:
        load_environments(file)
    assert str(file) in str(caught.value)


def test_a_file_of_authorities_may_be_elsewhere(write, monkeypatch):
    monkeypatch.setenv("HOME", "/home/alice")
    for said, meant in (("/a.pem", "/a.pem"), ("~/a.pem", "/home/alice/a.pem")):
        found = load_environments(write(f"[a]\n{GATEWAY}tls.ca_file = '{said}'"))
        assert found["a"].tls.ca_file == meant


def test_other_letters_and_a_mark_at_the_beginning(tmp_path):
    file = tmp_path / "environments.toml"
    file.write_bytes(b'\xef\xbb\xbf["k\xc3\xbcche"]\n' + GATEWAY.encode())
    assert named("küche", file).gateway == "https://im.example"


def test_a_file_that_makes_no_sense_is_the_whole_complaint(write, monkeypatch):
    file = write("[a]\n")
    monkeypatch.setattr(environments, "default_file", lambda: file)
    says = r"^environment 'a': .*environments.toml: \[a\] needs a gateway, such as"
    with pytest.raises(ConfigError, match=says):
        resolve("a")


def test_bytes_that_are_no_text(tmp_path):
    file = tmp_path / "environments.toml"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="is no TOML"):
        load_environments(file)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.toml: No such file"):
        named("staging", tmp_path / "nowhere.toml")


def test_an_unknown_name_says_which_there_are(write):
    with pytest.raises(ConfigError, match=r"no environment 'prod'.*: home, staging"):
        named("prod", write(GOOD))


def test_the_platforms_folder_is_the_default(write, monkeypatch):
    file = write(GOOD)
    monkeypatch.setattr(environments, "default_file", lambda: file)
    assert named("home").gateway == "http://127.0.0.1:8080"


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("http://127.0.0.1:8080", "local"),
        ("http://[::1]:8080", "local"),
        ("https://IM.example.com:8443/path", "im.example.com:8443"),
    ],
)
def test_a_url_is_an_environment_named_after_its_host(url, name):
    assert resolve(url) == Environment(url, name)


def test_an_environment_is_itself():
    home = Environment("http://127.0.0.1:1")
    assert resolve(home) is home


@pytest.mark.parametrize("wrong", ["http://[::1", "ftp://im.example.com", "https://"])
def test_a_url_that_is_none_is_refused(wrong):
    with pytest.raises(ConfigError, match="gateway"):
        resolve(wrong)


def test_any_other_string_is_a_name(write, monkeypatch):
    file = write(GOOD)
    monkeypatch.setattr(environments, "default_file", lambda: file)
    assert resolve("staging") == named("staging")
    with pytest.raises(ConfigError, match=r"'im.example.com' is no URL.*there are"):
        resolve("im.example.com")
