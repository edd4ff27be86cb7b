"""Why a text is treated as it is: every candidate and what became of it, and every span asked about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hushgate import assembly, deadline
from hushgate.detection.candidates import Candidate, Candidates, Outcome
from hushgate.detection.detector import LANGUAGE
from hushgate.policy.counting import counted
from hushgate.settle import settle
from hushgate.treatment import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hushgate.detection.detector import Detector
    from hushgate.detection.patterns import Patterns
    from hushgate.finding import Finding
    from hushgate.policy.model import Policy, Thresholds
    from hushgate.settings import Settings

Span = tuple[int, int]
"""Half-open, in code points."""


@dataclass(frozen=True, slots=True)
class Marked:
    """The answer about one span that was asked about."""

    span: Span
    found: bool
    """Whether findings cover every character of it."""
    why: str
    """One sentence for people."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How detection came to its findings."""

    findings: tuple[Finding, ...]
    """Settled, with the policy's actions, in order."""
    candidates: tuple[Candidate, ...]
    """Every match of every rule, in the order of the text; a name that was found is one too."""
    marked: tuple[Marked, ...]


class Explainer:
    """Explains texts under the rules, the name model and the policy that it is given. Shared by threads."""

    def __init__(self, patterns: Patterns, detector: Detector, policy: Policy) -> None:
        """``patterns`` are the detector's own."""
        self._detector = detector
        self._candidates = Candidates(patterns)
        self.rules = patterns.rules
        self.policy = policy

    @classmethod
    def load(cls, settings: Settings) -> Explainer:
        """As the settings say. Fails with FIELD_INVALID or POLICY_INVALID."""
        active, *_ = assembly.load_policies(settings)
        patterns = assembly.load_patterns(settings)
        return cls(patterns, assembly.load_detector(settings, patterns), active)

    def explain(
        self,
        text: str,
        *,
        label: str = "",
        language: str = LANGUAGE,
        destination: str = "log",
        marked: Sequence[Span] = (),
    ) -> Explanation:
        """What was found in ``text`` on its way to ``destination``, what was not, and why.

        Fails with LANGUAGE_UNSUPPORTED, DESTINATION_UNKNOWN or DETECTION_TIMEOUT.
        """
        reader = Reader(self.policy, self.policy.destination(destination), subject="")
        thresholds = reader.destination.thresholds
        with deadline.bounded([text]):
            detected = self._detector.find(text, label=label, language=language)
            matched = self._candidates.of(text, label=label)
        counting = [reader.decided(found) for found in counted(text, detected, self.policy, thresholds)]
        findings = settle(counting)
        candidates = [self._judged(each, findings, counting, thresholds) for each in matched]
        rules = {each.rule for each in candidates}
        candidates += [_told(each, findings) for each in counting if each.rule not in rules]
        candidates.sort(key=lambda each: (each.start, -each.end, each.rule, each.view))
        answers = tuple(_marked(span, findings, candidates) for span in marked)
        return Explanation(findings, tuple(candidates), answers)

    def _judged(
        self,
        candidate: Candidate,
        findings: Sequence[Finding],
        counting: Sequence[Finding],
        thresholds: Thresholds,
    ) -> Candidate:
        """A candidate that was found, but does not count, or lost to another."""
        if candidate.outcome is not Outcome.FOUND or _stands(candidate, findings):
            return candidate
        if _stands(candidate, counting):
            return replace(
                candidate, outcome=Outcome.COVERED, detail=f"{candidate.detail}; another finding won"
            )
        limit = thresholds.of(candidate.entity)
        if candidate.score < limit:
            detail = f"{candidate.detail}; the policy's threshold is {limit:g}"
            return replace(candidate, outcome=Outcome.SCORE_TOO_LOW, detail=detail)
        detail = f"{candidate.detail}; the policy allows it, or it is hushgate's own stand-in"
        return replace(candidate, outcome=Outcome.COVERED, detail=detail)


def _stands(candidate: Candidate, findings: Sequence[Finding]) -> bool:
    return any(
        found.rule == candidate.rule and found.start < candidate.end and candidate.start < found.end
        for found in findings
    )


def _told(found: Finding, findings: Sequence[Finding]) -> Candidate:
    """A finding of no rule: of the name model, a Presidio recognizer or the policy itself."""
    candidate = Candidate(
        found.rule, found.entity, found.start, found.end, "", found.score, Outcome.FOUND, _who(found.rule)
    )
    if _stands(candidate, findings):
        return candidate
    return replace(candidate, outcome=Outcome.COVERED, detail=f"{candidate.detail}; another finding won")


def _who(rule: str) -> str:
    if rule.startswith("names."):
        return "the name model says so"
    return "a Presidio recognizer says so" if rule.startswith("presidio.") else "the policy says so"


def _marked(span: Span, findings: Sequence[Finding], candidates: Sequence[Candidate]) -> Marked:
    start, end = span
    over = [found for found in findings if found.start < end and start < found.end]
    covered = sum(min(found.end, end) - max(found.start, start) for found in over) == end - start
    if covered:
        return Marked(span, found=True, why=f"found by {_list(found.rule for found in over)}")
    near = [each for each in candidates if each.start < end and start < each.end]
    if over:
        return Marked(span, found=False, why=f"found only in part, by {_list(found.rule for found in over)}")
    if not near:
        return Marked(span, found=False, why="no pattern matches here, and no model names it")
    return Marked(span, found=False, why="; ".join(f"{each.rule}: {each.detail}" for each in near))


def _list(rules: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(rules))


def report(text: str, explanation: Explanation) -> str:
    """The explanation for people, line by line, with the values as they stand in the text."""
    lines = []
    for found in explanation.findings:
        by = f" ({', '.join(found.decided_by)})" if found.decided_by else ""
        lines.append(f"{found.entity} {_shown(text, found.start, found.end)}: {found.action}{by}")
        lines += (
            f"  {_line(each)}"
            for each in explanation.candidates
            if each.outcome is Outcome.FOUND and each.rule == found.rule and _stands(each, [found])
        )
    missed = [
        each
        for each in explanation.candidates
        if not any(found.start < each.end and each.start < found.end for found in explanation.findings)
    ]
    if missed:
        lines.append("not found:")
        lines += (f"  {each.entity} {_shown(text, each.start, each.end)}: {_line(each)}" for each in missed)
    lines += (f"{_shown(text, *each.span)}: {each.why}" for each in explanation.marked)
    return "\n".join(lines or ["nothing was found, and no pattern came near"])


def _shown(text: str, start: int, end: int) -> str:
    return f"[{start}:{end}] «{text[start:end]}»"


def _line(candidate: Candidate) -> str:
    where = f" (in the {candidate.view} view)" if candidate.view else ""
    return f"{candidate.rule}{where}: {candidate.detail}"
