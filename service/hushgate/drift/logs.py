"""What a gate's logs tell day by day: how often each thing was decided, over how many calls."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from hushgate.audit.entry import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_REVIEWS: Final = frozenset({"Review", "ReviewStream"})
_DECIDING: Final = frozenset({"Prepare", "Review", "ReviewStream", "Redact", "RedactStream"})


@dataclass(frozen=True, slots=True)
class Call:
    """What one line of a log says, whether of the call log or of the audit log."""

    day: date
    rpc: str
    verdict: str = ""
    reason: str = ""
    entities: Mapping[str, int] = field(default_factory=dict)
    scores: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    """By rule: how many findings, and their mean score."""
    count: int = 1
    """Calls that the line tells of."""


@dataclass(slots=True)
class Series:
    """One figure, day by day: what it counts, over how many."""

    name: str
    mean: bool = False
    """A mean of scores; otherwise a rate."""
    days: dict[date, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0]))
    """Sum and count; of a rate: events and calls."""

    def add(self, day: date, value: float, weight: float) -> None:
        """More of a day."""
        self.days[day][0] += value
        self.days[day][1] += weight

    def weeks(self) -> dict[date, tuple[float, float]]:
        """The same by week, in order; named by its Monday; left out where nothing was counted."""
        found: dict[date, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for day, (value, weight) in self.days.items():
            week = found[monday(day)]
            week[0] += value
            week[1] += weight
        return {week: (v, w) for week, (v, w) in sorted(found.items()) if w > 0}

    def dispersion(self) -> float:
        """How much the days vary round their own weeks: of a rate, in Poisson variances, at least 1."""
        weeks = self.weeks()
        squares, freedom = 0.0, -len(weeks)
        for day, (value, weight) in self.days.items():
            if weight <= 0:
                continue
            total, whole = weeks[monday(day)]
            level = total / whole
            freedom += 1
            if self.mean:
                squares += weight * (value / weight - level) ** 2
            elif level > 0:
                squares += (value - level * weight) ** 2 / (level * weight)
        spread = squares / freedom if freedom > 0 else 0.0
        return max(spread, 1e-6) if self.mean else max(spread, 1.0)


def calls(lines: Iterable[str]) -> Iterator[Call]:
    """The calls that a log tells of, the call log's or the audit log's; other lines are left out."""
    for line in lines:
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if isinstance(said, dict) and (call := _call(said)):
            yield call


def series(found: Iterable[Call]) -> list[Series]:
    """The figures that are followed, by name; rates are per call, or per draft."""
    rates: dict[str, Series] = {}
    total: dict[tuple[str, date], float] = defaultdict(float)
    events: dict[tuple[str, str], dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for call in found:
        total["call", call.day] += call.count
        events["failed", "call"][call.day] += call.count if call.reason else 0
        if call.rpc in _REVIEWS and not call.reason:
            total["draft", call.day] += 1
            for name, verdict in (("blocked", "BLOCKED"), ("escalated to a person", "HELD")):
                events[name, "draft"][call.day] += call.verdict == verdict
        if call.rpc in _DECIDING and not call.reason:
            total["decision", call.day] += 1
            for entity, count in call.entities.items():
                events[entity, "decision"][call.day] += count
        for rule, (count, mean) in call.scores.items():
            rates.setdefault(f"score of {rule}", Series(f"score of {rule}", mean=True)).add(
                call.day, count * mean, count
            )
    for (name, per), days in events.items():
        one = rates.setdefault(f"{name} / {per}", Series(f"{name} / {per}"))
        for (of, day), weight in total.items():
            if of == per:
                one.add(day, days.get(day, 0.0), weight)
    return sorted(rates.values(), key=lambda each: (each.mean, each.name))


def monday(day: date) -> date:
    """The Monday of the day's week."""
    return date.fromordinal(day.toordinal() - day.weekday())


def _call(said: Mapping[str, Any]) -> Call | None:
    """Of the call log: ``event`` is ``call``. Of the audit log: ``at``, and entities by action."""
    if said.get("repeated") or said.get("rpc") not in _DECIDING:
        return None
    if said.get("event") == "call":
        scores = {rule: (int(n), float(mean)) for rule, (n, mean) in said.get("scores", {}).items()}
        return Call(
            date.fromisoformat(said["time"][:10]),
            said["rpc"],
            said.get("verdict", ""),
            said.get("reason", ""),
            said.get("entities", {}),
            scores,
        )
    if said.get("stage") == Stage.REFUSED:
        (why,) = said["reasons"]
        return Call(date.fromisoformat(said["at"][:10]), said["rpc"], reason=why, count=said.get("items", 1))
    if "at" in said and "decision_id" in said and not said.get("stage"):
        refused = not said.get("verdict") and said["rpc"] in _REVIEWS
        entities = {entity: sum(by.values()) for entity, by in said.get("entities", {}).items()}
        why = next(iter(said.get("reasons", {})), "") if refused else ""
        return Call(date.fromisoformat(said["at"][:10]), said["rpc"], said.get("verdict", ""), why, entities)
    return None
