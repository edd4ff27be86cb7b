"""Sessions in this process's memory: gone with it, and seen by no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hushgate.sessions.store import Entry, Row


class MemoryStore:
    """A dictionary of sessions; what ends is dropped when it is next asked for."""

    def __init__(self) -> None:
        self._rows: dict[bytes, Row] = {}
        self._entries: dict[bytes, dict[bytes, Entry]] = {}

    def row(self, session: bytes) -> Row | None:
        """See ``Store.row``."""
        return self._rows.get(session)

    def create(self, session: bytes, row: Row) -> Row:
        """See ``Store.create``."""
        self._entries.setdefault(session, {})
        return self._rows.setdefault(session, row)

    def read(self, session: bytes, after: int) -> tuple[int, Sequence[Entry]]:
        """See ``Store.read``."""
        entries = list(self._entries.get(session, {}).values())
        return len(entries), entries[after:]

    def add(self, session: bytes, entries: Sequence[Entry]) -> bool:
        """See ``Store.add``."""
        held = self._entries.get(session)
        if held is None or any(entry.name in held for entry in entries):
            return False
        held.update((entry.name, entry) for entry in entries)
        return True

    def end(self, session: bytes) -> bool:
        """See ``Store.end``."""
        self._entries.pop(session, None)
        return self._rows.pop(session, None) is not None

    def close(self) -> None:
        """Nothing is held open."""
