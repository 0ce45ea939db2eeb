"""The oldest supported version of each run-time dependency, as pip constraints.

``python -m tests.oldest > constraints.txt``
"""

import pathlib
import re
import sys
import tomllib

BOUND = re.compile(r"^([\w-]+)>=([\w.]+)")


def constraints(settings: dict) -> list[str]:
    """``name==version`` for each lower bound."""
    found = [BOUND.match(d) for d in settings["project"]["dependencies"]]
    return [f"{match[1]}=={match[2]}" for match in found if match]


if __name__ == "__main__":
    file = pathlib.Path(__file__).parents[1] / "pyproject.toml"
    sys.stdout.write("\n".join(constraints(tomllib.loads(file.read_text()))) + "\n")
