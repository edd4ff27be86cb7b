"""What one measurement of many texts comes to: each text is counted as it comes, then forgotten.

Of the texts themselves only the passages around the worst misses and false alarms are kept.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from heapq import heappush, heappushpop
from pathlib import PurePath
from typing import TYPE_CHECKING, Protocol

import numpy as np

from hushgate.policy.counting import counted
from hushgate.policy.model import Thresholds
from hushgate.settle import settle
from hushgate.tuning.scoring import MISSED, expected, score
from hushgate.tuning.sweep import Sweep

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from hushgate.finding import Finding
    from hushgate.policy.model import Policy
    from hushgate.tuning.bootstrap import Row
    from hushgate.tuning.labelled import Labelled
    from hushgate.tuning.metrics import Array, Flags
    from hushgate.tuning.scope import Scope
    from hushgate.tuning.scoring import Scored
    from hushgate.tuning.types import Types

CONTEXT = 60
"""How many characters of a passage stand before and after what it shows."""
PASSAGES = 5
"""How many misses and how many false alarms are kept of each entity."""


class Detects(Protocol):
    """What finds something in texts: ``hushgate.detection.detector.Detector``."""

    def find_many(
        self, texts: Sequence[str], *, questions: Sequence[str] | None = ..., language: str = ...
    ) -> Sequence[Sequence[Finding]]:
        """What each text holds, as the answer to a question where one is given; findings may overlap."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A miss or a false alarm where it stands."""

    entity: str
    where: str
    """``file:line``, the file without its directory."""
    size: int
    """Of a miss: letters and digits that leak. Of a false alarm: those that it hides."""
    before: str = field(repr=False)
    value: str = field(repr=False)
    after: str = field(repr=False)
    note: str = ""
    """Of a miss its label, if another word; of a false alarm its rule, score and the label there."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One measurement. Arrays and rows run over ``entities``."""

    entities: tuple[str, ...]
    """Those that are labelled somewhere, or would be if they occurred; most labels first."""
    precise: Flags
    """Of which entities the data tell precision."""
    rows: Mapping[str, Row]
    """The counts of each text, by its identity."""
    files: Mapping[str, tuple[Row, ...]]
    unlabelled: Mapping[str, int]
    """What was found of entities that no file labels: how often. Counted nowhere else."""
    confusions: Mapping[tuple[str, str], int]
    misses: tuple[Passage, ...]
    """The worst of each entity, those that leak most first."""
    alarms: tuple[Passage, ...]
    """The most certain of each entity."""
    curves: Mapping[str, tuple[Array, Array]]
    """Precision and recall at each of ``sweep.THRESHOLDS``, by entity; the total's as ``""``."""
    thresholds: Mapping[str, float]
    """At which score each entity counted."""
    milliseconds: Array = field(repr=False)
    """How long detection took, text by text."""


class Measuring:
    """A measurement under way."""

    def __init__(self, policy: Policy, types: Types) -> None:
        self._policy = policy
        self._types = types
        # What lower thresholds would let in is counted as well, so that the report can show it.
        self._lowest = Thresholds(0.0, {})
        self._rows: dict[str, Row] = {}
        self._files: dict[str, list[Row]] = {}
        self._labelled: set[str] = set()
        self._precise: set[str] = set()
        self._confusions: Counter[tuple[str, str]] = Counter()
        self._misses = _Worst()
        self._alarms = _Worst()
        self._sweep = Sweep()
        self._milliseconds: list[float] = []

    def add(self, labelled: Labelled, scope: Scope, found: Sequence[Finding], *, milliseconds: float) -> None:
        """Count one text and what the detector found in it."""
        wanted = expected(labelled, scope, self._types, scope.precise(self._types))
        raw = counted(labelled.text, found, self._policy, self._lowest)
        reached = [f for f in raw if f.score >= self._policy.thresholds.of(f.entity)]
        scored = score(wanted, settle(reached))
        self._sweep.add(wanted, raw)
        self._milliseconds.append(milliseconds)
        self._labelled.update(truth.meaning.entity for truth in wanted.truths)
        self._precise.update(
            (t.meaning.entity for t in wanted.truths if not t.meaning.recall_only)
            if wanted.precise is None
            else wanted.precise
        )
        self._keep(labelled, scored)

    def _keep(self, labelled: Labelled, scored: Scored) -> None:
        identity = labelled.identity
        while identity in self._rows:  # the same labels under the same id once more
            identity += "+"
        self._rows[identity] = scored.counts
        self._files.setdefault(labelled.file, []).append(scored.counts)
        self._confusions.update(scored.confusions)
        for miss in scored.misses:
            truth = miss.truth
            note = truth.label if truth.label != truth.meaning.entity else ""
            passage = _passage(labelled, (truth.start, truth.end), truth.meaning.entity, miss.leaked, note)
            self._misses.add((miss.leaked,), passage)
        for alarm in scored.alarms:
            finding = alarm.finding
            size = sum(map(str.isalnum, labelled.text[finding.start : finding.end]))
            note = f"{finding.rule} {finding.score:.2f}" + (
                f", labelled {alarm.label}" if alarm.label else ""
            )
            passage = _passage(labelled, (finding.start, finding.end), finding.entity, size, note)
            self._alarms.add((finding.score, size), passage)

    def measured(self) -> Measured:
        """What has been counted so far."""
        support: Counter[str] = Counter()
        predicted: Counter[str] = Counter()
        for row in self._rows.values():
            for entity, counts in row:
                support[entity] += counts.support
                predicted[entity] += counts.predicted
        known = self._labelled | (self._precise & set(predicted))
        entities = tuple(sorted(known, key=lambda entity: (-support[entity], entity)))
        precise = np.array([entity in self._precise for entity in entities], dtype=bool)
        return Measured(
            entities=entities,
            precise=precise,
            rows=self._rows,
            files={file: tuple(rows) for file, rows in self._files.items()},
            unlabelled={entity: predicted[entity] for entity in sorted(set(predicted) - known)},
            confusions={
                pair: number
                for pair, number in self._confusions.items()
                if pair[0] != MISSED or pair[1] in known
            },
            misses=self._misses.passages(known),
            alarms=self._alarms.passages(known),
            curves=self._sweep.curves(entities, precise),
            thresholds={entity: self._policy.thresholds.of(entity) for entity in entities},
            milliseconds=np.array(self._milliseconds),
        )


class _Worst:
    """The greatest few of each entity, no value twice; of equal ones the first."""

    def __init__(self) -> None:
        self._heaps: dict[str, list[tuple[tuple[float, ...], int, Passage]]] = {}
        self._number = 0

    def add(self, rank: tuple[float, ...], passage: Passage) -> None:
        heap = self._heaps.setdefault(passage.entity, [])
        value = passage.value.casefold()
        if any(kept.value.casefold() == value for *_, kept in heap):
            return
        self._number -= 1
        entry = (rank, self._number, passage)
        if len(heap) < PASSAGES:
            heappush(heap, entry)
        else:
            heappushpop(heap, entry)

    def passages(self, entities: Iterable[str]) -> tuple[Passage, ...]:
        kept = [entry for entity in entities for entry in self._heaps.get(entity, ())]
        return tuple(entry[2] for entry in sorted(kept, key=lambda entry: entry[:2], reverse=True))


def _passage(labelled: Labelled, span: tuple[int, int], entity: str, size: int, note: str) -> Passage:
    text, (start, end) = labelled.text, span
    first, last = max(0, start - CONTEXT), end + CONTEXT
    return Passage(
        entity=entity,
        where=f"{PurePath(labelled.file).name}:{labelled.line}",
        size=size,
        before=("…" if first else "") + text[first:start],
        value=text[start:end],
        after=text[end:last] + ("…" if last < len(text) else ""),
        note=note,
    )
