"""``imnb lab``: JupyterLab on the quickstart notebook."""

import argparse
import importlib.util
import os
import pathlib
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import platformdirs

from imnb.errors import ConfigError

if TYPE_CHECKING:
    # What `add_subparsers` returns has no public name.
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

NOTEBOOK = "quickstart.ipynb"


def add_parser(subparsers: "Subparsers") -> None:
    """Add the ``lab`` command."""
    parser = subparsers.add_parser(
        "lab",
        help="open JupyterLab on the quickstart",
        description="Open JupyterLab on a copy of the quickstart notebook. "
        "What follows -- goes to JupyterLab.",
    )
    parser.add_argument(
        "--folder", type=pathlib.Path, help="where the copy is kept and opened"
    )
    parser.add_argument("jupyter", nargs="*", help="arguments for JupyterLab")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Start JupyterLab and wait for its end; the exit status."""
    if importlib.util.find_spec("jupyterlab") is None:
        print(
            "imnb lab: JupyterLab is missing: pip install 'imnb[lab]'", file=sys.stderr
        )
        return 1
    try:
        notebook = working_copy(args.folder)
    except ConfigError as error:
        print(f"imnb lab: {error}", file=sys.stderr)
        return 1
    print(f"opening {notebook}", flush=True)
    try:
        return subprocess.call(command(notebook, args.jupyter))
    except KeyboardInterrupt:  # JupyterLab got it too and has ended
        return 0


def command(notebook: pathlib.Path, extra: list[str]) -> list[str]:
    """The command line that opens a notebook."""
    # JupyterLab refuses to run as root unless told so; it listens on loopback.
    as_root = ["--allow-root"] if os.geteuid() == 0 else []
    return [sys.executable, "-m", "jupyterlab", *as_root, *extra, str(notebook)]


def working_copy(folder: pathlib.Path | None) -> pathlib.Path:
    """A copy to work in; one that is there already is left as it is.

    Raises:
        ConfigError: the notebook was not installed, or nothing can be written.
    """
    target = folder or platformdirs.user_data_path("imnb") / "notebooks"
    copy = target.absolute() / NOTEBOOK
    try:
        target.mkdir(parents=True, exist_ok=True)
        if not copy.exists():
            shutil.copyfile(shipped(), copy)
    except OSError as error:
        raise ConfigError(f"{target}: {error.strerror}; give --folder") from error
    return copy


def shipped() -> pathlib.Path:
    """The notebook as it came: from a clone, else from an installed package.

    Raises:
        ConfigError: it is in neither place.
    """
    clone = pathlib.Path(__file__).parents[2] / "notebooks" / NOTEBOOK
    installed = pathlib.Path(sys.prefix) / "share" / "imnb" / "notebooks" / NOTEBOOK
    for place in (clone, installed):
        if place.is_file():
            return place
    raise ConfigError(
        f"{NOTEBOOK} is neither in {clone.parent} nor in {installed.parent}"
    )
