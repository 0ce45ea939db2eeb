"""The magics in a real kernel, as a notebook uses them."""

import pytest

from tests.kernel.kernel import running_kernel

pytestmark = [
    pytest.mark.kernel,
    # jupyter_client leaves a loop and its sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

PREPARE = """
%load_ext imnb
import imnb
demo = await imnb.demo()
alice = await demo.login("alice")
phone = await demo.login("bob", device="phone")
text = "a variable that must not get into a query"
message = await alice.send_text("bob", "hi")
alice  # IPython keeps it as _ and _1 too
"""


@pytest.fixture(scope="module")
def kernel():
    with running_kernel() as kernel:
        assert kernel.run(PREPARE) == ""
        yield kernel


def lines(printed):
    return [line.split() for line in printed.splitlines()]


def test_a_query_gives_a_table(kernel):
    cell = "found = %im_sql alice SELECT sender_id, text FROM messages\nprint(found)"
    assert lines(kernel.run(cell)) == [["sender_id", "text"], ["0", "alice", "hi"]]


def test_a_query_of_a_whole_cell(kernel):
    kernel.run("%%im_sql alice\nSELECT text\nFROM messages\nWHERE seq = 1")
    assert lines(kernel.run("print(Out[max(Out)])")) == [["text"], ["0", "hi"]]


def test_braces_and_dollars_are_sqls(kernel):
    cell = "found = %im_sql alice SELECT '{text} $text' AS it\nprint(found.it[0])"
    assert kernel.run(cell) == "{text} $text"


def test_the_clients_and_their_states(kernel):
    printed = kernel.run("clients = %im status\nprint(clients)")
    assert lines(printed) == [
        ["variable", "user", "device", "environment", "state", "behind"],
        ["0", "alice", "alice", "notebook", "local", "online", "0"],
        ["1", "phone", "bob", "phone", "local", "online", "0"],
    ]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%im_sql bob SELECT 1", "no client is called 'bob'; there are: alice, phone"),
        ("%im_sql text SELECT 1", "no client is called 'text'"),
        ("%im_sql", "%im_sql CLIENT QUERY: no client is called ''"),
        ("%im_sql alice", "the query is empty"),
        ("%im_sql alice DROP TABLE messages", "only one SELECT or EXPLAIN"),
        ("%im", "there is only %im status"),
        ("%im stauts", "no %im 'stauts': there is only %im status"),
    ],
)
def test_what_is_wrong_is_one_line(kernel, cell, said):
    [line] = kernel.run(cell).splitlines()
    assert line.startswith("UsageError: ")
    assert said in line


def test_a_closed_client_is_still_shown(kernel):
    cell = "await phone.close()\nclients = %im status\nprint(list(clients.state))"
    assert kernel.run(cell) == "['online', 'closed']"
    assert "this client of bob is closed" in kernel.run("%im_sql phone SELECT 1")


def test_unloading_takes_them_away_and_loading_brings_them_back(kernel):
    assert kernel.run("%unload_ext imnb") == ""
    for cell in ("%im status", "%im_sql alice SELECT 1", "%%im_sql alice\nSELECT 1"):
        assert "not found" in kernel.run(cell)
    assert kernel.run("%load_ext imnb\nclients = %im status") == ""
    assert kernel.run("%reload_ext imnb\nclients = %im status") == ""
