"""When a label counts as found and a finding as right: one text, its labels, its findings, the counts.

Two ways of matching. *Overlap*: a label is found if a finding that it accepts shares a character with it, and
a finding is right if it shares one with a label that accepts it; so that one finding over two labels finds
both, and two findings in one label are both right. *Strict*: both bounds are the same as well. Whether
values leak is told by neither but by the letters and digits of labels that no finding covers at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hushgate.finding import Finding
    from hushgate.tuning.labelled import Label, Labelled
    from hushgate.tuning.scope import Scope
    from hushgate.tuning.types import Meaning, Types

MISSED = ""
"""In a confusion: no finding (of a label), no label (of a finding)."""


class Counts(NamedTuple):
    """What is counted of one entity in one text."""

    support: int = 0
    """Labels."""
    found: int = 0
    """Labels that a finding overlaps which they accept; the others are missed."""
    found_strictly: int = 0
    predicted: int = 0
    """Findings where labels are complete, so that they are right or false alarms."""
    right: int = 0
    """Of these, such as overlap a label that accepts them."""
    right_strictly: int = 0
    characters: int = 0
    """Letters and digits in labels."""
    leaked: int = 0
    """Of these, such as no finding covers, of whatever entity."""


@dataclass(frozen=True, slots=True)
class Truth:
    """A label as it counts."""

    start: int
    end: int
    meaning: Meaning
    label: str


@dataclass(frozen=True, slots=True)
class Miss:
    """A label of which something leaks."""

    truth: Truth
    leaked: int
    """Letters and digits."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """A finding that no label bears out."""

    finding: Finding
    label: str = ""
    """What somebody labelled there instead; empty: nothing."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One text, counted."""

    counts: tuple[tuple[str, Counts], ...]
    """By entity, in order of its name; entities without a count are left out."""
    confusions: tuple[tuple[str, str], ...] = ()
    """For each label its entity and that of the finding over most of it; false alarms as ``("", entity)``."""
    misses: tuple[Miss, ...] = ()
    alarms: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """What should be found in one text."""

    text: str = field(repr=False)
    truths: tuple[Truth, ...]
    """In order and disjoint."""
    ignored: tuple[tuple[int, int], ...]
    """Where a finding that finds no label is no false alarm."""
    precise: frozenset[str] | None
    """The entities of which it is one elsewhere; None: of any."""
    uncounted: tuple[Truth, ...] = ()
    """Labels of types that are not complete: a finding that one accepts is no false alarm and no hit."""

    def is_precise(self, entity: str) -> bool:
        """Whether findings of that entity say something on precision here."""
        return self.precise is None or entity in self.precise

    def ignores(self, finding: Finding) -> bool:
        """Whether the finding touches a place that nobody has judged, or one that bears it out uncounted."""
        borne_out = ((t.start, t.end) for t in self.uncounted if t.meaning.accepts(finding.entity))
        return any(finding.start < end and start < finding.end for start, end in (*self.ignored, *borne_out))


def expected(labelled: Labelled, scope: Scope, types: Types, precise: frozenset[str] | None) -> Expected:
    """What of the text's labels counts. ``precise`` is the scope's, asked once a file."""
    truths: list[Truth] = []
    uncounted: list[Truth] = []
    ignored = list(labelled.ignored)
    for label in labelled.labels:
        meaning = types.meaning(label.type)
        if meaning is None:
            ignored.append((label.start, label.end))
        elif not _any_overlap(label, labelled.ignored):
            counting = truths if scope.counts(label.type) else uncounted
            counting.append(Truth(label.start, label.end, meaning, label.type))
    return Expected(labelled.text, tuple(truths), tuple(ignored), precise, tuple(uncounted))


def _any_overlap(label: Label, ranges: Iterable[tuple[int, int]]) -> bool:
    return any(label.start < end and start < label.end for start, end in ranges)


def score(wanted: Expected, findings: Sequence[Finding]) -> Scored:
    """Count one text. ``findings`` are disjoint and in order, as ``settle`` answers them."""
    tally = _Tally()
    over: list[list[Finding]] = [[] for _ in wanted.truths]
    under: list[list[Truth]] = [[] for _ in findings]
    for at, by in _overlaps(wanted.truths, findings):
        over[at].append(findings[by])
        under[by].append(wanted.truths[at])
    for truth, found in zip(wanted.truths, over, strict=True):
        tally.label(truth, found, wanted.text)
    for finding, truths in zip(findings, under, strict=True):
        tally.finding(finding, truths, wanted)
    return tally.scored()


def _overlaps(truths: Sequence[Truth], findings: Sequence[Finding]) -> Iterable[tuple[int, int]]:
    """Indices of each label and finding that share a character. Both are disjoint and in order."""
    at = by = 0
    while at < len(truths) and by < len(findings):
        if truths[at].start < findings[by].end and findings[by].start < truths[at].end:
            yield at, by
        if truths[at].end <= findings[by].end:
            at += 1
        else:
            by += 1


class _Tally:
    """The counts of one text as they add up."""

    def __init__(self) -> None:
        self._counts: dict[str, list[int]] = {}
        self._confusions: list[tuple[str, str]] = []
        self._misses: list[Miss] = []
        self._alarms: list[Alarm] = []

    def label(self, truth: Truth, found: Sequence[Finding], text: str) -> None:
        accepted = [f for f in found if truth.meaning.accepts(f.entity)]
        strictly = any((f.start, f.end) == (truth.start, truth.end) for f in accepted)
        characters = sum(map(str.isalnum, text[truth.start : truth.end]))
        leaked = characters - sum(
            map(str.isalnum, "".join(text[max(f.start, truth.start) : min(f.end, truth.end)] for f in found))
        )
        entity = truth.meaning.entity
        self._add(entity, Counts(1, bool(accepted), strictly, 0, 0, 0, characters, leaked))
        seen = max(found, key=lambda f: min(f.end, truth.end) - max(f.start, truth.start), default=None)
        self._confusions.append((entity, entity if accepted else seen.entity if seen else MISSED))
        if leaked:
            self._misses.append(Miss(truth, leaked))

    def finding(self, finding: Finding, truths: Sequence[Truth], wanted: Expected) -> None:
        accepting = [truth for truth in truths if truth.meaning.accepts(finding.entity)]
        if accepting:
            telling = [
                truth
                for truth in accepting
                if not truth.meaning.recall_only and wanted.is_precise(truth.meaning.entity)
            ]
            # It stands in the row of the label that it finds, its own entity's before another's.
            best = min(telling, key=lambda truth: truth.meaning.entity != finding.entity, default=None)
            if best is not None:
                strictly = any((t.start, t.end) == (finding.start, finding.end) for t in telling)
                self._add(best.meaning.entity, Counts(predicted=1, right=1, right_strictly=strictly))
        elif wanted.is_precise(finding.entity) and not wanted.ignores(finding):
            self._add(finding.entity, Counts(predicted=1))
            self._alarms.append(Alarm(finding, truths[0].label if truths else ""))
            if not truths:
                self._confusions.append((MISSED, finding.entity))

    def _add(self, entity: str, counts: Counts) -> None:
        row = self._counts.setdefault(entity, [0] * len(Counts._fields))
        for index, count in enumerate(counts):
            row[index] += count

    def scored(self) -> Scored:
        counts = tuple((entity, Counts(*self._counts[entity])) for entity in sorted(self._counts))
        return Scored(counts, tuple(self._confusions), tuple(self._misses), tuple(self._alarms))
