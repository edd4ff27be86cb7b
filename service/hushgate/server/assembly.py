"""What a server is made of: one detector, policies, store and keys, behind a gate and a redactor.

What depends on a policy is swapped, each by one reference, when another comes into force: a call takes what
it needs once, and so is decided by one policy from beginning to end.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hushgate.assembly import (
    NAMED,
    load_detector,
    load_patterns,
    load_similarity,
    load_tenant_keys,
    policy_files,
)
from hushgate.audit import decisions
from hushgate.audit.log import Audit
from hushgate.audit.signing import KEY_FILE
from hushgate.audit.writer import Terms, Writer
from hushgate.bounds import Limits
from hushgate.candidate import Candidate
from hushgate.explain import Explainer
from hushgate.failure import Failure, Reason
from hushgate.gate import Gate
from hushgate.policy.files import PolicyFiles
from hushgate.policy.inforce import InForce
from hushgate.proving import prove
from hushgate.redactor import Redactor
from hushgate.reviews.store import Waits
from hushgate.sessions.memory_store import MemoryStore
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.vault import Vault
from hushgate.settings import NO_NAMES
from hushgate.transformation.joinable import Keys
from hushgate.transformation.operators import presidio_mask

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hushgate.detection.detector import Detector
    from hushgate.detection.patterns import Patterns
    from hushgate.policy.files import Looked
    from hushgate.policy.model import Policy
    from hushgate.sessions.store import Store
    from hushgate.settings import Settings
    from hushgate.shadow.agreed import Run

NO_NAMES_ASKED = "names are not detected: no model is loaded"


@dataclass(slots=True)
class Assembled:
    """Everything that is up once a server serves."""

    gate: Gate
    notice: str
    """What an operator should know of the names; empty when they are detected."""
    vault: Vault
    audit: Audit
    entities: frozenset[str]
    """What the packs can find, and what the program names itself."""
    files: PolicyFiles
    """The policies' files, to be looked at again and again."""
    in_force: InForce
    redacting: Callable[[Policy], Redactor]
    explaining: Callable[[Policy], Explainer]
    candidate: Callable[[Run], Candidate]
    """What answers for a shadow; reads its packs. Fails with FIELD_INVALID. Takes its time, in any thread."""
    redactor: Redactor = field(init=False)
    """Under the active policy."""
    explainer: Explainer = field(init=False)
    changed: Callable[[], object] = field(default=lambda: None, init=False)
    """Called when other policies are in force."""
    queues: Callable[[Waits, int], object] | None = field(default=None, init=False)
    """Told now and then how many wait for what, where somebody wants to know."""
    _redactors: Mapping[str, Redactor] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self.take_up()

    def take_up(self) -> None:
        """Decide calls that begin from now on by the policies that are in force now."""
        policies = self.in_force.policies
        self.gate.policies = policies
        self._redactors = {v: self.redacting(policy) for v, policy in policies.by_version.items()}
        self.redactor = self._redactors[policies.active.version]
        self.explainer = self.explaining(policies.active)
        self.changed()

    @property
    def policies(self) -> tuple[Policy, ...]:
        """Those that calls can be decided by, the active one first."""
        policies = self.in_force.policies
        others = (p for p in policies.by_version.values() if p is not policies.active)
        return (policies.active, *others)

    def follow(self, looked: Looked) -> bool:
        """Decide by what files and store say now. Whether that is other than before."""
        changed = self.in_force.follow(looked)
        if changed:
            self.take_up()
            self.audit.record(decisions.deed("FollowPolicy", self.in_force.policies.active))
        return changed

    def redactor_of(self, version: str) -> Redactor:
        """Redacts under the policy of that version, the active one if empty. Fails with POLICY_UNKNOWN."""
        found = self._redactors.get(version) if version else self.redactor
        if found is None:
            raise Failure(Reason.POLICY_UNKNOWN, "no policy of this version is loaded", field="policy")
        return found

    def tend(self) -> None:
        """The work between calls; Failure STORE_UNAVAILABLE or AUDIT_UNAVAILABLE if that is away now."""
        self.vault.tend()
        self.gate.roster.flush()
        self.gate.shadow.flush()
        if self.queues is not None:
            for waits in (Waits.DECISION, Waits.LABEL):
                self.queues(waits, self.gate.desk.count(waits))
        self.audit.tend()

    def close(self) -> None:
        """Let go of the store, and sign the end of the audit log."""
        self.vault.close()
        self.audit.close()


def assemble(settings: Settings) -> Assembled:
    """Read everything once. Failure FIELD_INVALID, POLICY_INVALID, STORE_UNAVAILABLE or AUDIT_UNAVAILABLE."""
    _check_key(settings)
    presidio_mask()  # no call is to wait for its import
    tenant_keys = load_tenant_keys(settings)
    patterns = load_patterns(settings)
    files = _files(settings, patterns)
    looked = files.look()
    detector = load_detector(settings, patterns, load_similarity(settings))
    keys = Keys.derive(*tenant_keys.ring.keys)
    vault = Vault(open_store(settings.store), tenant_keys, lifetime_s=settings.session_seconds)
    in_force = InForce(vault.board, looked)
    audit = open_audit(settings)
    gate = Gate(
        detector=detector,
        vault=vault,
        policies=in_force.policies,
        keys=keys,
        limits=Limits(text=settings.max_text, messages=settings.max_messages, records=settings.max_records),
        audit=audit,
    )
    return Assembled(
        gate=gate,
        notice=NO_NAMES_ASKED if settings.names == NO_NAMES else detector.notice,
        vault=vault,
        audit=audit,
        entities=NAMED.union(rule.entity for rule in patterns.rules),
        files=files,
        in_force=in_force,
        redacting=lambda policy: Redactor(detector, policy, keys, max_text=settings.max_text),
        explaining=lambda policy: Explainer(patterns, detector, policy),
        candidate=partial(_candidate, settings, detector, keys),
    )


def _candidate(settings: Settings, detector: Detector, keys: Keys, run: Run) -> Candidate:
    if run.recognizers:
        if not settings.shadow_recognizers:
            sentence = "recognizers: this server has none for shadows: set HUSHGATE_SHADOW_RECOGNIZERS"
            raise Failure(Reason.FIELD_INVALID, sentence, field="recognizers")
        patterns = load_patterns(replace(settings, recognizers=settings.shadow_recognizers))
        entities = None if settings.presidio else {rule.entity for rule in patterns.rules} | NAMED
        detector = detector.with_patterns(patterns, entities)
    return Candidate.of(run.policy, detector, keys, max_text=settings.max_text)


def open_audit(settings: Settings) -> Audit:
    """The audit log, or none where no directory is set. Failure FIELD_INVALID or AUDIT_UNAVAILABLE."""
    if settings.audit is None:
        return Audit()
    terms = Terms(sync=settings.audit_sync, buffer=settings.audit_buffer, days=settings.audit_days)
    key_file = settings.audit_key_file or settings.audit / KEY_FILE
    return Audit(Writer.open(settings.audit, key_file, terms))


def _files(settings: Settings, patterns: Patterns) -> PolicyFiles:
    """The settings' policy files; their tests run on the patterns alone."""
    detector = load_detector(replace(settings, names=NO_NAMES, presidio=()), patterns)
    return PolicyFiles(lambda: policy_files(settings), lambda file, policy: prove(file, policy, detector))


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
