"""What a session would know of a record's fields, had the candidate decided when it learnt of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hushgate.finding import NOTE, Action
from hushgate.minimization.paths import written_path
from hushgate.sessions.facts import Known

if TYPE_CHECKING:
    from collections.abc import Callable

    from hushgate.document import Path
    from hushgate.policy.model import Policy
    from hushgate.sessions.facts import Fact

_SHOWN = frozenset({Action.KEEP, Action.PSEUDONYMIZE})


def retelling(intent: str, active: Policy, candidate: Policy) -> Callable[[Fact], Fact]:
    """How a fact reads under the candidate, for calls of this intent.

    Which fields are dropped, and what they hold, as far as the two policies say otherwise. Internal notes
    stay those that the active policy names: of others the session has no trace.
    """

    def retold(fact: Fact) -> Fact:
        if not isinstance(fact, Known) or not fact.path or fact.said or fact.entity == NOTE:
            return fact
        try:
            path = written_path(fact.path)
        except ValueError:
            return fact
        was, now = _dropped(active, intent, path), _dropped(candidate, intent, path)
        held, holds = active.entity_of(path), candidate.entity_of(path)
        return replace(
            fact,
            dropped=fact.dropped if was is now else now,
            entity=holds if holds and holds != held else fact.entity,
        )

    return _as_it_is if active.digest == candidate.digest else retold


def _dropped(policy: Policy, intent: str, path: Path) -> bool:
    found = policy.intents.get(intent)
    rule = found.fields.find(path) if found else None
    return rule is None or rule.action not in _SHOWN


def _as_it_is(fact: Fact) -> Fact:
    return fact
