import json

import pytest

from imnb.client.api.export import Imported
from imnb.errors import ExportDamaged, StoreError
from tests.client.conftest import asked

FORMATS = ["parquet", "csv"]
COUNT = 3


@pytest.fixture
async def folder(alice, tmp_path):
    for i in range(COUNT):
        await alice.send_text("bob", f"text {i}")
    return tmp_path / "export"


async def forget_messages(alice):
    await alice.db.write(lambda tx: tx.execute("DELETE FROM message"))


async def texts(alice):
    return list((await alice.sql("SELECT text FROM messages ORDER BY seq"))["text"])


@pytest.mark.parametrize("format", FORMATS)
async def test_an_export_is_imported_once(alice, folder, format):
    rows = await alice.export_store(folder, format=format)
    assert rows["messages"] == COUNT
    assert await alice.import_store(folder) == Imported(COUNT, 0, 0)
    await forget_messages(alice)
    before = asked(alice, "History")
    assert await alice.import_store(folder) == Imported(COUNT, COUNT, 0)
    assert await alice.import_store(folder) == Imported(COUNT, 0, 0)
    assert await texts(alice) == ["text 0", "text 1", "text 2"]
    assert asked(alice, "History") == before


async def test_another_users_export_is_refused(server, make, alice, folder):
    await alice.export_store(folder, format="csv")
    bob = make("bob", server)
    await bob.login()
    with pytest.raises(StoreError, match="an export of another user"):
        await bob.import_store(folder)


async def test_an_export_of_another_server_is_refused(alice, folder):
    await alice.export_store(folder, format="csv")
    manifest = folder / "export.json"
    data = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(data | {"epoch": "another"}))
    with pytest.raises(StoreError, match="another server"):
        await alice.import_store(folder)


def edit(folder, old, new, count=-1):
    file = folder / "messages.csv"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, count))


async def test_what_is_of_no_conversation_of_mine_is_skipped(alice, folder):
    await alice.export_store(folder, format="csv")
    await forget_messages(alice)
    edit(folder, "1,1,alice", "77,1,alice")
    edit(folder, "1,2,alice", "1,2000,alice")
    assert await alice.import_store(folder) == Imported(COUNT, 1, 2)
    assert await texts(alice) == ["text 2"]


NONSENSE = [
    ("1,2,alice", "1,2,"),
    ("1,2,alice,text", "1,2,alice,"),
    (",0,", ",-5,"),
]


@pytest.mark.parametrize(("old", "new"), NONSENSE)
async def test_a_message_that_makes_no_sense(alice, folder, old, new):
    await alice.export_store(folder, format="csv")
    edit(folder, old, new, 1)
    with pytest.raises(ExportDamaged, match="makes no sense"):
        await alice.import_store(folder)
    assert len(await texts(alice)) == COUNT
