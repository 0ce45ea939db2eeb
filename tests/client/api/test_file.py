"""Files over the whole house: client, gateway, disk."""

import asyncio
import dataclasses
import functools
import hashlib
import os

import pytest

from imnb.config import Limits
from imnb.devserver.tokens import LIFETIME
from imnb.engine.progress import Meter
from imnb.errors import (
    ConfigError,
    FileError,
    FileTooLarge,
    GatewayAnswerError,
    GatewayUnreachable,
    WrongPassword,
)
from imnb.models.ids import FileId
from tests.client.conftest import QUICK

CONTENT = os.urandom(1_000_000)


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(CONTENT)
    return path


async def test_one_gives_a_file_and_another_gets_it(server, make, alice, photo):
    file = await alice.upload(photo)
    assert (file.name, file.size) == ("photo.jpg", len(CONTENT))
    assert file.sha256 == hashlib.sha256(CONTENT).hexdigest()
    bob = make("bob", server)
    await bob.login()
    there = photo.with_name("copy.jpg")
    assert await bob.download(file, there) == there
    assert there.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("options", "name"), [({}, "file"), ({"name": "photo é.jpg"}, "photo é.jpg")]
)
async def test_bytes_have_the_name_that_they_are_given(alice, options, name):
    assert (await alice.upload(b"hello", **options)).name == name


async def steps_of(transfer):
    """What a transfer gave, and what a meter saw of it."""
    meter = Meter()
    task = asyncio.create_task(transfer(progress=meter))
    steps = [step async for step in meter]
    return await task, steps


async def test_how_far_it_is_can_be_waited_for(alice, photo, tmp_path):
    file, up = await steps_of(functools.partial(alice.upload, photo))
    path = tmp_path / "copy"
    _, down = await steps_of(functools.partial(alice.download, file, path))
    for steps in (up, down):
        assert steps[-1].done == steps[-1].total == len(CONTENT)
        assert steps[-1].is_over


async def test_code_that_cannot_await_has_it_too(alice, photo, tmp_path):
    assert {"upload", "download", "find_users", "find_groups"} <= set(dir(alice.sync))


async def test_before_log_in(server, make, photo):
    with pytest.raises(ConfigError, match="not logged in"):
        await make("alice", server).upload(photo)


async def test_a_file_that_nobody_has(alice, tmp_path):
    file = await alice.upload(b"hello")
    gone = dataclasses.replace(file, file_id=FileId("gone"))
    with pytest.raises(FileError, match=r"no such file.*uploaded to this server"):
        await alice.download(gone, tmp_path / "copy")
    assert not list(tmp_path.glob("copy*"))


async def test_a_reference_that_lies(alice, tmp_path):
    file = await alice.upload(b"hello")
    lie = dataclasses.replace(file, sha256="00" * 32)
    with pytest.raises(GatewayAnswerError, match="has another file"):
        await alice.download(lie, tmp_path / "copy")
    assert not list(tmp_path.glob("copy*"))


@pytest.mark.parametrize("whose", ["mine", "the server's"])
async def test_a_file_that_is_too_large(server, make, photo, whose):
    small = Limits(max_file=1_000)
    if whose == "mine":
        alice = make("alice", server.environment(**QUICK, limits=small))
        says = r"photo\.jpg has 1,000,000 bytes, 1,000 are the limit"
    else:
        server._gateway._store._limit = 1_000
        alice = make("alice", server)
        says = "1,000,000 bytes are too many: 1,000 are the limit"
    await alice.login()
    with pytest.raises(FileTooLarge, match=says):
        await alice.upload(photo)


@pytest.fixture
def later(server):
    """Called, all tokens have expired."""
    real = server._gateway._wall_clock
    moved = [0]
    server._gateway._wall_clock = lambda: real() + moved[0]
    server._gateway._files._bearer._wall_clock = lambda: real() + moved[0]
    return lambda: moved.__setitem__(0, LIFETIME)


def logins(server):
    """Counts who asks the gateway for a token."""
    issue, seen = server._realm.tokens.issue, []

    def counting(*args):
        seen.append(args)
        return issue(*args)

    server._realm.tokens.issue = counting
    return seen


async def test_a_token_that_expired_is_renewed_once_for_all(
    server, alice, photo, later
):
    later()
    asked = logins(server)
    files = await asyncio.gather(*(alice.upload(photo) for _ in range(5)))
    assert {file.sha256 for file in files} == {hashlib.sha256(CONTENT).hexdigest()}
    assert len(asked) == 1


async def test_when_the_password_is_not_accepted_any_more(
    server, alice, photo, later, caplog
):
    later()
    server._realm.passwords.set_digest("alice", b"changed")
    with pytest.raises(WrongPassword):
        await alice.upload(photo)
    token = alice.gateway._token._token
    assert token not in caplog.text


async def test_a_download_that_is_cancelled_is_gone_on_with(alice, tmp_path, leftovers):
    file = await alice.upload(CONTENT)
    target, steps = tmp_path / "copy", []
    before = leftovers()

    def stop(progress):
        if progress.done:
            task.cancel()

    task = asyncio.create_task(alice.download(file, target, progress=stop))
    await asyncio.wait([task])
    assert task.cancelled()
    [part] = tmp_path.glob("copy*.part")
    came = part.stat().st_size
    assert 0 < came < len(CONTENT)
    await before.check()
    await alice.download(file, target, progress=steps.append)
    assert target.read_bytes() == CONTENT
    assert steps[0].done == came
    assert not list(tmp_path.glob("copy*.part"))


async def test_a_server_that_goes_away(server, alice, photo):
    await server.close()
    with pytest.raises(GatewayUnreachable):
        await alice.upload(photo)
