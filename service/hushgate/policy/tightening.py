"""What can only hide more, beside what a destination says: a channel, a tool, a risk signal, a profile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from hushgate.finding import Action
from hushgate.policy.strictness import stricter

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hushgate.policy.fields import PathTable

R = TypeVar("R", "Tightening", "Dropping")


@dataclass(frozen=True, slots=True)
class Treatment:
    """What becomes of findings, by entity."""

    default: Action
    by_entity: Mapping[str, Action]

    def action(self, entity: str) -> Action:
        """The action for ``entity``."""
        return self.by_entity.get(entity, self.default)

    def changed(self, change: Mapping[Action, Action]) -> Treatment:
        """With other actions in the place of some."""
        by_entity = {entity: change.get(action, action) for entity, action in self.by_entity.items()}
        return Treatment(change.get(self.default, self.default), by_entity)

    def joined(self, other: Treatment) -> Treatment:
        """Of both, for each entity the stricter."""
        by_entity = {
            e: stricter(self.action(e), other.action(e)) for e in (*self.by_entity, *other.by_entity)
        }
        return Treatment(stricter(self.default, other.default), by_entity)


@dataclass(frozen=True, slots=True)
class Tightening:
    """What is hidden beside on the way to one destination, by whose a value is (see ``Destination``)."""

    name: str
    """``channel.voice``, ``tool.mailer``, ``risk.new_device``, ``profile.gdpr``."""
    own: Treatment
    others: Treatment
    unknown: Treatment
    waits: bool = False
    """Each draft waits for a person, whatever stands in it."""
    intents: frozenset[str] | None = None
    """In conversations for these alone; None: whatever they are for."""

    def changed(self, change: Mapping[Action, Action]) -> Tightening:
        """With other actions in the place of some; where ``hold`` is another, nothing waits either."""
        return replace(
            self,
            own=self.own.changed(change),
            others=self.others.changed(change),
            unknown=self.unknown.changed(change),
            waits=self.waits and Action.HOLD not in change,
        )


@dataclass(frozen=True, slots=True)
class Dropping:
    """Fields that are left out beside, whatever an intent says."""

    name: str
    """As in ``Tightening``; so ``intents``."""
    fields: PathTable[bool]
    intents: frozenset[str] | None = None


def of_signals(risk: Mapping[str, tuple[R, ...]], signals: Iterable[str], intent: str) -> list[R]:
    """Of the rules of a policy's risk signals, those of ``signals`` that hold for the intent.

    A signal that the policy does not name could be any of its own: all hold.
    """
    given = dict.fromkeys(signals)
    named = risk if any(each not in risk for each in given) else given
    return [rule for name in named for rule in risk[name] if rule.intents is None or intent in rule.intents]


def of_way(named: Mapping[str, Tightening], name: str) -> tuple[Tightening, ...]:
    """What hides on the way of that name. One that is not among them could be any of them: all hide."""
    tightening = named.get(name.strip().casefold())
    return tuple(named.values()) if tightening is None else (tightening,)
