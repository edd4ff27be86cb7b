"""What the rules find in a text as it stands: which run where, and what context makes of their scores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hushgate import deadline
from hushgate.detection.alphabet import encoded
from hushgate.detection.narrowing import PART, Window, windows
from hushgate.detection.nearby import (
    CHARACTERS_AFTER,
    CHARACTERS_BEFORE,
    Place,
    around,
    denied,
    place,
    vocabulary,
)
from hushgate.detection.prefilter import Prefilter, Words
from hushgate.detection.rule import CONTEXT_RAISE, REPORTED, UNLESS_LOWER, Rule
from hushgate.detection.search import TIMEOUT_MS, Checked, Search
from hushgate.detection.superset import BEHIND, DIGIT, HEAD, superset
from hushgate.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from hushgate.detection.blocks import Block


class _Ready:
    """A rule, ready to run."""

    def __init__(self, rule: Rule, timeout_ms: int) -> None:
        self.rule = rule
        self.search = Search(rule, timeout_ms=timeout_ms)
        self.superset = superset(rule.pattern)
        self.requires = vocabulary(rule.requires) or None
        self.context = vocabulary(rule.context) or None
        self.unless = vocabulary(rule.unless) or None
        self.contextual = bool(self.requires or self.context or self.unless)
        # Words without one of which nothing that the rule finds would be reported.
        self.needs = self.context if rule.score < REPORTED and not rule.requires else self.requires

    def score(self, text: str, span: tuple[int, int], label: str, where: Place) -> float:
        """The rule's score at a span and the place around it; 0 where it finds nothing."""
        if self.requires is not None and not self.requires.stands_in(where):
            return 0.0
        score = self.rule.score
        if self.context is not None and self.context.stands_in(where):
            score = min(1.0, max(REPORTED, score + CONTEXT_RAISE))
        # That one stands near at all is soon told, and seldom so.
        if (
            self.unless is not None
            and self.unless.stands_in(where)
            and denied(text, *span, label, self.unless)
        ):
            score -= UNLESS_LOWER
        return round(max(0.0, score), 4)


class Matcher:
    """All rules, ready to run. Safe to share between threads."""

    def __init__(self, rules: Sequence[Rule], *, timeout_ms: int = TIMEOUT_MS) -> None:
        """Rules with ``asked`` are passed over: ``Answers`` runs them."""
        self._rules = [_Ready(rule, timeout_ms) for rule in rules if not rule.asked]
        vocabularies = dict.fromkeys(ready.needs for ready in self._rules if ready.needs)
        self._vocabularies = list(vocabularies)
        self._every = range(len(self._vocabularies))
        places = dict(zip(self._vocabularies, self._every, strict=True))
        self._needs = [places[ready.needs] if ready.needs else None for ready in self._rules]
        self._words = Words(self._vocabularies)
        self.prefilter = Prefilter([ready.superset for ready in self._rules], self._needs)
        widths = (ready.search.structure.width for ready in self._rules if ready.needs)
        self._reach = CHARACTERS_AFTER + max((width or HEAD for width in widths), default=0)

    def find(self, text: str, *, label: str = "") -> list[Finding]:
        """What the rules find, by start, longer first. ``label``: words that count as before it.

        Raises ``Failure`` (DETECTION_TIMEOUT) when a rule takes too long: no rule is ever skipped.
        """
        data = encoded(text)
        checked: Checked = {}
        places: dict[tuple[int, int], Place] = {}
        found: list[Finding] = []
        for index, ranges in self._ranges(text, label, data).items():
            deadline.check()
            ready = self._rules[index]
            for span in ready.search.spans(text, windows(ready.superset, data, ranges), checked):
                score = ready.rule.score
                if ready.contextual:
                    if span not in places:
                        places[span] = around(text, *span, label)
                    score = ready.score(text, span, label, places[span])
                if score >= REPORTED:
                    found.append(Finding(*span, ready.rule.entity, score, ready.rule.id))
        return sorted(found, key=lambda each: (each.start, -each.end, each.rule))

    def lines(self, block: Block) -> Iterator[int]:
        """The lines of a block on which a rule can match, its needed words being in the block; some twice."""
        possible = self._words.match(block.data)
        for index in self.prefilter.match(block.data, possible):
            if self._needs[index] is None or self._needs[index] in possible:
                yield from self.prefilter.lines(index, block)

    def _ranges(self, text: str, label: str, data: bytes) -> dict[int, list[Window]]:
        """Which rules have to run, and where: the parts of the text in which they can match, joined."""
        ranges: dict[int, list[Window]] = {}
        for start in range(0, len(data), PART):
            deadline.check()
            stop = min(start + PART, len(data))
            for index in self._able(text, label, data, start, stop):
                parts = ranges.setdefault(index, [])
                if parts and parts[-1][1] == start:
                    parts[-1] = parts[-1][0], stop
                else:
                    parts.append((start, stop))
        return ranges

    def _able(self, text: str, label: str, data: bytes, start: int, stop: int) -> Iterator[int]:
        """The rules of which a match may begin in ``[start, stop)`` and whose needed words stand near."""
        where: Place | None = None
        before, behind = max(0, start - CHARACTERS_BEFORE), stop + self._reach
        part = data[max(0, start - BEHIND) : stop + HEAD + 1]
        possible = self._possible(text, label, data[before:behind]) if DIGIT in part else self._every
        for index in self.prefilter.match(part, possible):
            needs = self._needs[index]
            if needs is None:
                yield index
            elif possible is not self._every:
                # RE2 has found the words, or nearly; what the rule finds is held against them in any case.
                if needs in possible:
                    yield index
            else:
                where = where or place([text[before:behind]], label)
                if self._vocabularies[needs].stands_in(where):
                    yield index

    def _possible(self, text: str, label: str, data: bytes) -> Collection[int]:
        """The vocabularies that may stand in the label or a part of the text, for a tenth of a place."""
        if not (text.isascii() and label.isascii()):
            return self._every
        return self._words.match(encoded(label) + b"\n" + data if label else data)
