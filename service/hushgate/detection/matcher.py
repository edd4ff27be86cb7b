"""What the rules find in a text as it stands: which run where, and what context makes of their scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hushgate.detection.nearby import (
    CHARACTERS_AFTER,
    CHARACTERS_BEFORE,
    Place,
    Vocabulary,
    around,
    place,
    vocabulary,
)
from hushgate.detection.prefilter import Prefilter
from hushgate.detection.rule import CONTEXT_RAISE, REPORTED, UNLESS_LOWER, Rule
from hushgate.detection.search import Checked, Search
from hushgate.detection.superset import HEAD, encoded, superset
from hushgate.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PART = 2048
"""Characters of a part of a long text: a rule runs only on the parts in which it can match."""


@dataclass(frozen=True, slots=True)
class _Ready:
    """A rule, ready to run."""

    rule: Rule
    search: Search
    requires: Vocabulary
    context: Vocabulary
    unless: Vocabulary

    @property
    def needs(self) -> Vocabulary:
        """Words without one of which nothing that the rule finds would be reported."""
        if self.requires:
            return self.requires
        return self.context if self.rule.score < REPORTED else self.requires

    def score(self, where: Place) -> float:
        """The rule's score at a place; 0 where it finds nothing."""
        if self.requires and not self.requires.stands_in(where):
            return 0.0
        score = self.rule.score
        if self.context and self.context.stands_in(where):
            score = min(1.0, max(REPORTED, score + CONTEXT_RAISE))
        if self.unless and self.unless.stands_in(where):
            score -= UNLESS_LOWER
        return round(max(0.0, score), 4)


class Matcher:
    """All rules, ready to run. Safe to share between threads."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = [
            _Ready(
                rule,
                Search(rule),
                vocabulary(rule.requires),
                vocabulary(rule.context),
                vocabulary(rule.unless),
            )
            for rule in rules
        ]
        self._needs = [ready.needs for ready in self._rules]
        self._prefilter = Prefilter([superset(rule.pattern) for rule in rules])
        widths = (ready.search.structure.width for ready in self._rules if ready.needs)
        self._reach = CHARACTERS_AFTER + max((width or HEAD for width in widths), default=0)

    def find(self, text: str, *, label: str = "") -> list[Finding]:
        """What the rules find, by start, longer first. ``label``: words that count as before it.

        Raises ``Failure`` (DETECTION_TIMEOUT) when a rule takes too long: no rule is ever skipped.
        """
        found: set[Finding] = set()
        checked: Checked = {}
        places: dict[tuple[int, int], Place] = {}
        for index, start, stop in self._runs(text, label):
            ready = self._rules[index]
            for span in ready.search.spans(text, start, stop, checked):
                if ready.requires or ready.context or ready.unless:
                    if span not in places:
                        places[span] = around(text, *span, label)
                    score = ready.score(places[span])
                else:
                    score = ready.rule.score
                if score >= REPORTED:
                    found.add(Finding(*span, ready.rule.entity, score, ready.rule.id))
        return sorted(found, key=lambda each: (each.start, -each.end, each.rule))

    def _runs(self, text: str, label: str) -> Iterator[tuple[int, int, int]]:
        """Which rules to run from where to where: ``(index, start, stop)``."""
        data = encoded(text)
        if len(data) <= PART:
            yield from ((index, 0, len(data)) for index in self._able(text, label, data, 0, len(data)))
            return
        begun: dict[int, int] = {}
        for start in range(0, len(data), PART):
            stop = min(start + PART, len(data))
            able = set(self._able(text, label, data, start, stop))
            for index in [index for index in begun if index not in able]:
                yield index, begun.pop(index), start
            for index in able:
                begun.setdefault(index, start)
        yield from ((index, start, len(data)) for index, start in begun.items())

    def _able(self, text: str, label: str, data: bytes, start: int, stop: int) -> Iterator[int]:
        """The rules of which a match may begin in ``[start, stop)`` and whose needed words stand near."""
        hits = self._prefilter.match(data[max(0, start - 1) : stop + HEAD + 1])
        where: Place | None = None
        for index in hits:
            needs = self._needs[index]
            if needs and where is None:
                where = place([text[max(0, start - CHARACTERS_BEFORE) : stop + self._reach]], label)
            if not needs or (where is not None and needs.stands_in(where)):
                yield index
