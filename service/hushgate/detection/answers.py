"""What a short text is as the answer to a question: rules whose words stand in the question before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hushgate.detection.nearby import place, vocabulary
from hushgate.detection.rule import REPORTED, UNLESS_LOWER, Rule
from hushgate.detection.search import TIMEOUT_MS, Search
from hushgate.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_ANSWER = 160
"""Code points of a text that is read as an answer; a longer one tells a story of its own."""
QUESTION = 300
"""Code points of the question that are read, its last."""


class _Ready:
    """A rule, ready to run on answers."""

    def __init__(self, rule: Rule, timeout_ms: int) -> None:
        self.rule = rule
        self.search = Search(rule, timeout_ms=timeout_ms)
        self.asked = vocabulary(rule.asked)
        self.unless = vocabulary(rule.unless)


class Answers:
    """The rules that have ``asked``, ready to run. Safe to share between threads."""

    def __init__(self, rules: Sequence[Rule], *, timeout_ms: int = TIMEOUT_MS) -> None:
        """Rules without ``asked`` are passed over."""
        self._rules = [_Ready(rule, timeout_ms) for rule in rules if rule.asked]

    def find(self, text: str, question: str) -> list[Finding]:
        """What the rules find in ``text``, by start, longer first; nothing where it answers no question.

        Raises ``Failure`` (DETECTION_TIMEOUT).
        """
        if not question or len(text) > LONGEST_ANSWER:
            return []
        where = place([question[-QUESTION:]], "")
        found: list[Finding] = []
        for ready in self._rules:
            if not ready.asked.stands_in(where):
                continue
            lowered = UNLESS_LOWER if ready.unless and ready.unless.stands_in(where) else 0.0
            score = round(ready.rule.score - lowered, 4)
            if score >= REPORTED:
                spans = ready.search.spans(text, [(0, len(text))], {})
                found += (Finding(*span, ready.rule.entity, score, ready.rule.id) for span in spans)
        return sorted(found, key=lambda each: (each.start, -each.end, each.rule))
