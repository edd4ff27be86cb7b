"""Where rules' patterns match a text, and what became of each match: what people who write rules ask."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from hushgate.detection.alphabet import encoded
from hushgate.detection.nearby import Place, around, denied, vocabulary
from hushgate.detection.rewriting import plain
from hushgate.detection.rule import CONTEXT_RAISE, REPORTED, UNLESS_LOWER
from hushgate.detection.search import Search
from hushgate.detection.views import views

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hushgate.detection.patterns import Patterns
    from hushgate.detection.rewriting import View
    from hushgate.detection.rule import Rule


class Outcome(StrEnum):
    """What became of a candidate. The names are those of ``hushgate.v1.Outcome``."""

    FOUND = "FOUND"
    CHECK_FAILED = "CHECK_FAILED"
    WORD_MISSING = "WORD_MISSING"
    SCORE_TOO_LOW = "SCORE_TOO_LOW"
    COVERED = "COVERED"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place where a rule's pattern matched: a half-open span of the text in code points."""

    rule: str
    entity: str
    start: int
    end: int
    view: str
    """The view in which it matched; empty for the text itself."""
    score: float
    """After context, 0 to 1."""
    outcome: Outcome
    detail: str
    """For people: how the score came about, or what was missing."""


class Candidates:
    """Rules that can be asked for every match of theirs. Safe to share between threads."""

    def __init__(self, patterns: Patterns) -> None:
        """``patterns`` are the rules as the detector runs them: they decide what is found."""
        self._patterns = patterns

    def of(self, text: str, *, label: str = "") -> list[Candidate]:
        """Every candidate in the text and its views, in the order of the text.

        FOUND are those that ``Patterns`` reports. Raises ``Failure`` (DETECTION_TIMEOUT).
        """
        found = {(f.rule, f.start, f.end) for f in self._patterns.find(text, label=label)}
        candidates: dict[tuple[str, int, int, Outcome], Candidate] = {}
        for view in (replace(plain(text), name=""), *views(text)):
            for index in self._patterns.prefilter.match(encoded(view.text)):
                for each in _in_view(self._patterns.standing[index], view, label):
                    reported = (each.rule, each.start, each.end) in found
                    told = each if reported or each.outcome is not Outcome.FOUND else _told(each)
                    # What a view shows as the text itself does is said once.
                    candidates.setdefault((told.rule, told.start, told.end, told.outcome), told)
        return sorted(candidates.values(), key=lambda each: (each.start, -each.end, each.rule, each.view))


def _told(candidate: Candidate) -> Candidate:
    detail = f"{candidate.detail}; what this view shows adds nothing, or needs a check to be believed"
    return replace(candidate, outcome=Outcome.COVERED, detail=detail)


def _in_view(rule: Rule, view: View, label: str) -> Iterator[Candidate]:
    whole = [(0, len(view.text))]
    accepted = list(Search(rule).spans(view.text, whole, {}))
    for span in accepted:
        yield _judged(rule, view, span, label)
    if rule.checksum:
        for start, end in Search(replace(rule, checksum="")).spans(view.text, whole, {}):
            if not any(start < other_end and other < end for other, other_end in accepted):
                yield _candidate(rule, view, (start, end))


def _judged(rule: Rule, view: View, span: tuple[int, int], label: str) -> Candidate:
    candidate, where = _candidate(rule, view, span), around(view.text, *span, label)
    if rule.requires and not _near(rule.requires, where):
        detail = f"none of the words that it requires stands near: {_some(rule.requires)}"
        return replace(candidate, score=0.0, outcome=Outcome.WORD_MISSING, detail=detail)
    score = rule.score
    parts = [f"score {score:g}"]
    if rule.checksum:
        parts.append(f"passes {rule.checksum}")
    if raising := _near(rule.context, where):
        score = min(1.0, max(REPORTED, score + CONTEXT_RAISE))
        parts.append(f"raised to {score:g} by {', '.join(raising)}")
    if lowering := [each for each in rule.unless if denied(view.text, *span, label, vocabulary([each]))]:
        score = max(0.0, score - UNLESS_LOWER)
        parts.append(f"lowered to {score:g} by {', '.join(lowering)}")
    outcome = Outcome.FOUND if score >= REPORTED else Outcome.SCORE_TOO_LOW
    if outcome is Outcome.SCORE_TOO_LOW and rule.context and not raising:
        parts.append(f"none of its context stands near: {_some(rule.context)}")
    return replace(candidate, score=round(score, 4), outcome=outcome, detail=", ".join(parts))


def _near(words: Sequence[str], where: Place) -> list[str]:
    return [word for word in words if vocabulary([word]).stands_in(where)]


def _some(words: Sequence[str]) -> str:
    return ", ".join([*words[:5], *(["…"] if len(words) > 5 else [])])


def _candidate(rule: Rule, view: View, span: tuple[int, int]) -> Candidate:
    """A match that nothing has been said of yet but that its check rejects it."""
    start, end = view.origin(*span)
    detail = f"it does not pass the check {rule.checksum}"
    return Candidate(rule.id, rule.entity, start, end, view.name, 0.0, Outcome.CHECK_FAILED, detail)
