"""How a session comes out of the store and goes back: keys in keys, and everything it has learnt sealed.

Each session has a random key of its own, wrapped under its tenant's key. The associated data names tenant,
session and place, so that a row moved elsewhere does not open. Without the session's row all else is noise.
"""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from hushgate.budgets import HOUR_SECONDS
from hushgate.failure import Failure, Reason
from hushgate.reviews.queue import Queue
from hushgate.sessions.board import Board
from hushgate.sessions.elsewhere import holdings
from hushgate.sessions.facts import subject_of
from hushgate.sessions.opened import Opened
from hushgate.sessions.receipt import Receipt
from hushgate.sessions.secret import Secret
from hushgate.sessions.store import Charge, Exhausted, Found, Holding, Row
from hushgate.stages import WATCHED, staged

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from hushgate.budgets import Spending
    from hushgate.reviews.held import Held
    from hushgate.sessions.facts import Fact
    from hushgate.sessions.keys import TenantKeys
    from hushgate.sessions.session import Session
    from hushgate.sessions.store import Store

SESSION_SECONDS = 24 * 3600.0
"""How long a session lives after its first call."""
_HELD = 1000
"""Sessions kept opened in this process; the store has them all."""
_IDLE_SECONDS = 300.0
"""After so long without a call, a session is no longer kept opened: others may have ended it."""
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Moment:
    """A session as it was once: its life, and how many entries it had."""

    life: bytes
    entries: int


class Vault:
    """Opens sessions. One thread at a time."""

    def __init__(
        self,
        store: Store,
        keys: TenantKeys,
        *,
        lifetime_s: float = SESSION_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``clock``: seconds since the epoch."""
        self._store = store
        self._keys = keys
        self._lifetime_s = lifetime_s
        self._clock = clock
        self._opened: OrderedDict[bytes, Opened] = OrderedDict()
        self._secret = secret = Secret(store, keys)
        self.board = Board(store, secret)
        self.reviews = Queue(store.reviews, keys, named=secret.keyed, cipher=secret.cipher, clock=clock)

    @staged("open")
    def open(self, tenant: str, session_id: str) -> Session:
        """The session as the store has it now; a new one where there is none, or its time is over."""
        for _ in range(_TRIES):
            name = self._name(tenant, session_id)
            held = self._opened.get(name)
            found = self._store.read(name, held.row.life, held.entries) if held else self._all_of(name)
            if found is not None and found.row.expires <= self._clock():
                self._store.end(name)
                found = None
            if found is not None:
                return self._taken_in(tenant, name, held, found)
            self._opened.pop(name, None)
            if self._secret.know():
                self._store.create(name, self._new_row(tenant, name))
        raise Failure(Reason.STORE_UNAVAILABLE, "the session ended each time it was opened")

    @staged("save")
    def save(
        self,
        tenant: str,
        session_id: str,
        answer: tuple[str, bytes] | None = None,
        spendings: Sequence[Spending] = (),
    ) -> bool:
        """Stores what the session has learnt, the call's answer by its name, and what it uses: all or none.

        False: another writer was first; open the session and redo the call. Raises Exhausted, with the place
        of the spending that is too much.
        """
        name = self._name(tenant, session_id)
        held = self._opened[name]
        facts = held.session.unsaved
        if not facts and answer is None and not spendings:
            return True
        entry = held.sealed_entry(facts.values()) if facts else None
        kept = held.sealed_answer(*answer) if answer else None
        subjects = {
            self._subject(tenant, subject) for fact in facts.values() if (subject := subject_of(fact))
        }
        charges = [self._charge(tenant, session_id, held, spending) for spending in spendings]
        known = self._holdings(tenant, name, held.session.customer, facts.values())
        try:
            added = self._store.add(
                name, held.row, held.entries, entry,
                subjects=subjects, answer=kept, charges=charges, holdings=known,
            )  # fmt: skip
        except Exhausted as exhausted:
            _noted(spendings[exhausted.place], 1.0)
            raise
        if added is None:
            # What was decided on what the session no longer is must not stay in it.
            del self._opened[name]
            return False
        for spending, count in zip(spendings, added.held, strict=True):
            _noted(spending, count / spending.limit if count else 0.0)
        if facts:
            held.entries += 1
            facts.clear()
        return True

    def answer(self, tenant: str, session_id: str, name: str) -> bytes | None:
        """The answer that ``save`` kept under this name in the session, which is open."""
        held = self._opened[self._name(tenant, session_id)]
        sealed = self._store.answer(held.name, held.row.life, held.answer_label(name))
        return None if sealed is None else held.answer(name, sealed)

    def discard(self, tenant: str, session_id: str) -> None:
        """Forgets what the session has learnt and not stored: the call it came from failed."""
        name = self._name(tenant, session_id)
        held = self._opened.get(name)
        if held is not None and held.session.unsaved:
            del self._opened[name]

    def end(self, tenant: str, session_id: str) -> bool:
        """Forgets the session for good. Whether there was one."""
        name = self._name(tenant, session_id)
        return self._end(name)

    def erase(self, tenant: str, subject: str) -> Receipt:
        """Ends every session of the tenant that holds something about the subject."""
        ended = 0
        for name in self._store.of_subject(self._subject(tenant, subject)):
            ended += self._end(name)
        self.reviews.forget(self._subject(tenant, subject))
        return Receipt.made(self._keys, tenant, subject, sessions=ended, at=self._clock())

    def moment(self, tenant: str, session_id: str) -> Moment | None:
        """The session as it was when it was last opened here, before what it has learnt since."""
        held = self._opened.get(self._name(tenant, session_id))
        return Moment(held.row.life, held.begun) if held else None

    def as_of(
        self,
        tenant: str,
        session_id: str,
        moment: Moment | None,
        retold: Callable[[Fact], Fact] = lambda fact: fact,
    ) -> Session | None:
        """A copy of the session as it was then, or as it is now; None if it has ended. Nothing stores it.

        ``retold``: what the copy is told in the place of a fact.
        """
        name = self._name(tenant, session_id)
        found = self._all_of(name)
        if found is None or (moment is not None and found.row.life != moment.life):
            return None
        held = self._opened_anew(tenant, name, found.row)
        for sealed in found.entries[: None if moment is None else moment.entries]:
            held.take_in(sealed, retold)
        return held.session

    def known(self, tenant: str, session_id: str) -> Session | None:
        """The session as the store has it now, if there is one."""
        found = self._all_of(self._name(tenant, session_id))
        return None if found is None else self.open(tenant, session_id)

    def mark(self, purpose: str, *parts: str) -> str:
        """What a log may call something: 16 hexadecimal digits of a hash under the store's secret."""
        return self._secret.keyed(f"hushgate/{purpose}/1\0".encode(), *parts).hex()[:16]

    def hold(self, review: Held, subjects: Iterable[str]) -> None:
        """Has the review wait for a person. It ends with its session, and with the subjects."""
        tags = {self._subject(review.tenant, subject) for subject in subjects if subject}
        self.reviews.add(review, {*tags, self._name(review.tenant, review.session_id)})

    def keep_sample(self, review: Held, subjects: Iterable[str]) -> None:
        """Has a message that was sent wait for a label. It outlives its session, not the subjects."""
        self.reviews.add(review, {self._subject(review.tenant, subject) for subject in subjects if subject})

    def count_once(
        self, tenant: str, session_id: str, mark: str, accounts: Mapping[str, int], until: float
    ) -> bool:
        """Counts the mark in each of the tenant's accounts until then; False, and in none, if one is full.

        ``accounts``: how much each may hold. The session must be open.
        """
        name = self._name(tenant, session_id)
        held, now = self._opened[name], self._clock()
        marks = [self._secret.keyed(b"hushgate/mark/1\0", mark)[:16]]
        charges = [
            Charge(
                self._secret.keyed(b"hushgate/count/1\0", tenant, account),
                marks,
                limit,
                at=now,
                expires=until,
            )
            for account, limit in accounts.items()
        ]
        try:
            return self._store.add(name, held.row, held.entries, None, charges=charges) is not None
        except Exhausted:
            return False

    def review_id(self, request_id: str, digest: str) -> str:
        """What a held draft is called: for a call made again, the same."""
        return self._secret.keyed(b"hushgate/review-id/1\0", request_id, digest).hex()[:32]

    def now(self) -> float:
        """Seconds since the epoch, by the vault's clock."""
        return self._clock()

    def tend(self) -> None:
        """The work between calls: forgets what is over or idle, and reads the ring of keys anew.

        Failure STORE_UNAVAILABLE if the store is away.
        """
        self._keys.refresh()
        idle = self._clock() - _IDLE_SECONDS
        for name in [name for name, held in self._opened.items() if held.used < idle]:
            del self._opened[name]
        self._store.tend(self._clock())
        self._secret.know()

    def close(self) -> None:
        """Lets go of the store."""
        self._store.close()

    def _end(self, name: bytes) -> bool:
        self._opened.pop(name, None)
        ended = self._store.end(name)
        self.reviews.forget(name)
        return ended

    def _all_of(self, name: bytes) -> Found | None:
        return self._store.read(name, b"", 0)

    def _taken_in(self, tenant: str, name: bytes, held: Opened | None, found: Found) -> Session:
        """The session with the entries that others have added since it was last open here."""
        if held is None or held.row.life != found.row.life:
            held = self._opened[name] = self._opened_anew(tenant, name, found.row)
            while len(self._opened) > _HELD:
                self._opened.popitem(last=False)
        if not self._keys.is_current(found.row.wrapped_key):
            self._store.rewrap(name, found.row, self._keys.wrap(tenant, held.key, name + found.row.life))
        self._opened.move_to_end(name)
        held.used = self._clock()
        for sealed in found.entries:
            held.take_in(sealed)
        held.begun = held.entries
        return held.session

    def _opened_anew(self, tenant: str, name: bytes, row: Row) -> Opened:
        key = self._keys.unwrap(tenant, row.wrapped_key, name + row.life)
        return Opened.new(name, key, row, others=partial(self._of_others, tenant, name))

    def _new_row(self, tenant: str, name: bytes) -> Row:
        life = os.urandom(16)
        wrapped = self._keys.wrap(tenant, os.urandom(32), name + life)
        return Row(life, wrapped, self._clock() + self._lifetime_s)

    def _name(self, tenant: str, session_id: str) -> bytes:
        """The session's name in the store: keyed, so that the store tells nobody whose it is."""
        return self._secret.keyed(b"hushgate/session/1\0", tenant, session_id)

    def _subject(self, tenant: str, subject: str) -> bytes:
        return self._secret.keyed(b"hushgate/subject/1\0", tenant, subject)

    def _holdings(self, tenant: str, name: bytes, customer: str, facts: Iterable[Fact]) -> list[Holding]:
        """The values of these facts as other sessions may know them again.

        They are held by whom they are about; by the customer, or by the session alone, where nobody says.
        """
        told = ((key, subject or customer) for key, subject in holdings(facts))
        held = (Holding(self._seen(tenant, key), self._holder(tenant, who, name)) for key, who in told)
        return list(dict.fromkeys(held))

    def _of_others(self, tenant: str, name: bytes, keys: Collection[str], reader: str) -> Collection[str]:
        """Those of the keys that only other sessions hold, and none of them for the reader."""
        seen = {self._seen(tenant, key): key for key in keys}
        own = {name, self._holder(tenant, reader, name)}
        found = self._store.holders(list(seen), self._clock())
        return {seen[value] for value, holders in found.items() if holders.isdisjoint(own)}

    def _seen(self, tenant: str, key: str) -> bytes:
        return self._secret.keyed(b"hushgate/seen/1\0", tenant, key)[:16]

    def _holder(self, tenant: str, subject: str, session: bytes) -> bytes:
        return self._subject(tenant, subject) if subject else session

    def _charge(self, tenant: str, session_id: str, held: Opened, spending: Spending) -> Charge:
        """A session's account is its name's, so that ending the session gives an agent nothing back."""
        place = ("hour",) if spending.hourly else ("session", session_id)
        account = self._secret.keyed(
            b"hushgate/account/1\0", spending.budget, tenant, spending.agent_id, *place
        )
        now = self._clock()
        return Charge(
            account,
            [held.mark(mark) for mark in spending.marks],
            spending.limit,
            at=now,
            expires=now + HOUR_SECONDS if spending.hourly else now + self._lifetime_s,
            clears=spending.clears,
        )


def _noted(spending: Spending, share: float) -> None:
    """Tells whoever watches the call which share of a budget is used, 0 to 1."""
    watched = WATCHED.get()
    if watched is not None:
        watched.budgets[spending.agent_id, spending.budget.value] = share
