"""Decides what counts as found: overlap and exact spans, by type, honouring what a set labels completely."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

ANSWERS = ("SECURITY_ANSWER",)
"""What these hold may be a name (a mother's, a pet's): to call it one is no false alarm, and no hit."""

Span = tuple[int, int, str]


@dataclass(slots=True)
class Tally:
    """Counts of one type in one set."""

    gold: int = 0
    found: int = 0
    predicted: int = 0
    right: int = 0
    exact: int = 0
    texts: int = 0
    alarmed: int = 0
    misses: list[str] = field(default_factory=list, repr=False)

    @property
    def recall(self) -> float:
        """Of the true spans, the share that some finding of this type overlaps."""
        return self.found / self.gold if self.gold else float("nan")

    @property
    def precision(self) -> float:
        """Of the findings, the share that overlaps a true span of this type."""
        return self.right / self.predicted if self.predicted else float("nan")

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        return 2 * self.recall * self.precision / (self.recall + self.precision) if self.right else 0.0

    @property
    def strict(self) -> float:
        """F1 of spans with exactly the true borders."""
        total = self.gold + self.predicted
        return 2 * self.exact / total if total else float("nan")


def _overlap(one: Span, other: tuple[int, ...] | Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def tally(record: dict[str, Any], predicted: Iterable[Span], kind: str, into: Tally) -> None:
    """Adds one record's counts for a type; what lies in `meta.ignore` counts neither way."""
    ignored = [tuple(entry[:2]) for entry in (record.get("meta") or {}).get("ignore", ())]
    gold = [(span["start"], span["end"], kind) for span in record["spans"] if span["type"] == kind]
    gold = [span for span in gold if not any(_overlap(span, other) for other in ignored)]
    answers = [(span["start"], span["end"]) for span in record["spans"] if span["type"] in ANSWERS]
    mine = [
        span
        for span in predicted
        if span[2] == kind and not any(_overlap(span, other) for other in ignored + answers)
    ]
    into.texts += 1
    into.gold += len(gold)
    into.predicted += len(mine)
    into.found += sum(any(_overlap(span, other) for other in mine) for span in gold)
    right = sum(any(_overlap(span, other) for other in gold) for span in mine)
    into.right += right
    into.alarmed += right < len(mine)
    into.exact += len(set(gold) & set(mine))
    text = record["text"]
    into.misses += [
        f"missed {text[s:e]!r} in {text[max(0, s - 50) : e + 30]!r}"
        for s, e, _ in gold
        if not any(_overlap((s, e, kind), o) for o in mine)
    ]
    into.misses += [
        f"wrong {text[s:e]!r} in {text[max(0, s - 50) : e + 30]!r}"
        for s, e, _ in mine
        if not any(_overlap((s, e, kind), o) for o in gold)
    ]
