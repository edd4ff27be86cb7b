"""What all servers on one store know beside the sessions: under names, sealed, replaced by one at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hushgate.sessions.sealing import seal, unseal

if TYPE_CHECKING:
    from hushgate.sessions.secret import Secret
    from hushgate.sessions.store import Store


@dataclass(frozen=True, slots=True)
class Kept:
    """What stood on the board under a name when it was read."""

    data: bytes = field(repr=False)
    sealed: bytes = field(repr=False)
    """As the store has it: by this it is seen whether it has changed."""


class Board:
    """Reads and replaces. Failure STORE_UNAVAILABLE if the store is away."""

    def __init__(self, store: Store, secret: Secret) -> None:
        self._store = store
        self._secret = secret

    def kept(self, name: str, known: Kept | None = None) -> Kept | None:
        """What is kept under the name; ``known`` itself where that has not changed."""
        place = self._place(name)
        sealed = self._store.state(place)
        if sealed is None:
            return None
        if known is not None and known.sealed == sealed:
            return known
        return Kept(unseal(self._secret.cipher(), sealed, place), sealed)

    def keep(self, name: str, known: Kept | None, data: bytes | None) -> bool:
        """Puts ``data`` in the place of what is ``known`` there; None is nothing. False: it has changed."""
        place = self._place(name)
        sealed = None if data is None else seal(self._secret.cipher(), data, place)
        return self._store.replace_state(place, known.sealed if known else None, sealed)

    def _place(self, name: str) -> bytes:
        return self._secret.keyed(b"hushgate/kept/1\0", name)
