"""How a session comes out of the store and goes back: keys in keys, and every fact sealed.

Each session has a random key of its own, wrapped under its tenant's key (AES-256-GCM, NIST SP 800-38D),
which is derived from the master key (HKDF, RFC 5869). The associated data names tenant, session and
fact, so that a row moved elsewhere does not open. Without the session's row its facts are noise.
"""

from __future__ import annotations

import hmac
import json
import os
import time
from collections import OrderedDict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hushgate.failure import Failure, Reason
from hushgate.sessions.facts import Customer, Known, Note, Pseudonym
from hushgate.sessions.session import Session
from hushgate.sessions.store import Entry, Row

if TYPE_CHECKING:
    from collections.abc import Callable

    from hushgate.sessions.facts import Fact
    from hushgate.sessions.store import Store

SESSION_SECONDS = 24 * 3600.0
"""How long a session lives after its first call."""
_HELD = 1000
"""Sessions kept opened in this process; the store has them all."""
_NONCE = 12


@dataclass(slots=True)
class _Opened:
    session: Session
    cipher: AESGCM
    row: Row
    position: int = 0


class Vault:
    """Opens sessions. One thread at a time."""

    def __init__(
        self,
        store: Store,
        master: bytes,
        *,
        lifetime_s: float = SESSION_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``master``: 32 secret bytes, shared with the store; ``clock``: seconds since the epoch."""
        self._store = store
        self._master = master
        self._lifetime_s = lifetime_s
        self._clock = clock
        self._opened: OrderedDict[bytes, _Opened] = OrderedDict()

    def open(self, tenant: str, session_id: str) -> Session:
        """The session as the store has it now; a new one where there is none, or its time is over."""
        name = self._name(tenant, session_id)
        row = self._store.row(name)
        if row is not None and row.expires <= self._clock():
            self._store.end(name)
            row = None
        if row is None:
            row = self._store.create(name, self._new_row(tenant, name))
        held = self._opened.get(name)
        if held is None or held.row.wrapped_key != row.wrapped_key:
            held = self._unwrap(tenant, name, row)
            self._opened[name] = held
            while len(self._opened) > _HELD:
                self._opened.popitem(last=False)
        self._opened.move_to_end(name)
        self._refresh(name, held)
        return held.session

    def save(self, tenant: str, session_id: str) -> bool:
        """Stores what the session has learnt. False: another writer was first; open it and redo the call."""
        name = self._name(tenant, session_id)
        held = self._opened[name]
        facts = held.session.unsaved
        if not facts:
            return True
        entries = [Entry(key, _seal(held.cipher, name + key, fact)) for key, fact in facts.items()]
        if not self._store.add(name, entries):
            del self._opened[name]
            return False
        facts.clear()
        return True

    def discard(self, tenant: str, session_id: str) -> None:
        """Forgets what the session has learnt and not stored: the call it came from failed."""
        name = self._name(tenant, session_id)
        held = self._opened.get(name)
        if held is not None and held.session.unsaved:
            del self._opened[name]

    def end(self, tenant: str, session_id: str) -> bool:
        """Forgets the session for good. Whether there was one."""
        name = self._name(tenant, session_id)
        self._opened.pop(name, None)
        return self._store.end(name)

    def _refresh(self, name: bytes, held: _Opened) -> None:
        held.position, entries = self._store.read(name, held.position)
        for entry in entries:
            held.session.learn(_open(held.cipher, name + entry.name, entry.sealed), saved=True)

    def _name(self, tenant: str, session_id: str) -> bytes:
        """The session's name in the store: keyed, so that the store tells nobody whose it is."""
        digest = hmac.new(self._master, b"hushgate/session/1\0", "sha256")
        for part in (tenant, session_id):
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(4) + data)
        return digest.digest()

    def _tenant_cipher(self, tenant: str) -> AESGCM:
        info = b"hushgate/tenant/1\0" + tenant.encode("utf-8", "surrogatepass")
        return AESGCM(HKDF(SHA256(), length=32, salt=None, info=info).derive(self._master))

    def _new_row(self, tenant: str, name: bytes) -> Row:
        nonce = os.urandom(_NONCE)
        wrapped = nonce + self._tenant_cipher(tenant).encrypt(nonce, os.urandom(32), name)
        return Row(wrapped, self._clock() + self._lifetime_s)

    def _unwrap(self, tenant: str, name: bytes, row: Row) -> _Opened:
        nonce, wrapped = row.wrapped_key[:_NONCE], row.wrapped_key[_NONCE:]
        try:
            key = self._tenant_cipher(tenant).decrypt(nonce, wrapped, name)
        except InvalidTag:
            raise Failure(
                Reason.STORE_UNAVAILABLE, "the session's key does not open under this master key"
            ) from None
        return _Opened(Session(hmac.digest(key, b"hushgate/ids/1", "sha256")), AESGCM(key), row)


def _seal(cipher: AESGCM, bound_to: bytes, fact: Fact) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, _dump(fact).encode("utf-8", "surrogatepass"), bound_to)


def _open(cipher: AESGCM, bound_to: bytes, sealed: bytes) -> Fact:
    try:
        data = cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to)
    except InvalidTag:
        raise Failure(Reason.STORE_UNAVAILABLE, "an entry of the session store does not open") from None
    return _load(data.decode("utf-8", "surrogatepass"))


def _dump(fact: Fact) -> str:
    match fact:
        case Known():
            data: list[object] = ["known", asdict(fact)]
        case Pseudonym():
            data = ["token", fact.identifier, asdict(fact.known)]
        case Note():
            data = ["note", fact.path, fact.source, fact.width, sorted(p.hex() for p in fact.prints)]
        case Customer():
            data = ["customer", fact.subject]
    return json.dumps(data, ensure_ascii=True)


def _load(text: str) -> Fact:
    match json.loads(text):
        case ["known", known]:
            return Known(**known)
        case ["token", identifier, known]:
            return Pseudonym(identifier, Known(**known))
        case ["note", path, source, width, prints]:
            return Note(path, source, width, frozenset(map(bytes.fromhex, prints)))
        case ["customer", subject]:
            return Customer(subject)
    raise Failure(Reason.STORE_UNAVAILABLE, "an entry of the session store is of no known kind")
