"""What a store keeps for the vault: sealed bytes by session; no value, name or id in the clear."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hushgate.reviews.store import ReviewStore

MOST_ANSWERS = 32
"""Answers that a session keeps for calls that are made again; the oldest go first."""

MOST_HOLDERS = 3
"""Whom a value may be about and still be somebody's. One that more hold is common, and is nobody's."""


@dataclass(frozen=True, slots=True)
class Row:
    """A session's row."""

    life: bytes
    """16 random bytes: which session of this name it is. Everything else of the session hangs on it."""
    wrapped_key: bytes = field(repr=False)
    expires: float
    """Seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Found:
    """A session as the store has it: its row, and what was asked for of its entries."""

    row: Row
    entries: Sequence[bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A sealed answer, kept for the call that is made again. ``name`` is unique within its session."""

    name: bytes
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Charge:
    """Marks for an account. An account never holds more than ``limit`` of them at once."""

    account: bytes
    marks: Sequence[bytes]
    """All different. One that the account holds already counts once."""
    limit: int
    at: float
    """Now; seconds since the epoch. What has expired by then does not count."""
    expires: float
    """Until when the marks count."""
    clears: bool = False
    """The account is empty afterwards."""


@dataclass(frozen=True, slots=True)
class Added:
    """What was added stands in the store."""

    held: Sequence[int] = ()
    """How many marks the account of each charge holds now."""


@dataclass(frozen=True, slots=True)
class Holding:
    """That a session holds a value: keyed hashes of it, and of whom it is about. Ends with the session."""

    value: bytes
    """16 bytes."""
    holder: bytes
    """32 bytes."""


class Exhausted(Exception):  # noqa: N818 - no fault, a refusal
    """An account would have held too much. ``place``: which of the charges it was."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place


class Store(Protocol):
    """Where sessions rest. Every call is atomic; a failure is Failure(STORE_UNAVAILABLE).

    A session's entries are numbered from 1 without a gap, and never change.
    """

    @property
    def reviews(self) -> ReviewStore:
        """What waits for a person, beside the sessions."""

    def secret(self, offered: bytes) -> bytes:
        """The store's own wrapped secret: what is offered if there is none, else the one that is there."""

    def replace_secret(self, old: bytes, new: bytes) -> bool:
        """Puts ``new`` in the place of ``old``. False: something else is there by now."""

    def state(self, name: bytes) -> bytes | None:
        """What all servers on this store have under the name, beside the sessions."""

    def replace_state(self, name: bytes, old: bytes | None, new: bytes | None) -> bool:
        """Puts ``new`` in the place of ``old``; None is nothing. False: something else is there by now."""

    def read(self, session: bytes, life: bytes, after: int) -> Found | None:
        """The session with its entries after number ``after``, or with all if its life is another one."""

    def create(self, session: bytes, row: Row) -> bool:
        """Adds the session. False: it is there."""

    def add(
        self,
        session: bytes,
        row: Row,
        after: int,
        entry: bytes | None,
        *,
        subjects: Iterable[bytes] = (),
        answer: Answer | None = None,
        charges: Sequence[Charge] = (),
        holdings: Sequence[Holding] = (),
    ) -> Added | None:
        """Adds entry number ``after`` + 1, its subjects, the answer, charges and holdings; all or nothing.

        A value that gets more than ``MOST_HOLDERS`` holders has none from then on, until the last session
        that added it would be over. ``holdings``: all different.

        None: that number or the answer's name is taken, or this life of the session is over. Raises
        Exhausted where an account would hold more than its limit.
        """

    def holders(self, values: Sequence[bytes], now: float) -> Mapping[bytes, frozenset[bytes]]:
        """Who holds each of the values in a session that is not over; none of those that are common."""

    def answer(self, session: bytes, life: bytes, name: bytes) -> bytes | None:
        """The sealed answer of this name, if it is still kept."""

    def rewrap(self, session: bytes, row: Row, wrapped_key: bytes) -> bool:
        """Puts ``wrapped_key`` in the place of the row's. False: the row is another one by now."""

    def end(self, session: bytes) -> bool:
        """Forgets the session, its key first of all. Whether it was there."""

    def of_subject(self, subject: bytes) -> Sequence[bytes]:
        """The sessions that hold something about the subject; some may have ended."""

    def wrapped_keys(self) -> Iterable[bytes]:
        """The wrapped key of every session and review, and the store's own secret."""

    def tend(self, now: float) -> None:
        """Forgets what is over, reviews too; asked often, it also shows whether the store is up."""

    def close(self) -> None:
        """Lets go of files and connections."""
