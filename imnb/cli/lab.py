"""``imnb lab``: JupyterLab on the quickstart, with the other notebooks beside it."""

import argparse
import importlib.metadata
import importlib.util
import os
import pathlib
import sys
from typing import TYPE_CHECKING

import platformdirs

from imnb.errors import ConfigError

if TYPE_CHECKING:
    # What `add_subparsers` returns has no public name.
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001

NOTEBOOKS = ("quickstart.ipynb", "data.ipynb", "plugins.ipynb")
"""The first one is opened."""
ORIGIN = ".{}.shipped"
"""Beside a copy: what it was made from."""
DESCRIPTION = """\
Open JupyterLab on your copy of the quickstart notebook; copies of data.ipynb and
plugins.ipynb are beside it. Copies are made once and your changes stay in them. When
another version of imnb brings another quickstart, your copy is kept as
quickstart-1.ipynb (-2, ...) and you get a new one; so it is with the others.
What follows -- goes to JupyterLab, for instance: imnb lab -- --no-browser"""


def add_parser(subparsers: "Subparsers") -> None:
    """Add the ``lab`` command."""
    parser = subparsers.add_parser(
        "lab",
        help="open JupyterLab on the quickstart",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--folder",
        type=pathlib.Path,
        default=default_folder(),
        help="where the copies are kept and opened (default: %(default)s)",
    )
    parser.add_argument("jupyter", nargs="*", help="arguments for JupyterLab")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Become JupyterLab.

    Raises:
        ConfigError: there is no JupyterLab, no notebook or no place for them.
    """
    if importlib.util.find_spec("jupyterlab") is None:
        raise ConfigError("JupyterLab is missing: pip install 'imnb[lab]'")
    notebook, *others = [working_copy(args.folder, name) for name in NOTEBOOKS]
    beside = " and ".join(one.name for one in others)
    print(f"opening {notebook}; beside it are {beside}", flush=True)
    # Not a child: Ctrl-C, its question, and the exit status are JupyterLab's.
    os.execv(sys.executable, command(notebook, args.jupyter))


def command(notebook: pathlib.Path, extra: list[str]) -> list[str]:
    """The command line that opens a notebook."""
    # JupyterLab refuses to run as root unless told so; it listens on loopback.
    as_root = ["--allow-root"] if os.geteuid() == 0 else []
    return [sys.executable, "-m", "jupyterlab", *as_root, *extra, str(notebook)]


def default_folder() -> pathlib.Path:
    """Where copies are kept."""
    return platformdirs.user_data_path("imnb") / "notebooks"


def working_copy(folder: pathlib.Path, name: str) -> pathlib.Path:
    """A copy to work in; what a user changed is never overwritten.

    A notebook of that name which does not come from here is opened as it is.

    Raises:
        ConfigError: the notebook was not installed, or nothing can be written.
    """
    copy, origin = folder.absolute() / name, folder.absolute() / ORIGIN.format(name)
    fresh = shipped(name).read_bytes()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if copy.exists() and origin.exists() and origin.read_bytes() != fresh:
            set_aside(copy)
        if not copy.exists():
            origin.write_bytes(fresh)
            copy.write_bytes(fresh)
    except OSError as error:
        raise ConfigError(f"{folder}: {error.strerror}; give --folder") from error
    return copy


def set_aside(copy: pathlib.Path) -> None:
    """Make room for the notebook of another version."""
    number = 1
    while (kept := copy.with_stem(f"{copy.stem}-{number}")).exists():
        number += 1
    copy.rename(kept)
    print(f"this version brings another {copy.stem}; your copy is now {kept}")


def shipped(name: str) -> pathlib.Path:
    """A notebook as it came: of a clone, else of an installed package.

    Raises:
        ConfigError: it is in neither place.
    """
    clone = pathlib.Path(__file__).parents[2]
    places = [clone / "notebooks" / name, *installed(name)]
    for place in places:
        if place.is_file():
            return place
    tried = ", ".join(map(str, places))
    raise ConfigError(f"{name} was not installed; looked for {tried}")


def installed(name: str) -> list[pathlib.Path]:
    """Where the installer says that it put it; no two schemes agree on a folder."""
    try:
        files = importlib.metadata.files("imnb") or []
    except importlib.metadata.PackageNotFoundError:
        return []
    found = [file.locate() for file in files if file.name == name]
    return [pathlib.Path(str(place)).resolve() for place in found]
