"""The secret of a store: what everything in it is named by, and what is sealed by it beside the sessions."""

from __future__ import annotations

import hmac
import os
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from hushgate.sessions.keys import TenantKeys
    from hushgate.sessions.store import Store

_BOUND_TO = b"hushgate/secret/1"


class Secret:
    """The store has it wrapped under the ring's keys, and so tells nobody whose session is whose."""

    def __init__(self, store: Store, keys: TenantKeys) -> None:
        self._store = store
        self._keys = keys
        self._wrapped = b""
        self._secret = b""
        self.know()

    def know(self) -> bool:
        """Reads the secret, and makes one for a new store.

        False: it is another than was known, since the store has lost all that it held.
        """
        offered = self._wrapped or self._keys.wrap("", os.urandom(32), _BOUND_TO)
        wrapped = self._store.secret(offered)
        if wrapped == self._wrapped and self._keys.is_current(wrapped):
            return True
        secret = self._keys.unwrap("", wrapped, _BOUND_TO)
        if not self._keys.is_current(wrapped):
            renewed = self._keys.wrap("", secret, _BOUND_TO)
            wrapped = renewed if self._store.replace_secret(wrapped, renewed) else wrapped
        same = secret == self._secret
        self._wrapped, self._secret = wrapped, secret
        return same

    def keyed(self, purpose: bytes, *parts: str) -> bytes:
        """32 bytes that name the parts for this purpose, and tell nothing of them."""
        digest = hmac.new(self._secret, purpose, "sha256")
        for part in parts:
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(4) + data)
        return digest.digest()

    def cipher(self) -> AESGCM:
        """What seals what belongs to no session."""
        return AESGCM(hmac.digest(self._secret, b"hushgate/kept-key/1", "sha256"))
