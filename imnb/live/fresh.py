"""What changed since observers looked last, by table; made once for all of them."""

import collections
from collections.abc import Iterable, Sequence

from imnb.store.feed import Batch, Key


class Fresh:
    """Keys that the writer fed, without duplicates, in the order of their commits."""

    def __init__(self, batches: Iterable[Batch]) -> None:
        self._keys: dict[str, dict[Key, None]] = {}
        self._gone: dict[str, set[Key]] = {}
        self._parts: dict[str, dict[object, list[Key]]] = {}
        for batch in batches:
            self._keys.setdefault(batch.table, {}).update(dict.fromkeys(batch.keys))
            if batch.dead:
                self._gone.setdefault(batch.table, set()).update(batch.keys)

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(k)} of {name}" for name, k in self._keys.items())
        return f"<Fresh {counts or 'nothing'}>"

    def __contains__(self, table: object) -> bool:
        return table in self._keys

    def keys(self, table: str) -> Iterable[Key]:
        """Rows that were written or removed."""
        return self._keys.get(table, {}).keys()

    def gone(self, table: str) -> set[Key]:
        """Those that were removed, at some time in between."""
        return self._gone.get(table, set())

    def within(self, table: str, value: object) -> Sequence[Key]:
        """Keys that begin with a value, e.g. messages of one conversation."""
        if table not in self._parts:
            parts = self._parts[table] = collections.defaultdict(list)
            for key in self.keys(table):
                parts[key[0] if isinstance(key, tuple) else key].append(key)
        return self._parts[table].get(value, ())
