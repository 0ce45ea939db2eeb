"""What is committed is what the compiler makes of ``proto/``."""

import tomllib

from tests.regenerate import PROTO, ROOT, generate


def test_the_generated_modules_are_up_to_date(tmp_path):
    generate(tmp_path)
    made = {path.name: path.read_text() for path in tmp_path.rglob("*_pb2.py*")}
    committed = {
        path.name: path.read_text() for path in (ROOT / "imnb" / "pb").glob("*_pb2.py*")
    }
    assert made == committed, "run python -m tests.regenerate"
    assert len(made) == 2 * len(list(PROTO.rglob("*.proto")))


def test_the_generated_code_is_not_newer_than_the_oldest_library():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    bounds = [d for d in settings["dependencies"] if d.startswith("protobuf")]
    pins = [d for d in settings["optional-dependencies"]["test"] if "protoc" in d]
    oldest = bounds[0].split(">=")[1].split(",")[0]
    # A compiler 31.1 makes code for the Python library 6.31.1.
    compiler = pins[0].split("==")[1]
    assert oldest.split(".", 1)[1] == compiler
