"""What plugins of others keep in tables of their own.

A plugin's ``store`` runs after the commit of the messages, in a transaction of its
own, which also notes up to which revision it has come. So a crash neither loses
nor doubles what it keeps, and a faulty plugin costs nobody a message: it is set
aside, what it failed on is noted, and it goes on from there when it is mended.
"""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from functools import partial

from imnb.errors import ClosedError, ConfigError
from imnb.models.message import Message
from imnb.store.connection import Reader, Row
from imnb.store.database import Database
from imnb.store.tables import message, progress, reaction, unprocessed
from imnb.store.tables.progress import Progress
from imnb.store.tables.unprocessed import Failure
from imnb.store.transaction import Transaction
from imnb.sync.channels import AGAIN
from imnb.sync.plugins.plugin import Plugin
from imnb.sync.plugins.table import PluginTable, checked

PAGE = 500
"""Messages of one transaction, and what was stored together with the last one."""
PAUSE = 0.1
"""Seconds between two rounds: what comes meanwhile is one transaction."""


class PluginStores:
    """Gives stored messages to the plugins that keep something of them."""

    def __init__(
        self,
        database: Database,
        table: PluginTable,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._table = table
        self._sleep = sleep
        self._wake = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    def __repr__(self) -> str:
        return f"<PluginStores: {len(self._table.storing)} plugins>"

    async def run(self) -> None:
        """Until it is cancelled, or the store is closed."""
        unsubscribe = self._database.feed.subscribe(self._wake.set)
        self._table.on_change = self._wake.set
        self._wake.set()
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                await self.advance()
                await self._sleep(PAUSE)
        except ClosedError:
            return
        finally:
            unsubscribe()

    async def advance(self) -> None:
        """Let all of them catch up with what is stored."""
        async with self._one_at_a_time:
            for plugin in self._table.storing:
                try:
                    await self._catch_up(plugin)
                except ClosedError:
                    raise
                except Exception as error:
                    await self._fail(plugin, error)

    async def reprocess(self, name: str) -> int:
        """Let a plugin that failed have what it missed.

        Returns:
            how many messages it had failed on.

        Raises:
            ConfigError: there is none of that name, or it failed again.
        """
        plugin = self._table.restore(name)
        count = 0
        while plugin.process is not None and (found := await self._again(plugin)):
            count += found
        await self.advance()
        if name in self._table.set_aside:
            raise ConfigError(f"plugin {name!r} failed again; see the log")
        left = await self._database.write(partial(_forget, name=name))
        return count + left

    async def _catch_up(self, plugin: Plugin) -> None:
        while await self._database.read(partial(_is_due, plugin=plugin)):
            await self._database.write(partial(_step, plugin=plugin, limit=PAGE), PAGE)

    async def _fail(self, plugin: Plugin, error: Exception) -> None:
        """Find what it cannot bear, note that, and set it aside."""
        try:
            while await self._database.write(partial(_step, plugin=plugin, limit=1)):
                pass
        except ClosedError:
            raise
        except Exception as narrowed:
            error = narrowed
            why = f"{type(error).__name__}: {error}"
            await self._database.write(partial(_note, plugin=plugin, why=why))
        self._table.fail(plugin.name, error)

    async def _again(self, plugin: Plugin) -> int:
        """One page of what its ``process`` failed on."""
        failures = await self._database.read(
            lambda cursor: unprocessed.load(cursor, plugin.name, PAGE)
        )
        keys = list(dict.fromkeys(one[:2] for one in failures))
        found = await self._database.read(lambda cursor: message.find(cursor, keys))
        rows = [(*row[:8], row[10]) for row in found if row[9] is None]
        assert plugin.process is not None
        try:
            result = checked(plugin.process(rows, AGAIN)) if rows else []
        except Exception as error:
            self._table.fail(plugin.name, error)
            raise ConfigError(
                f"plugin {plugin.name!r} failed again: {type(error).__name__}: {error}"
            ) from error

        def store(tx: Transaction) -> None:
            if rows:
                message.rewrite(tx, [row[:2] for row in rows], result)
            unprocessed.remove(tx, plugin.name, keys)

        if keys:
            await self._database.write(store, len(keys))
        return len(keys)


def _name(plugin: Plugin) -> str:
    """Plugins and presets share a table."""
    return f"plugin {plugin.name}"


def _is_due(reader: Reader, *, plugin: Plugin) -> bool:
    at = progress.load(reader, _name(plugin))
    return at.version < len(plugin.tables) or message.has_changed(
        reader, plugin.kinds, at.rev
    )


def _step(tx: Transaction, *, plugin: Plugin, limit: int) -> int:
    """Make its tables, and give it some messages; how many."""
    at = progress.load(tx, _name(plugin))
    for script in plugin.tables[at.version :]:
        tx.execute(script)
    rows = message.changed(tx, plugin.kinds, at.rev, limit)
    if rows and plugin.store is not None:
        plugin.store(tx, _messages(tx, rows))
    now = Progress(len(plugin.tables), rows[-1][11] if rows else at.rev)
    progress.save(tx, _name(plugin), now)
    return len(rows)


def _messages(tx: Transaction, rows: list[Row]) -> list[Message]:
    reactions = reaction.load(tx, [row[:2] for row in rows])
    return [
        dataclasses.replace(
            message.model(row), reactions=tuple(reactions.get(row[:2], ()))
        )
        for row in rows
    ]


def _note(tx: Transaction, *, plugin: Plugin, why: str) -> None:
    """The next messages are those that it cannot bear."""
    at = progress.load(tx, _name(plugin))
    rows = message.changed(tx, plugin.kinds, at.rev, 1)
    unprocessed.remove(tx, plugin.name, [row[:2] for row in rows])
    unprocessed.add(tx, [Failure(row[0], row[1], plugin.name, why) for row in rows])


def _forget(tx: Transaction, *, name: str) -> int:
    """Nothing is left that it failed on; how many there were."""
    rows = tx.fetch("SELECT count(*) FROM unprocessed WHERE plugin = ?", [name])
    tx.execute("DELETE FROM unprocessed WHERE plugin = ?", [name])
    return int(rows[0][0])
