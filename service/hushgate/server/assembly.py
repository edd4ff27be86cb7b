"""What a server is made of: one detector, policies, store and keys, behind a gate and a redactor."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hushgate.assembly import load_detector, load_patterns, load_policies
from hushgate.explain import Explainer
from hushgate.failure import Failure, Reason
from hushgate.gate import Gate, Limits
from hushgate.redactor import Redactor
from hushgate.sessions.memory_store import MemoryStore
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.vault import Vault
from hushgate.settings import NO_NAMES
from hushgate.transformation.joinable import Keys

if TYPE_CHECKING:
    from hushgate.sessions.store import Store
    from hushgate.settings import Settings

NO_NAMES_ASKED = "names are not detected: no model is loaded"
_NOBODY = bytes(32)
"""The name of no session: asking for it shows whether the store answers."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """Everything that is up once a server serves."""

    gate: Gate
    redactor: Redactor
    explainer: Explainer
    notice: str
    """What an operator should know of the names; empty when they are detected."""
    store: Store

    def check(self) -> None:
        """Failure STORE_UNAVAILABLE if the store does not answer now."""
        self.store.row(_NOBODY)

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()


def assemble(settings: Settings) -> Assembled:
    """Read everything once. Failure FIELD_INVALID, POLICY_INVALID or STORE_UNAVAILABLE."""
    key = _master_key(settings)
    policies = load_policies(settings)
    active = policies[0]
    patterns = load_patterns(settings)
    detector = load_detector(settings, patterns)
    keys = Keys.derive(key)
    store = open_store(settings.store)
    gate = Gate(
        detector=detector,
        vault=Vault(store, key),
        policies={policy.version: policy for policy in policies},
        active=active.version,
        keys=keys,
        limits=Limits(text=settings.max_text, messages=settings.max_messages, records=settings.max_records),
    )
    redactor = Redactor(detector, active, keys, max_text=settings.max_text)
    explainer = Explainer(patterns, detector, active)
    notice = NO_NAMES_ASKED if settings.names == NO_NAMES else detector.notice
    return Assembled(gate, redactor, explainer, notice, store)


def open_store(url: str) -> Store:
    """The store that a URL names: ``memory:``, which is the choice of one process, or ``sqlite:///PATH``."""
    scheme, _, rest = url.partition(":")
    if scheme in {"", "memory"}:
        return MemoryStore()
    if scheme == "sqlite" and rest.strip("/"):
        path = rest.removeprefix("//")
        return SqliteStore(Path(path))
    raise Failure(Reason.FIELD_INVALID, "store must be memory: or sqlite:///PATH", field="store")


def check_shared(settings: Settings) -> None:
    """Failure FIELD_INVALID if several workers could not open each other's sessions."""
    if settings.workers > 1 and settings.store.startswith("memory:"):
        sentence = "workers share sessions: with more than one, name no store, or sqlite:///PATH and a key"
        raise Failure(Reason.FIELD_INVALID, sentence, field="store")
    _master_key(settings)


def _master_key(settings: Settings) -> bytes:
    """The operator's key; for sessions that end with the process, a random one does."""
    key = settings.master_key()
    if key is None and settings.store and not settings.store.startswith("memory:"):
        sentence = "a store that outlives the server needs a key: set HUSHGATE_KEY_FILE"
        raise Failure(Reason.FIELD_REQUIRED, sentence, field="key_file")
    return key or secrets.token_bytes(32)
