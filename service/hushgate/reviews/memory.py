"""Reviews in this process's memory: gone with it, and seen by no other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hushgate.reviews.store import Row, Waits


class MemoryReviews:
    """A dictionary of rows. See ``ReviewStore`` for what each call does."""

    def __init__(self) -> None:
        self._rows: dict[bytes, Row] = {}
        self._tagged: dict[bytes, set[bytes]] = {}
        self._arrivals = 0

    def add(self, row: Row, tags: Iterable[bytes], most: int) -> bool:
        """See ``ReviewStore.add``."""
        if row.name in self._rows:
            return True
        if sum((each.waits, each.tenant) == (row.waits, row.tenant) for each in self._rows.values()) >= most:
            return False
        self._arrivals += 1
        self._rows[row.name] = replace(row, arrival=self._arrivals)
        for tag in tags:
            self._tagged.setdefault(tag, set()).add(row.name)
        return True

    def waiting(self, waits: Waits, tenant: bytes | None, after: int, count: int) -> Sequence[Row]:
        """See ``ReviewStore.waiting``."""
        rows = (row for row in self._rows.values() if row.waits is waits and row.arrival > after)
        return [row for row in rows if tenant in {None, row.tenant}][:count]

    def count(self, waits: Waits) -> int:
        """See ``ReviewStore.count``."""
        return sum(row.waits is waits for row in self._rows.values())

    def find(self, name: bytes) -> Row | None:
        """See ``ReviewStore.find``."""
        return self._rows.get(name)

    def replace(self, old: Row, new: Row) -> bool:
        """See ``ReviewStore.replace``."""
        there = self._rows.get(old.name)
        if there is None or there.sealed != old.sealed:
            return False
        self._rows[old.name] = new
        return True

    def forget(self, tag: bytes) -> int:
        """See ``ReviewStore.forget``."""
        return sum(self._rows.pop(name, None) is not None for name in self._tagged.pop(tag, ()))

    def wrapped_keys(self) -> Iterable[bytes]:
        """See ``ReviewStore.wrapped_keys``."""
        return [row.wrapped_key for row in self._rows.values()]

    def tend(self, now: float) -> None:
        """See ``ReviewStore.tend``."""
        over = {name for name, row in self._rows.items() if row.expires <= now}
        for name in over:
            del self._rows[name]
        for tag in [tag for tag, names in self._tagged.items() if names & over] if over else ():
            self._tagged[tag] -= over
            if not self._tagged[tag]:
                del self._tagged[tag]
