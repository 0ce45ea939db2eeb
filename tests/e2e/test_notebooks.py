"""The notebooks that are shipped, executed without a browser."""

import nbclient
import nbformat
import pytest

from tests.e2e.lab import ROOT

NAMES = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
SHOWN = {
    "data.ipynb": ("We leave at 9", "'contacts': True", "new=0, skipped=0"),
    "plugins.ipynb": ("Pizza      1", "ValueError", "14.0"),
    "quickstart.ipynb": ("Hello Bob, are you there?",),
}
"""What is in a notebook's results, whoever runs it."""
CLOSE = "await demo.close()"


def read(name):
    return nbformat.read(ROOT / "notebooks" / name, as_version=4)


def results(cells):
    outputs = [output for cell in cells for output in cell.outputs]
    return [one["data"]["text/plain"] for one in outputs if "data" in one]


@pytest.mark.kernel
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("name", NAMES)
def test_it_runs_twice_in_one_kernel(name):
    notebook = read(name)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    again = [nbformat.v4.new_code_cell(cell.source) for cell in cells]
    notebook.cells += [*again, nbformat.v4.new_code_cell(CLOSE)]
    nbclient.NotebookClient(notebook, timeout=60).execute()
    for run in (cells, again):
        shown = "\n".join(results(run))
        assert [text for text in SHOWN[name] if text not in shown] == []
        assert "False" not in shown  # of two devices of one user


@pytest.mark.parametrize("name", NAMES)
def test_it_has_no_outputs(name):
    for cell in read(name).cells:
        assert not cell.get("outputs")
        assert not cell.get("execution_count")
