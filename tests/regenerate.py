"""Write ``imnb/pb`` anew from ``proto/``: ``python -m tests.regenerate``.

The compiler is the one that ``pyproject.toml`` pins: generated code must not be
newer than the oldest protobuf library that is allowed there.
"""

import pathlib
import shutil
import subprocess
import sys
import sysconfig

ROOT = pathlib.Path(__file__).parents[1]
PROTO = ROOT / "proto"


def generate(target: pathlib.Path) -> None:
    """Write modules and stubs below ``target``.

    Raises:
        SystemExit: the compiler is missing, or refused a file.
    """
    beside = pathlib.Path(sysconfig.get_path("scripts")) / "protoc"
    compiler = str(beside) if beside.exists() else shutil.which("protoc")
    if compiler is None:
        raise SystemExit("protoc is missing: pip install -e '.[test]'")
    files = sorted(str(path) for path in PROTO.rglob("*.proto"))
    options = [f"-I{PROTO}", f"--python_out={target}", f"--pyi_out={target}"]
    done = subprocess.run(
        [compiler, *options, *files], check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(done.stderr)


if __name__ == "__main__":
    generate(ROOT)
    sys.stdout.write(f"wrote {ROOT / 'imnb' / 'pb'}\n")
