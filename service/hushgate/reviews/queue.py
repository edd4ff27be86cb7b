"""How reviews come into the store and go out: each under a key of its own, wrapped under its tenant's."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hushgate.failure import Failure, Reason
from hushgate.reviews.held import UNKNOWN, dump, load
from hushgate.reviews.store import Row, Waits
from hushgate.sessions.sealing import seal, unseal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hushgate.reviews.held import Held
    from hushgate.reviews.store import ReviewStore
    from hushgate.sessions.keys import TenantKeys

MOST_WAITING = 1000
"""Reviews of one tenant that wait at once; more are refused, and so are their drafts."""
_PAGE = 50
_MOST_PAGE = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A review as the store had it."""

    review: Held
    row: Row = field(repr=False)


class Queue:
    """The reviews of all tenants, shared by all servers on the store. One thread at a time."""

    def __init__(
        self,
        store: ReviewStore,
        keys: TenantKeys,
        *,
        named: Callable[..., bytes],
        cipher: Callable[[], AESGCM],
        clock: Callable[[], float],
    ) -> None:
        """``named``: the store's keyed hash of a purpose and names; ``cipher``: the store's own."""
        self._store = store
        self._keys = keys
        self._named = named
        self._cipher = cipher
        self._clock = clock

    def add(self, review: Held, tags: Iterable[bytes]) -> None:
        """Puts it at the end, once. Failure SESSION_LIMIT if too many of the tenant wait."""
        name = self._name(review.review_id)
        whose = seal(self._cipher(), review.tenant.encode("utf-8", "surrogatepass"), name)
        row = self._sealed(Row(name, self._tenant(review.tenant), whose, b"", b"", 0.0), review)
        if not self._store.add(row, tags, MOST_WAITING):
            sentence = f"{MOST_WAITING} drafts of the tenant wait for a person already"
            raise Failure(Reason.SESSION_LIMIT, sentence, field="review_id", limit=MOST_WAITING)

    def waiting(self, waits: Waits, tenant: str, *, size: int, token: str) -> tuple[list[Held], str]:
        """A page of what waits for it, oldest first, and the token of the next; ``tenant`` empty: of all.

        Fails with FIELD_INVALID if ``token`` is none of ours.
        """
        if token and not (token.isascii() and token.isdecimal() and len(token) < 19):
            raise Failure(Reason.FIELD_INVALID, "page_token is none of an answer", field="page_token")
        size = min(size or _PAGE, _MOST_PAGE)
        rows = self._store.waiting(waits, self._tenant(tenant) if tenant else None, int(token or 0), size)
        now = self._clock()
        reviews = [self._opened(row) for row in rows if row.expires > now]
        return reviews, str(rows[-1].arrival) if len(rows) == size else ""

    def count(self, waits: Waits) -> int:
        """How many wait for it, of all tenants."""
        return self._store.count(waits)

    def find(self, review_id: str) -> Found:
        """The review. Failure REVIEW_UNKNOWN if there is none, or its time is over."""
        row = self._store.find(self._name(review_id))
        if row is None or row.expires <= self._clock():
            raise UNKNOWN
        return Found(self._opened(row), row)

    def replace(self, found: Found, review: Held) -> None:
        """Puts the review in the place of what was found. Failure REVIEW_CLOSED: another was first."""
        if not self._store.replace(found.row, self._sealed(found.row, review)):
            raise Failure(Reason.REVIEW_CLOSED, "another has decided or collected first", field="review_id")

    def forget(self, tag: bytes) -> int:
        """Forgets what was added with the tag."""
        return self._store.forget(tag)

    def _sealed(self, row: Row, review: Held) -> Row:
        """The row with the review in it, under a new key."""
        key = os.urandom(32)
        return replace(
            row,
            wrapped_key=self._keys.wrap(review.tenant, key, row.name),
            sealed=seal(AESGCM(key), dump(review), row.name),
            expires=review.expires,
            waits=review.waits,
        )

    def _opened(self, row: Row) -> Held:
        tenant = unseal(self._cipher(), row.whose, row.name).decode("utf-8", "surrogatepass")
        key = self._keys.unwrap(tenant, row.wrapped_key, row.name)
        return load(unseal(AESGCM(key), row.sealed, row.name))

    def _name(self, review_id: str) -> bytes:
        return self._named(b"hushgate/review/1\0", review_id)

    def _tenant(self, tenant: str) -> bytes:
        return self._named(b"hushgate/reviews-of/1\0", tenant)
