"""A blocked kernel keeps its session, and loses no message.

15 s cells against a silence limit of 4 s; with 90 s against 20 s by
``python -m tests.kernel.blocked --seconds 90 --limit 20``.
"""

import pytest

from tests.kernel.blocked import CELLS, COUNT, GOOD, PREPARE, block, serving
from tests.kernel.kernel import running_kernel

pytestmark = [
    pytest.mark.kernel,
    # jupyter_client leaves a loop and its sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.mark.timeout(300)
def test_a_session_survives_cells_that_block_for_long():
    with serving(4) as url, running_kernel() as kernel:
        assert kernel.run(PREPARE.format(url=url)) == ""
        for number, kind in enumerate(CELLS):
            assert block(kernel, url, kind, 15, number * COUNT) == GOOD
