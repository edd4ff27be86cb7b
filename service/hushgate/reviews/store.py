"""What a store keeps for the queue of reviews: sealed bytes in the order of their arrival, found by tags."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Waits(IntEnum):
    """For what a review waits. Each has a queue of its own, so that neither takes the other's room."""

    NOTHING = 0
    DECISION = 1
    LABEL = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One review. Names, tenants and tags are keyed hashes; all else is sealed."""

    name: bytes
    tenant: bytes
    whose: bytes = field(repr=False)
    """The tenant's name, sealed: under whose key the rest is wrapped."""
    wrapped_key: bytes = field(repr=False)
    sealed: bytes = field(repr=False)
    expires: float
    """Seconds since the epoch."""
    waits: Waits = Waits.DECISION
    arrival: int = 0
    """The store's own number, which grows."""


class ReviewStore(Protocol):
    """Where reviews wait. Every call is atomic; a failure is Failure(STORE_UNAVAILABLE)."""

    def add(self, row: Row, tags: Iterable[bytes], most: int) -> bool:
        """Adds the row, to be forgotten by any of its tags; one of its name that is there stays.

        False: ``most`` of its tenant wait already for the same.
        """

    def waiting(self, waits: Waits, tenant: bytes | None, after: int, count: int) -> Sequence[Row]:
        """Up to ``count`` rows that wait for it, of the tenant or of all, that arrived after that number."""

    def count(self, waits: Waits) -> int:
        """How many rows wait for it, of all tenants; where the store forgets late, some may be over."""

    def find(self, name: bytes) -> Row | None:
        """The row of this name; it may be over."""

    def replace(self, old: Row, new: Row) -> bool:
        """Puts ``new`` in the place of ``old``, whose name it has. False: it is another one by now."""

    def forget(self, tag: bytes) -> int:
        """Forgets every row that was added with the tag, and says how many there were."""

    def wrapped_keys(self) -> Iterable[bytes]:
        """The wrapped key of every row."""

    def tend(self, now: float) -> None:
        """Forgets what is over."""
