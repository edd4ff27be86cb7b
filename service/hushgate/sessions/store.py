"""What a store keeps for the vault: sealed entries by session; no value, name or id in the clear."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Row:
    """A session's row: its wrapped key, and when it ends (seconds since the epoch)."""

    wrapped_key: bytes = field(repr=False)
    expires: float


@dataclass(frozen=True, slots=True)
class Entry:
    """A sealed fact. ``name`` is unique within its session; the first of a name stays."""

    name: bytes
    sealed: bytes = field(repr=False)


class Store(Protocol):
    """Where sessions rest. Every call is atomic; a failure is Failure(STORE_UNAVAILABLE)."""

    def row(self, session: bytes) -> Row | None:
        """The session's row, or None where there is none."""

    def create(self, session: bytes, row: Row) -> Row:
        """Adds the session unless it is there; answers the row that is there then."""

    def read(self, session: bytes, after: int) -> tuple[int, Sequence[Entry]]:
        """The entries after position ``after`` in the order they were added, and the position of the last."""

    def add(self, session: bytes, entries: Sequence[Entry]) -> bool:
        """Adds all entries or none: False when one of the names is taken, or the session is gone."""

    def end(self, session: bytes) -> bool:
        """Forgets the session and its key. Whether it was there."""

    def close(self) -> None:
        """Lets go of files and connections."""
