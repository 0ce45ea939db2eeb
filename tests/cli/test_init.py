"""The command line as a whole: what was wrong is one line, and the status tells."""

import errno
import subprocess
import sys

import pytest

from imnb.cli import demo, main
from imnb.errors import ConfigError
from imnb.store.lock import OwnerLock


def wrong(capsys, *words):
    """The one line that a command ends with, and its status."""
    status = main(words)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    return status, err


@pytest.fixture
def place(tmp_path):
    return str(tmp_path / "server.db")


def test_a_data_file_that_is_none(capsys, tmp_path, place):
    (tmp_path / "server.db").write_text("my diary")
    status, line = wrong(capsys, "serve", "--data", place)
    assert status == 1
    assert line.startswith(f"imnb serve: the store {place} is damaged")
    assert (tmp_path / "server.db").read_text() == "my diary"


def test_a_data_file_that_is_in_use(capsys, tmp_path, place):
    lock = OwnerLock.take(tmp_path / "server.db")
    status, line = wrong(capsys, "serve", "--data", place)
    lock.release()
    assert status == 1
    assert line.startswith(f"imnb serve: the store {place} is open in ")


def test_a_data_file_where_there_can_be_none(capsys, tmp_path):
    (tmp_path / "file").touch()
    status, line = wrong(capsys, "serve", "--data", str(tmp_path / "file" / "x.db"))
    assert status == 1
    assert str(tmp_path / "file") in line


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--user", "a:b", "--user", "a:c"], "give each user once"),
        (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1"),
        (["--user", "x" * 500 + ":pw"], "1 to 64 characters, not 500"),
    ],
)
def test_a_server_that_cannot_be(capsys, words, message):
    status, line = wrong(capsys, "serve", *words)
    assert status == 1
    assert message in line


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (ConfigError("it is wrong"), 1, "imnb demo: it is wrong\n"),
        (
            OSError(errno.ENOSPC, "No space left on device"),
            1,
            "imnb demo: [Errno 28] No space left on device\n",
        ),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_how_a_command_fails(monkeypatch, capsys, error, status, said):
    def fail(options):
        raise error

    monkeypatch.setattr(demo, "run", fail)
    assert main(["demo"]) == status
    assert capsys.readouterr() == ("", said)


def test_a_bug_is_not_hidden(monkeypatch):
    monkeypatch.setattr(demo, "run", lambda options: {}["a bug"])
    with pytest.raises(KeyError):
        main(["demo"])


@pytest.mark.parametrize("words", [[], ["serve", "--port", "x"], ["dance"]])
def test_what_it_does_not_understand(capsys, words):
    with pytest.raises(SystemExit, match="2"):
        main(words)
    assert "usage: imnb" in capsys.readouterr().err


def test_the_help_names_all_commands(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    shown = capsys.readouterr().out
    assert all(name in shown for name in ("lab", "demo", "serve", "--version"))


def test_python_dash_m_is_the_same_command():
    command = [sys.executable, "-W", "error", "-m", "imnb", "--version"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    assert shown.stdout.startswith("imnb ")


def test_a_reader_who_goes_away_is_no_traceback():
    command = [sys.executable, "-W", "error", "-m", "imnb", "demo"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        process.stdout.close()  # what ``| head`` does
        assert process.stderr.read() == ""
    assert process.returncode == 1
