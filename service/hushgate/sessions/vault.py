"""How a session comes out of the store and goes back: keys in keys, and everything it has learnt sealed.

Each session has a random key of its own, wrapped under its tenant's key. The associated data names tenant,
session and place, so that a row moved elsewhere does not open. Without the session's row all else is noise.
"""

from __future__ import annotations

import hmac
import os
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hushgate.budgets import HOUR_SECONDS
from hushgate.failure import Failure, Reason
from hushgate.reviews.queue import Queue
from hushgate.sessions.elsewhere import holdings
from hushgate.sessions.facts import subject_of
from hushgate.sessions.receipt import Receipt
from hushgate.sessions.sealing import dump, load, seal, unseal
from hushgate.sessions.session import Session
from hushgate.sessions.store import Answer, Charge, Exhausted, Found, Holding, Row
from hushgate.stages import WATCHED, staged

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from hushgate.budgets import Spending
    from hushgate.reviews.held import Held
    from hushgate.sessions.facts import Fact
    from hushgate.sessions.keys import TenantKeys
    from hushgate.sessions.store import Store

SESSION_SECONDS = 24 * 3600.0
"""How long a session lives after its first call."""
_HELD = 1000
"""Sessions kept opened in this process; the store has them all."""
_IDLE_SECONDS = 300.0
"""After so long without a call, a session is no longer kept opened: others may have ended it."""
_TRIES = 5


@dataclass(slots=True)
class _Opened:
    session: Session
    key: bytes = field(repr=False)
    cipher: AESGCM = field(repr=False)
    row: Row
    entries: int = 0
    """How many of the store's entries the session has taken in."""
    begun: int = 0
    """How many it had taken in when it was last opened."""
    used: float = 0.0


@dataclass(frozen=True, slots=True)
class Moment:
    """A session as it was once: its life, and how many entries it had."""

    life: bytes
    entries: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What all servers on one store know beside the sessions, as it was when it was read."""

    data: bytes = field(repr=False)
    sealed: bytes = field(repr=False)
    """As the store has it: by this it is seen whether it has changed."""


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
        self._opened: OrderedDict[bytes, _Opened] = OrderedDict()
        self._wrapped_secret = b""
        self._secret = b""
        self._know_secret()
        self.reviews = Queue(store.reviews, keys, named=self._keyed, cipher=self._kept_cipher, clock=clock)

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
            if self._know_secret():
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
        number = held.entries + 1
        entry = seal(held.cipher, dump(facts.values()), _entry(name, held, number)) if facts else None
        kept = self._sealed_answer(name, held, *answer) if answer else None
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
            held.entries = number
            facts.clear()
        return True

    def answer(self, tenant: str, session_id: str, name: str) -> bytes | None:
        """The answer that ``save`` kept under this name in the session, which is open."""
        session = self._name(tenant, session_id)
        held = self._opened[session]
        label = _answer_name(held, name)
        sealed = self._store.answer(session, held.row.life, label)
        return None if sealed is None else unseal(held.cipher, sealed, _answer(session, held, label))

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
            for fact in self._next_facts(name, held, sealed):
                held.session.learn(retold(fact), saved=True)
        return held.session

    def known(self, tenant: str, session_id: str) -> Session | None:
        """The session as the store has it now, if there is one."""
        found = self._all_of(self._name(tenant, session_id))
        return None if found is None else self.open(tenant, session_id)

    def mark(self, purpose: str, *parts: str) -> str:
        """What a log may call something: 16 hexadecimal digits of a hash under the store's secret."""
        return self._keyed(f"hushgate/{purpose}/1\0".encode(), *parts).hex()[:16]

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
        marks = [self._keyed(b"hushgate/mark/1\0", mark)[:16]]
        charges = [
            Charge(self._keyed(b"hushgate/count/1\0", tenant, account), marks, limit, at=now, expires=until)
            for account, limit in accounts.items()
        ]
        try:
            return self._store.add(name, held.row, held.entries, None, charges=charges) is not None
        except Exhausted:
            return False

    def review_id(self, request_id: str, digest: str) -> str:
        """What a held draft is called: for a call made again, the same."""
        return self._keyed(b"hushgate/review-id/1\0", request_id, digest).hex()[:32]

    def now(self) -> float:
        """Seconds since the epoch, by the vault's clock."""
        return self._clock()

    def kept(self, name: str, known: Kept | None = None) -> Kept | None:
        """What is kept under the name; ``known`` itself where that has not changed."""
        place = self._keyed(b"hushgate/kept/1\0", name)
        sealed = self._store.state(place)
        if sealed is None:
            return None
        if known is not None and known.sealed == sealed:
            return known
        return Kept(unseal(self._kept_cipher(), sealed, place), sealed)

    def keep(self, name: str, known: Kept | None, data: bytes | None) -> bool:
        """Puts ``data`` in the place of what is ``known`` there; None is nothing. False: it has changed."""
        place = self._keyed(b"hushgate/kept/1\0", name)
        sealed = None if data is None else seal(self._kept_cipher(), data, place)
        return self._store.replace_state(place, known.sealed if known else None, sealed)

    def _kept_cipher(self) -> AESGCM:
        return AESGCM(hmac.digest(self._secret, b"hushgate/kept-key/1", "sha256"))

    def tend(self) -> None:
        """The work between calls: forgets what is over or idle, and reads the ring of keys anew.

        Failure STORE_UNAVAILABLE if the store is away.
        """
        self._keys.refresh()
        idle = self._clock() - _IDLE_SECONDS
        for name in [name for name, held in self._opened.items() if held.used < idle]:
            del self._opened[name]
        self._store.tend(self._clock())
        self._know_secret()

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

    def _taken_in(self, tenant: str, name: bytes, held: _Opened | None, found: Found) -> Session:
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
            for fact in self._next_facts(name, held, sealed):
                held.session.learn(fact, saved=True)
        held.begun = held.entries
        return held.session

    def _opened_anew(self, tenant: str, name: bytes, row: Row) -> _Opened:
        key = self._keys.unwrap(tenant, row.wrapped_key, name + row.life)
        others = partial(self._of_others, tenant, name)
        session = Session(hmac.digest(key, b"hushgate/ids/1", "sha256"), others)
        return _Opened(session, key, AESGCM(key), row)

    def _next_facts(self, name: bytes, held: _Opened, sealed: bytes) -> Sequence[Fact]:
        facts = load(unseal(held.cipher, sealed, _entry(name, held, held.entries + 1)))
        held.entries += 1
        return facts

    def _new_row(self, tenant: str, name: bytes) -> Row:
        life = os.urandom(16)
        wrapped = self._keys.wrap(tenant, os.urandom(32), name + life)
        return Row(life, wrapped, self._clock() + self._lifetime_s)

    def _know_secret(self) -> bool:
        """Reads the store's secret, by which sessions and subjects are named; makes one for a new store.

        False: it is another than was known, since the store has lost all that it held.
        """
        bound_to = b"hushgate/secret/1"
        offered = self._wrapped_secret or self._keys.wrap("", os.urandom(32), bound_to)
        wrapped = self._store.secret(offered)
        if wrapped == self._wrapped_secret and self._keys.is_current(wrapped):
            return True
        secret = self._keys.unwrap("", wrapped, bound_to)
        if not self._keys.is_current(wrapped):
            renewed = self._keys.wrap("", secret, bound_to)
            wrapped = renewed if self._store.replace_secret(wrapped, renewed) else wrapped
        same = secret == self._secret
        self._wrapped_secret, self._secret = wrapped, secret
        return same

    def _name(self, tenant: str, session_id: str) -> bytes:
        """The session's name in the store: keyed, so that the store tells nobody whose it is."""
        return self._keyed(b"hushgate/session/1\0", tenant, session_id)

    def _subject(self, tenant: str, subject: str) -> bytes:
        return self._keyed(b"hushgate/subject/1\0", tenant, subject)

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
        return self._keyed(b"hushgate/seen/1\0", tenant, key)[:16]

    def _holder(self, tenant: str, subject: str, session: bytes) -> bytes:
        return self._subject(tenant, subject) if subject else session

    def _keyed(self, purpose: bytes, *parts: str) -> bytes:
        digest = hmac.new(self._secret, purpose, "sha256")
        for part in parts:
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(4) + data)
        return digest.digest()

    def _charge(self, tenant: str, session_id: str, held: _Opened, spending: Spending) -> Charge:
        """A session's account is its name's, so that ending the session gives an agent nothing back."""
        place = ("hour",) if spending.hourly else ("session", session_id)
        account = self._keyed(b"hushgate/account/1\0", spending.budget, tenant, spending.agent_id, *place)
        now = self._clock()
        return Charge(
            account,
            [_mark(held, mark) for mark in spending.marks],
            spending.limit,
            at=now,
            expires=now + HOUR_SECONDS if spending.hourly else now + self._lifetime_s,
            clears=spending.clears,
        )

    def _sealed_answer(self, session: bytes, held: _Opened, name: str, data: bytes) -> Answer:
        label = _answer_name(held, name)
        return Answer(label, seal(held.cipher, data, _answer(session, held, label)))


def _noted(spending: Spending, share: float) -> None:
    """Tells whoever watches the call which share of a budget is used, 0 to 1."""
    watched = WATCHED.get()
    if watched is not None:
        watched.budgets[spending.agent_id, spending.budget.value] = share


def _entry(session: bytes, held: _Opened, number: int) -> bytes:
    """What an entry is bound to."""
    return session + held.row.life + b"entry" + number.to_bytes(8)


def _answer(session: bytes, held: _Opened, label: bytes) -> bytes:
    return session + held.row.life + b"answer" + label


def _mark(held: _Opened, mark: str) -> bytes:
    """Keyed by the session, so that it means nothing once the session has ended."""
    return hmac.digest(held.session.key, b"mark\0" + mark.encode("utf-8", "surrogatepass"), "sha256")[:16]


def _answer_name(held: _Opened, name: str) -> bytes:
    return hmac.digest(held.session.key, b"answer\0" + name.encode("utf-8", "surrogatepass"), "sha256")[:16]
