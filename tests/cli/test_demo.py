"""``imnb demo`` as a user runs it."""

import os
import subprocess
import sys

import pytest

from imnb.cli.demo import TALK


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("temp")


@pytest.fixture(scope="module")
def shown(folder):
    """What it prints, with a folder for temporary files of its own."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "imnb", "demo"],
        env=os.environ | {"TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_talk_is_shown(shown):
    for sender, reader, text in TALK:
        assert f"{sender} to {reader}: {text}\n" in shown


@pytest.mark.parametrize(
    "line",
    [
        "-> handshake",
        "-> Login ask ",
        "  epoch: '",
        "<- EventPush ",
        f"      text: '{TALK[0][2]}'",
        "-> Acknowledge ask ",
    ],
)
def test_frames_are_decoded(shown, line):
    assert line in shown


def test_the_rows_of_the_store_are_shown(shown):
    rows = [row.split(maxsplit=2) for row in shown.splitlines()[-len(TALK) :]]
    assert rows == [
        [str(seq), sender, text] for seq, (sender, _, text) in enumerate(TALK, start=1)
    ]


def test_no_token_is_shown(shown):
    assert "token: '(hidden)'" in shown


def test_nothing_is_left_in_the_temporary_folder(shown, folder):
    assert list(folder.iterdir()) == []
