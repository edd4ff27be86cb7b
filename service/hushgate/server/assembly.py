"""What a server is made of: one detector, policies, store and keys, behind a gate and a redactor."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hushgate.assembly import NAMED, load_detector, load_patterns, load_policies, load_tenant_keys
from hushgate.audit.log import Audit
from hushgate.audit.signing import KEY_FILE
from hushgate.audit.writer import Terms, Writer
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
    from hushgate.policy.model import Policy
    from hushgate.sessions.store import Store
    from hushgate.settings import Settings

NO_NAMES_ASKED = "names are not detected: no model is loaded"


@dataclass(frozen=True, slots=True)
class Assembled:
    """Everything that is up once a server serves."""

    gate: Gate
    redactor: Redactor
    explainer: Explainer
    notice: str
    """What an operator should know of the names; empty when they are detected."""
    vault: Vault
    audit: Audit
    policies: tuple[Policy, ...]
    """The active one first."""
    entities: frozenset[str]
    """What the packs can find, and what the program names itself."""

    def tend(self) -> None:
        """The work between calls; Failure STORE_UNAVAILABLE or AUDIT_UNAVAILABLE if that is away now."""
        self.vault.tend()
        self.gate.roster.flush()
        self.audit.tend()

    def close(self) -> None:
        """Let go of the store, and sign the end of the audit log."""
        self.vault.close()
        self.audit.close()


def assemble(settings: Settings) -> Assembled:
    """Read everything once. Failure FIELD_INVALID, POLICY_INVALID, STORE_UNAVAILABLE or AUDIT_UNAVAILABLE."""
    _check_key(settings)
    tenant_keys = load_tenant_keys(settings)
    policies = load_policies(settings)
    active = policies[0]
    patterns = load_patterns(settings)
    detector = load_detector(settings, patterns)
    keys = Keys.derive(*tenant_keys.ring.keys)
    vault = Vault(open_store(settings.store), tenant_keys, lifetime_s=settings.session_seconds)
    audit = open_audit(settings)
    gate = Gate(
        detector=detector,
        vault=vault,
        policies={policy.version: policy for policy in policies},
        active=active.version,
        keys=keys,
        limits=Limits(text=settings.max_text, messages=settings.max_messages, records=settings.max_records),
        audit=audit,
    )
    redactor = Redactor(detector, active, keys, max_text=settings.max_text)
    explainer = Explainer(patterns, detector, active)
    notice = NO_NAMES_ASKED if settings.names == NO_NAMES else detector.notice
    entities = NAMED.union(rule.entity for rule in patterns.rules)
    return Assembled(gate, redactor, explainer, notice, vault, audit, policies, entities)


def open_audit(settings: Settings) -> Audit:
    """The audit log, or none where no directory is set. Failure FIELD_INVALID or AUDIT_UNAVAILABLE."""
    if settings.audit is None:
        return Audit()
    terms = Terms(sync=settings.audit_sync, buffer=settings.audit_buffer, days=settings.audit_days)
    key_file = settings.audit_key_file or settings.audit / KEY_FILE
    return Audit(Writer.open(settings.audit, key_file, terms))


def open_store(url: str) -> Store:
    """The store that a URL names; ``memory:`` is the choice of one process. Failure FIELD_INVALID."""
    scheme, _, rest = url.partition(":")
    if scheme in {"", "memory"}:
        return MemoryStore()
    if scheme == "sqlite" and rest.strip("/"):
        path = rest.removeprefix("//")
        return SqliteStore(Path(path))
    if scheme in {"redis", "rediss", "unix"}:
        from hushgate.sessions.redis_store import RedisStore  # noqa: PLC0415 - an extra

        return RedisStore(url)
    sentence = "store must be memory:, sqlite:///PATH, redis://, rediss:// or unix://"
    raise Failure(Reason.FIELD_INVALID, sentence, field="store")


def check_shared(settings: Settings) -> None:
    """Failure FIELD_INVALID if several workers could not open each other's sessions."""
    if settings.workers > 1 and settings.store.startswith("memory:"):
        sentence = (
            "workers share sessions: with more than one, name no store, or one that is no process's own"
        )
        raise Failure(Reason.FIELD_INVALID, sentence, field="store")
    _check_key(settings)


def _check_key(settings: Settings) -> None:
    """Failure FIELD_REQUIRED if sessions would outlive the key that opens them."""
    outlives = settings.store and not settings.store.startswith("memory:")
    if outlives and settings.master_key() is None:
        sentence = "a store that outlives the server needs a key: set HUSHGATE_KEY_FILE"
        raise Failure(Reason.FIELD_REQUIRED, sentence, field="key_file")
