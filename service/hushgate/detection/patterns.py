"""What the rules find in a text and in all its views, as spans of the text itself."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

from hushgate import deadline
from hushgate.detection.answers import Answers
from hushgate.detection.blocks import suspects
from hushgate.detection.matcher import Matcher
from hushgate.detection.nearby import words_of
from hushgate.detection.views import lines, views
from hushgate.failure import Failure
from hushgate.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hushgate.detection.blocks import Block
    from hushgate.detection.prefilter import Prefilter
    from hushgate.detection.rule import Rule

_CONFIRMED = frozenset({"separators", "backwards", "letters", "ibans"})
"""Views that bring together what may not belong together, or read letters as digits: in them, only a rule's
check makes a finding, or a rule so sure of itself that its words stand in its pattern."""
_SURE = 0.65
"""The score, before context, of such a rule."""
_SURER = 0.1
"""By how much what was asked for must score more than what the text says itself."""
LONGEST_LABEL = 2000
"""Code points of a label whose words count, its last: a key is read again for every part of a long text."""


class Patterns:
    """The packs' rules over texts. Safe to share between threads."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        self.standing = tuple(rule for rule in rules if not rule.asked)
        """The rules that need no question; the prefilter's indices count these."""
        self._matcher = Matcher(rules)
        self._answers = Answers(rules)
        self._checked = {rule.id: rule.score for rule in rules if rule.checksum}
        self._announced = _announcing(rules)
        self._sure = {rule.id for rule in rules if rule.checksum or rule.score >= _SURE}

    def announced(self, entity: str) -> frozenset[str]:
        """The words, folded, that its rules want near or before it, and those of its own name."""
        return self._announced.get(entity, frozenset())

    @property
    def prefilter(self) -> Prefilter:
        """Which of the rules can match a text at all."""
        return self._matcher.prefilter

    def find(self, text: str, label: str = "", question: str = "") -> list[Finding]:
        """What the rules find, by start, longer first; a finding from a view covers the whole disguise.

        ``label``: words that stand before the text, as in ``first name: Dana``; no finding reaches into them.
        ``question``: what the text answers. Raises ``Failure`` (DETECTION_TIMEOUT).
        """
        found = self._find(_whole(text, label), label[-LONGEST_LABEL:], question)
        return _behind(len(label) + len(_COLON), found) if label else found

    def find_many(
        self, texts: Sequence[str], labels: Sequence[str], questions: Sequence[str]
    ) -> list[list[Finding]]:
        """The same for each text, its label and its question, in order.

        Texts are looked at together before they are looked at alone: what can hold nothing costs a tenth.
        A ``Failure`` (DETECTION_TIMEOUT) has the text's place.
        """
        able = suspects(list(map(_whole, texts, labels)) if any(labels) else texts, self._lines)
        able.update(place for place, question in enumerate(questions) if question)
        found: list[list[Finding]] = [[] for _ in texts]
        for place in able:
            try:
                found[place] = self.find(texts[place], labels[place], questions[place])
            except Failure as failure:
                failure.place = place if failure.field else None
                raise
        return found

    def _lines(self, block: Block) -> Iterator[int]:
        yield from self._matcher.lines(block)
        yield from lines(block)

    def _find(self, text: str, label: str, question: str) -> list[Finding]:
        found = self._looked(text, label, question)
        disguised: set[Finding] = set()
        known: dict[str, _Spans] | None = None
        for view in views(text):
            deadline.check()
            for each in self._looked(view.text, label, question):
                if known is None:
                    known = _by_entity(found)
                start, end = view.origin(each.start, each.end)
                entity = "" if view.name in _CONFIRMED else each.entity
                if self._counts(view.name, each) and not known.get(entity, _NOTHING).cover(start, end):
                    disguised.add(Finding(start, end, each.entity, each.score, each.rule))
        return sorted({*found, *disguised}, key=_order) if disguised else found

    def _looked(self, text: str, label: str, question: str) -> list[Finding]:
        found = self._matcher.find(text, label=label)
        answers = self._answers.find(text, question) if question else []
        if not answers:
            return found
        # What the text says itself of a place counts for more than what it was asked for, unless that is
        # surer by far: "his name was Rover" names a person, but not after "your first pet?".
        told = [each for each in found if each.score >= _SURE]
        news = (
            a
            for a in answers
            if not any(f.start < a.end and a.start < f.end and a.score - f.score < _SURER for f in told)
        )
        return sorted([*found, *news], key=_order)

    def _counts(self, view: str, finding: Finding) -> bool:
        if view not in _CONFIRMED:
            return True
        if view == "backwards":  # one number in ten passes by chance: its context must speak for it too
            return finding.score > self._checked.get(finding.rule, 1.0)
        return finding.rule in self._sure


# What of a pattern is no word that it wants.
_SYNTAX = re.compile(r"\(\?P<\w+>|\(\?[aiLmsux-]+[:)]|\\.|\[[^\]]*\]")
_LITERAL = re.compile(r"[^\W\d_]{3,}")


def _announcing(rules: Sequence[Rule]) -> dict[str, frozenset[str]]:
    words: dict[str, set[str]] = {}
    for rule in rules:
        before, value, _ = rule.pattern.partition("(?P<value>")
        literal = _LITERAL.findall(_SYNTAX.sub(" ", before)) if value else ()
        for entry in (*rule.context, *rule.requires, *literal, rule.entity.replace("_", " ")):
            words.setdefault(rule.entity, set()).update(words_of(entry))
    return {entity: frozenset(each) for entity, each in words.items()}


_COLON = ": "


def _whole(text: str, label: str) -> str:
    """The text behind its label, if it has one."""
    return f"{label}{_COLON}{text}" if label else text


class _Spans:
    """Spans that can be asked whether one of them covers another."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(spans)
        self._starts = [start for start, _ in ordered]
        self._furthest = list(accumulate((end for _, end in ordered), max))

    def cover(self, start: int, end: int) -> bool:
        place = bisect_right(self._starts, start)
        return place > 0 and self._furthest[place - 1] >= end


_NOTHING = _Spans([])


def _behind(length: int, findings: Iterable[Finding]) -> list[Finding]:
    """The findings, or parts of findings, behind the first ``length`` characters, counted from there."""
    behind = (
        replace(f, start=max(f.start - length, 0), end=f.end - length) for f in findings if f.end > length
    )
    return sorted(behind, key=_order)


def _by_entity(findings: Iterable[Finding]) -> dict[str, _Spans]:
    """The findings' spans for each entity, and under "" those of all."""
    spans: dict[str, list[tuple[int, int]]] = {"": []}
    for each in findings:
        spans[""].append((each.start, each.end))
        spans.setdefault(each.entity, []).append((each.start, each.end))
    return {entity: _Spans(of_entity) for entity, of_entity in spans.items()}


def _order(finding: Finding) -> tuple[int, int, str]:
    return finding.start, -finding.end, finding.rule
