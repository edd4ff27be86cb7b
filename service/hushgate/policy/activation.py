"""Which policy decides, since when and by whose word: what activation, approval and rollback make of it.

Pure: each function answers a new ``Ledger``. All servers on one store share one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hushgate.policy.model import Policy

SHORT_DIGEST = 12
"""So many of a digest's digits are enough to name a policy by, and are what a list shows."""
_KEPT = 10
"""Activations that can be rolled back to, the active one among them."""
_REMEMBERED = 1000
"""Contents of files that are remembered as having been offered."""


@dataclass(frozen=True, slots=True)
class Activation:
    """A policy that decides, decided once, or waits for approval."""

    version: str
    digest: str
    at: float
    """Seconds since the epoch: since when it decides or waits."""
    by: tuple[str, ...] = field(default=(), repr=False)
    """Who asked for it; empty where a file brought it."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """All that has been decided about policies."""

    history: tuple[Activation, ...] = ()
    """The last one decides now."""
    pending: Activation | None = None
    offered: tuple[str, ...] = ()
    """Digests of what files have brought, the last one last: brought again by a restart, it is no news."""
    withdrawn: tuple[str, ...] = ()
    """Digests of what was rolled back: no file brings them in again."""

    @property
    def active(self) -> Activation | None:
        """What decides now."""
        return self.history[-1] if self.history else None

    @property
    def digests(self) -> frozenset[str]:
        """The contents that must stay known."""
        return frozenset(each.digest for each in (*self.history, *([self.pending] if self.pending else [])))


def offered(ledger: Ledger, policy: Policy, approvals: int, at: float, *, changed: bool) -> Ledger:
    """A file says ``policy``; ``changed``: it has said something else before, to this very server.

    It takes effect at once where one approval is enough, and waits for people otherwise. The very first is
    in force, since nothing else is.
    """
    digest = policy.digest
    known = digest in ledger.offered
    remembered = replace(ledger, offered=_last((*(d for d in ledger.offered if d != digest), digest)))
    if ledger.active is None:
        return _activated(remembered, policy, (), at)
    if digest in (ledger.active.digest, *ledger.withdrawn) or (known and not changed):
        return remembered if not known else ledger
    if approvals > 1:
        if ledger.pending and ledger.pending.digest == digest:
            return remembered
        return replace(remembered, pending=Activation(policy.version, digest, at))
    return _activated(remembered, policy, (), at)


def asked(ledger: Ledger, policy: Policy, who: str, approvals: int, at: float) -> Ledger:
    """``who`` asks for ``policy``: with enough others it decides, without them it waits."""
    if ledger.active and ledger.active.digest == policy.digest:
        return replace(ledger, pending=None)
    waiting = ledger.pending if ledger.pending and ledger.pending.digest == policy.digest else None
    by = tuple(dict.fromkeys((*(waiting.by if waiting else ()), who)))
    if len(by) < approvals:
        since = waiting.at if waiting else at
        return replace(ledger, pending=Activation(policy.version, policy.digest, since, by))
    return _activated(ledger, policy, by, at)


def rolled_back(ledger: Ledger, who: str, at: float) -> Ledger | None:
    """What waits is taken back; else what was active before is active again. None: there is none before."""
    if ledger.pending:
        return replace(ledger, pending=None, withdrawn=_last((*ledger.withdrawn, ledger.pending.digest)))
    if len(ledger.history) < 2:
        return None
    *_, before, active = ledger.history
    again = replace(before, at=at, by=(who,))
    return replace(
        ledger,
        history=(*ledger.history[:-2], again),
        withdrawn=_last((*(d for d in ledger.withdrawn if d != before.digest), active.digest)),
    )


def _activated(ledger: Ledger, policy: Policy, by: tuple[str, ...], at: float) -> Ledger:
    history = (*ledger.history, Activation(policy.version, policy.digest, at, by))
    withdrawn = tuple(digest for digest in ledger.withdrawn if digest != policy.digest)
    return replace(ledger, history=history[-_KEPT:], pending=None, withdrawn=withdrawn)


def _last(digests: tuple[str, ...]) -> tuple[str, ...]:
    return digests[-_REMEMBERED:]


def dump(ledger: Ledger) -> bytes:
    """The ledger as bytes."""
    return json.dumps(asdict(ledger)).encode()


def load(data: bytes) -> Ledger:
    """What ``dump`` has written."""
    read = json.loads(data)
    return Ledger(
        tuple(_activation(each) for each in read["history"]),
        _activation(read["pending"]) if read["pending"] else None,
        tuple(read["offered"]),
        tuple(read["withdrawn"]),
    )


def _activation(read: dict[str, object]) -> Activation:
    return Activation(**{**read, "by": tuple(read["by"])})  # type: ignore[arg-type]
