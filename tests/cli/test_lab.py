"""Which notebook JupyterLab is opened on, and that no edit is ever lost."""

import importlib.metadata
import os
import pathlib
import subprocess
import sys

import pytest

from imnb.cli import lab, main
from imnb.errors import ConfigError

ROOT = pathlib.Path(__file__).parents[2]
NOTEBOOK = lab.NOTEBOOKS[0]
SHIPPED = ROOT / "notebooks"


@pytest.fixture
def versions(tmp_path, monkeypatch):
    """Ships another notebook, as another version of imnb would."""

    def ship(text):
        other = tmp_path / "other-version.ipynb"
        other.write_text(text)
        monkeypatch.setattr(lab, "shipped", lambda name: other)

    return ship


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "not" / "there" / "yet"


def test_the_notebooks_are_those_of_the_clone():
    assert {path.name for path in SHIPPED.glob("*.ipynb")} == set(lab.NOTEBOOKS)


@pytest.mark.parametrize("name", lab.NOTEBOOKS)
def test_the_copy_is_that_of_the_clone(folder, name):
    copy = lab.working_copy(folder, name)
    assert copy == folder / name
    assert copy.read_bytes() == (SHIPPED / name).read_bytes()


def test_an_edited_copy_is_opened_again(folder):
    lab.working_copy(folder, NOTEBOOK).write_text("edited")
    assert lab.working_copy(folder, NOTEBOOK).read_text() == "edited"


def test_another_version_brings_its_notebook_and_the_edited_one_is_kept(
    folder, versions, capsys
):
    for version in ("first", "second", "third"):
        versions(version)
        copy = lab.working_copy(folder, NOTEBOOK)
        assert copy.read_text() == version
        copy.write_text(f"{version}, edited")
    kept = {path.name: path.read_text() for path in folder.glob("quick*")}
    assert kept == {
        "quickstart.ipynb": "third, edited",
        "quickstart-1.ipynb": "first, edited",
        "quickstart-2.ipynb": "second, edited",
    }
    assert "your copy is now" in capsys.readouterr().out


def test_a_copy_that_was_deleted_is_made_again(folder, versions):
    versions("first")
    lab.working_copy(folder, NOTEBOOK).unlink()
    versions("second")
    assert lab.working_copy(folder, NOTEBOOK).read_text() == "second"


def test_a_notebook_that_is_not_ours_is_opened_as_it_is(tmp_path):
    (tmp_path / NOTEBOOK).write_text("my own")
    assert lab.working_copy(tmp_path, NOTEBOOK).read_text() == "my own"
    assert lab.working_copy(SHIPPED, NOTEBOOK) == SHIPPED / NOTEBOOK
    assert not (SHIPPED / lab.ORIGIN.format(NOTEBOOK)).exists()


def test_a_folder_that_cannot_be(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="file/x: Not a directory; give --folder"):
        lab.working_copy(tmp_path / "file" / "x", NOTEBOOK)


class Installed:
    """What an installer recorded: the notebook, in a scheme of its own."""

    def __init__(self, root):
        self.root = root

    @property
    def name(self):
        return NOTEBOOK

    def locate(self):
        return self.root / "lib" / ".." / "share" / NOTEBOOK


def test_an_installed_package_is_asked_where_its_notebook_is(tmp_path, monkeypatch):
    (tmp_path / "lib").mkdir()
    (tmp_path / "share").mkdir()
    notebook = tmp_path / "share" / NOTEBOOK
    notebook.touch()
    monkeypatch.setattr(importlib.metadata, "files", lambda _: [Installed(tmp_path)])
    monkeypatch.setattr(lab, "__file__", str(tmp_path / "lib/imnb/cli/lab.py"))
    assert lab.shipped(NOTEBOOK) == notebook
    notebook.unlink()
    with pytest.raises(ConfigError, match=f"was not installed; looked for {tmp_path}"):
        lab.shipped(NOTEBOOK)


def test_what_follows_the_dashes_goes_to_jupyterlab(tmp_path):
    command = [sys.executable, "-m", "imnb", "lab", "--folder", str(tmp_path)]
    done = subprocess.run(
        [*command, "--", "--version"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    first, version = done.stdout.splitlines()
    assert first == (
        f"opening {tmp_path / NOTEBOOK}; beside it are data.ipynb and plugins.ipynb"
    )
    assert {path.name for path in tmp_path.glob("*.ipynb")} == set(lab.NOTEBOOKS)
    assert version == importlib.metadata.version("jupyterlab")


def test_the_notebook_comes_last_and_root_is_allowed_only_to_root(monkeypatch):
    notebook = pathlib.Path("/n.ipynb")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    plain = lab.command(notebook, ["--no-browser"])
    assert plain[1:] == ["-m", "jupyterlab", "--no-browser", "/n.ipynb"]
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert "--allow-root" in lab.command(notebook, [])


def test_without_jupyterlab_it_says_how_to_get_it(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "jupyterlab", None)
    monkeypatch.setattr(sys, "path", [])
    assert main(["lab"]) == 1
    assert capsys.readouterr().err == (
        "imnb lab: JupyterLab is missing: pip install 'imnb[lab]'\n"
    )


def test_the_help_says_what_becomes_of_the_copy(capsys):
    with pytest.raises(SystemExit):
        main(["lab", "--help"])
    shown = capsys.readouterr().out
    assert "your changes stay" in shown
    assert "quickstart-1.ipynb" in shown
