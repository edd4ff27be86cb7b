"""A session that is open here: its key, what is sealed by that, and how much of the store it has taken in."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hushgate.sessions.sealing import dump, load, seal, unseal
from hushgate.sessions.session import Session
from hushgate.sessions.store import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from hushgate.sessions.facts import Fact
    from hushgate.sessions.store import Row


@dataclass(slots=True)
class Opened:
    """What is sealed here is bound to the session's name, its life and its place."""

    name: bytes
    """The session's name in the store."""
    session: Session
    row: Row
    _cipher: AESGCM = field(repr=False)
    key: bytes = field(repr=False)
    entries: int = 0
    """How many of the store's entries the session has taken in."""
    begun: int = 0
    """How many it had taken in when it was last opened."""
    used: float = 0.0
    """When it was last asked for, in seconds since the epoch."""

    @classmethod
    def new(
        cls, name: bytes, key: bytes, row: Row, others: Callable[[Collection[str], str], Collection[str]]
    ) -> Opened:
        """With nothing taken in yet. ``others``: those of some values' keys that only other sessions hold."""
        session = Session(hmac.digest(key, b"hushgate/ids/1", "sha256"), others)
        return cls(name, session, row, AESGCM(key), key)

    def take_in(self, sealed: bytes, retold: Callable[[Fact], Fact] = lambda fact: fact) -> None:
        """Has the session learn the store's next entry. ``retold``: what it learns in the place of a fact."""
        for fact in load(unseal(self._cipher, sealed, self._entry(self.entries + 1))):
            self.session.learn(retold(fact), saved=True)
        self.entries += 1

    def sealed_entry(self, facts: Iterable[Fact]) -> bytes:
        """The store's next entry."""
        return seal(self._cipher, dump(facts), self._entry(self.entries + 1))

    def sealed_answer(self, name: str, data: bytes) -> Answer:
        """A call's answer under its name, as the store is to have it."""
        label = self.answer_label(name)
        return Answer(label, seal(self._cipher, data, self._answer(label)))

    def answer(self, name: str, sealed: bytes) -> bytes:
        """What ``sealed_answer`` was made of."""
        return unseal(self._cipher, sealed, self._answer(self.answer_label(name)))

    def answer_label(self, name: str) -> bytes:
        """What the store calls an answer, which tells it nothing of the name."""
        return self._keyed(b"answer\0", name)

    def mark(self, counted: str) -> bytes:
        """What is counted once, as the store has it: it means nothing once the session has ended."""
        return self._keyed(b"mark\0", counted)

    def _keyed(self, purpose: bytes, text: str) -> bytes:
        return hmac.digest(self.session.key, purpose + text.encode("utf-8", "surrogatepass"), "sha256")[:16]

    def _entry(self, number: int) -> bytes:
        return self.name + self.row.life + b"entry" + number.to_bytes(8)

    def _answer(self, label: bytes) -> bytes:
        return self.name + self.row.life + b"answer" + label
