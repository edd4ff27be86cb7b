"""What becomes of a finding on its way to each destination: what a file says, with what it leaves unsaid."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from hushgate.finding import Action
from hushgate.policy.model import Destination, Thresholds
from hushgate.policy.schema import WhoseFile
from hushgate.policy.tightening import Tightening, Treatment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hushgate.policy.schema import DestinationFile, PolicyFile, SignalFile, TighteningFile

V = TypeVar("V")

_OTHER_SESSIONS = {"customer": Action.BLOCK, "tool": Action.BLOCK, "log": Action.REDACT}
"""What is not said; the model and staff may know what other conversations do."""


def destination(name: str, policy: PolicyFile) -> Destination:
    """The destination of that name. Unsaid, a customer or a tool gets no notes, secrets or others' values."""
    file: DestinationFile = getattr(policy.destinations, name)
    outward = name in {"customer", "tool"}
    flat = said_of_all(file)
    if flat or (file.own is file.others is file.unknown is None):
        own, unknown = (_treatment(_over(flat, each), Action.REDACT) for each in (file.own, file.unknown))
    else:
        own = _treatment(file.own or {}, Action.KEEP)
        unknown = own if file.unknown is None else _treatment(file.unknown, Action.REDACT)
    closed = Action.BLOCK if outward else Action.REDACT
    told_apart = file.own is not None or file.unknown is not None
    others = file.others if file.others is not None or told_apart else flat
    notes = Action(file.internal_notes or (Action.BLOCK if outward else Action.KEEP))
    similar = Action.HOLD if notes is Action.BLOCK and name not in {"model", "log"} else notes
    return Destination(
        own=own,
        others=own if others is flat else _treatment(others or {}, closed),
        unknown=unknown,
        internal_notes=notes,
        similar_notes=Action(file.similar_notes or similar),
        secrets=Action(file.secrets or closed),
        dropped=Action(file.dropped or (Action.MASK if outward else Action.REDACT)),
        other_sessions=Action(file.other_sessions or _OTHER_SESSIONS.get(name, Action.KEEP)),
        channels=_ways("channel", file.channels),
        tools=_ways("tool", file.tools),
        risk={signal: _at_risk(signal, each, name) for signal, each in policy.risk.items()},
        profiles=tuple(tightening(f"profile.{each.profile}", each, name) for each in policy.profiles),
        unknown_tokens=Action(file.unknown_tokens or Action.BLOCK),
        thresholds=thresholds(_over(policy.thresholds, file.thresholds)),
    )


def _over(flat: Mapping[str, V], written: Mapping[str, V] | None) -> Mapping[str, V]:
    """``written`` with what it does not say from ``flat``; a default of its own says everything."""
    return written if written is not None and "default" in written else {**flat, **(written or {})}


def _ways(kind: str, written: Mapping[str, WhoseFile] | None) -> dict[str, Tightening]:
    return {name.casefold(): _hiding(f"{kind}.{name}", said) for name, said in (written or {}).items()}


def _at_risk(signal: str, file: SignalFile, destination: str) -> tuple[Tightening, ...]:
    return tuple(
        replace(
            tightening(f"risk.{signal}", rule, destination), waits=destination in rule.hold, intents=intents
        )
        for rule, intents in file.rules
    )


def tightening(name: str, file: TighteningFile, destination: str) -> Tightening:
    """What it hides on the way there."""
    return _hiding(name, getattr(file, destination) or WhoseFile())


def _hiding(name: str, said: WhoseFile) -> Tightening:
    """What is said for all values alike holds for each of the three, too; what is not said stays."""
    all_ = _treatment(said_of_all(said), Action.KEEP)
    own, others, unknown = (
        all_.joined(_treatment(whose or {}, Action.KEEP)) for whose in (said.own, said.others, said.unknown)
    )
    return Tightening(name, own, others, unknown)


def said_of_all(file: WhoseFile) -> dict[str, str]:
    """What is said for all values alike, ``default`` among the entities."""
    said: dict[str, str] = dict(file.__pydantic_extra__)
    return said if file.default is None else {**said, "default": file.default}


def _treatment(actions: Mapping[str, str], default: Action) -> Treatment:
    by_entity = {entity: Action(action) for entity, action in actions.items() if entity != "default"}
    return Treatment(Action(actions.get("default", default)), by_entity)


def thresholds(scores: Mapping[str, float]) -> Thresholds:
    """Where there is no ``default``, 0.4 is it."""
    by_entity = {entity: score for entity, score in scores.items() if entity != "default"}
    return Thresholds(scores.get("default", 0.4), by_entity)
