"""Sessions in this process's memory: gone with it, and seen by no other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hushgate.reviews.memory import MemoryReviews
from hushgate.sessions.store import MOST_ANSWERS, MOST_HOLDERS, Added, Exhausted, Found

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hushgate.sessions.store import Answer, Charge, Holding, Row


@dataclass(slots=True)
class _Held:
    row: Row
    entries: list[bytes] = field(default_factory=list, repr=False)
    answers: dict[bytes, bytes] = field(default_factory=dict, repr=False)
    subjects: set[bytes] = field(default_factory=set)
    holdings: set[Holding] = field(default_factory=set)


class MemoryStore:
    """A dictionary of sessions. See ``Store`` for what each call does."""

    def __init__(self) -> None:
        self._sessions: dict[bytes, _Held] = {}
        self._subjects: dict[bytes, set[bytes]] = {}
        self._secret = b""
        self.reviews = MemoryReviews()
        self._state: dict[bytes, bytes] = {}
        self._accounts: dict[bytes, dict[bytes, float]] = {}
        self._holders: dict[bytes, dict[bytes, set[bytes]]] = {}
        self._common: dict[bytes, float] = {}

    def secret(self, offered: bytes) -> bytes:
        """See ``Store.secret``."""
        self._secret = self._secret or offered
        return self._secret

    def replace_secret(self, old: bytes, new: bytes) -> bool:
        """See ``Store.replace_secret``."""
        if self._secret != old:
            return False
        self._secret = new
        return True

    def state(self, name: bytes) -> bytes | None:
        """See ``Store.state``."""
        return self._state.get(name)

    def replace_state(self, name: bytes, old: bytes | None, new: bytes | None) -> bool:
        """See ``Store.replace_state``."""
        if self._state.get(name) != old:
            return False
        if new is None:
            self._state.pop(name, None)
        else:
            self._state[name] = new
        return True

    def read(self, session: bytes, life: bytes, after: int) -> Found | None:
        """See ``Store.read``."""
        held = self._sessions.get(session)
        if held is None:
            return None
        return Found(held.row, held.entries[after if held.row.life == life else 0 :])

    def create(self, session: bytes, row: Row) -> bool:
        """See ``Store.create``."""
        if session in self._sessions:
            return False
        self._sessions[session] = _Held(row)
        return True

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
        """See ``Store.add``."""
        held = self._living(session, row.life)
        if held is None or (entry is not None and len(held.entries) != after):
            return None
        if answer is not None and answer.name in held.answers:
            return None
        added = Added(self._charge(charges))
        if answer is not None:
            held.answers[answer.name] = answer.sealed
            if len(held.answers) > MOST_ANSWERS:
                del held.answers[next(iter(held.answers))]
        if entry is not None:
            held.entries.append(entry)
        for subject in subjects:
            held.subjects.add(subject)
            self._subjects.setdefault(subject, set()).add(session)
        for holding in holdings:
            self._hold(session, held, holding)
        return added

    def holders(self, values: Sequence[bytes], now: float) -> Mapping[bytes, frozenset[bytes]]:
        """See ``Store.holders``."""
        return {
            value: living
            for value in values
            if (
                living := frozenset(h for h, s in self._holders.get(value, {}).items() if self._lives(s, now))
            )
        }

    def answer(self, session: bytes, life: bytes, name: bytes) -> bytes | None:
        """See ``Store.answer``."""
        held = self._living(session, life)
        return None if held is None else held.answers.get(name)

    def rewrap(self, session: bytes, row: Row, wrapped_key: bytes) -> bool:
        """See ``Store.rewrap``."""
        held = self._living(session, row.life)
        if held is None or held.row.wrapped_key != row.wrapped_key:
            return False
        held.row = replace(row, wrapped_key=wrapped_key)
        return True

    def end(self, session: bytes) -> bool:
        """See ``Store.end``."""
        held = self._sessions.pop(session, None)
        for subject in held.subjects if held else ():
            about = self._subjects[subject]
            about.discard(session)
            if not about:
                del self._subjects[subject]
        for holding in held.holdings if held else ():
            self._let_go(session, holding)
        return held is not None

    def of_subject(self, subject: bytes) -> Sequence[bytes]:
        """See ``Store.of_subject``."""
        return tuple(self._subjects.get(subject, ()))

    def wrapped_keys(self) -> Iterable[bytes]:
        """See ``Store.wrapped_keys``."""
        secret = [self._secret] if self._secret else []
        sessions = (held.row.wrapped_key for held in self._sessions.values())
        return [*secret, *sessions, *self.reviews.wrapped_keys()]

    def tend(self, now: float) -> None:
        """See ``Store.tend``."""
        for account in [a for a, marks in self._accounts.items() if max(marks.values(), default=0) <= now]:
            del self._accounts[account]
        for session in [name for name, held in self._sessions.items() if held.row.expires <= now]:
            self.end(session)
        for value in [value for value, expires in self._common.items() if expires <= now]:
            del self._common[value]
        self.reviews.tend(now)

    def close(self) -> None:
        """Nothing is held open."""

    def _charge(self, charges: Sequence[Charge]) -> list[int]:
        """All of the charges, or Exhausted and none. How many marks each account holds then."""
        changed: dict[bytes, dict[bytes, float]] = {}
        for place, charge in enumerate(charges):
            held = changed.get(charge.account, self._accounts.get(charge.account, {}))
            marks = {mark: expires for mark, expires in held.items() if expires > charge.at}
            marks = dict.fromkeys(charge.marks, charge.expires) | marks
            if len(marks) > charge.limit:
                raise Exhausted(place)
            changed[charge.account] = {} if charge.clears else marks
        self._accounts |= changed
        return [len(changed[charge.account]) for charge in charges]

    def _hold(self, session: bytes, held: _Held, holding: Holding) -> None:
        value = holding.value
        if value in self._common:
            self._common[value] = max(self._common[value], held.row.expires)
            return
        holders = self._holders.setdefault(value, {})
        holders.setdefault(holding.holder, set()).add(session)
        held.holdings.add(holding)
        if len(holders) > MOST_HOLDERS:
            del self._holders[value]
            self._common[value] = held.row.expires

    def _let_go(self, session: bytes, holding: Holding) -> None:
        holders = self._holders.get(holding.value, {})
        sessions = holders.get(holding.holder, set())
        sessions.discard(session)
        if not sessions:
            holders.pop(holding.holder, None)
        if not holders:
            self._holders.pop(holding.value, None)

    def _lives(self, sessions: Iterable[bytes], now: float) -> bool:
        return any(self._sessions[session].row.expires > now for session in sessions)

    def _living(self, session: bytes, life: bytes) -> _Held | None:
        held = self._sessions.get(session)
        return held if held is not None and held.row.life == life else None
