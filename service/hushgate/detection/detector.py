"""What a text holds: the packs' patterns and the names in one answer, and never a stand-in of our own."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple, Protocol

from hushgate.detection.bordering import apart, numbers
from hushgate.detection.cells import cells
from hushgate.detection.labels import opening
from hushgate.detection.views import readable
from hushgate.failure import Failure
from hushgate.finding import free
from hushgate.stages import staged
from hushgate.transformation.tokens import named_by, placeholders

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from hushgate.detection.cells import Cell
    from hushgate.detection.similarity import Similarity
    from hushgate.detection.views import View
    from hushgate.finding import Finding

LANGUAGE = "en"


class FindsPatterns(Protocol):
    """What the packs' rules find in several texts; a text's label and question give context alone."""

    def find_many(
        self, texts: Sequence[str], labels: Sequence[str], questions: Sequence[str]
    ) -> Sequence[Sequence[Finding]]:
        """Findings in each text, overlaps included."""

    def announced(self, entity: str) -> Container[str]:
        """The words, folded, that announce an entity; nothing where no rule finds it."""


class FindsNames(Protocol):
    """What a model finds in several texts at once."""

    @property
    def notice(self) -> str:
        """What an operator should know of it; empty when all is well."""

    def find_many(self, texts: Sequence[str], language: str = "") -> Sequence[Sequence[Finding]]:
        """Findings in each text, overlaps included."""


class Detector:
    """Patterns and names behind one question; safe to share between threads."""

    def __init__(
        self,
        patterns: FindsPatterns,
        names: FindsNames | None = None,
        *,
        entities: Container[str] | None = None,
        similarity: Similarity | None = None,
    ) -> None:
        """``entities``: all that can be found or stand in brackets for what was found; None: any word.

        ``similarity``: by which what stands in a note is known in other words; None: by words alone.
        """
        self._patterns = patterns
        self._names = names
        self._entities = entities
        self.similarity = similarity

    def with_patterns(self, patterns: FindsPatterns, entities: Container[str] | None) -> Detector:
        """The same names beside other patterns."""
        return Detector(patterns, self._names, entities=entities, similarity=self.similarity)

    @property
    def notice(self) -> str:
        """What an operator should know at start-up of the names; empty when all is as was asked for."""
        return self._names.notice if self._names else ""

    @property
    def entities(self) -> Container[str]:
        """All that can be found; nothing where users' recognizers may find whatever they like."""
        return self._entities or ()

    def find(self, text: str, *, label: str = "", language: str = LANGUAGE) -> tuple[Finding, ...]:
        """What ``text`` holds: distinct findings by start, the longer first; they may overlap.

        ``label`` is words that stand before the text for context only. Fails with LANGUAGE_UNSUPPORTED,
        DETECTION_TIMEOUT or INTERNAL.
        """
        return self.find_many([text], labels=[label], language=language)[0]

    @staged("detect")
    def find_many(
        self,
        texts: Sequence[str],
        *,
        labels: Sequence[str] | None = None,
        questions: Sequence[str] | None = None,
        language: str = LANGUAGE,
        names: bool = True,
    ) -> list[tuple[Finding, ...]]:
        """The same for each text, in order, in one pass of the model; what stands twice is looked at once.

        ``questions``: what each text answers, as ``hushgate.conversation`` tells; "" for nothing. Without
        ``names``, the patterns' findings alone.
        """
        nothing = [""] * len(texts)
        asked = list(zip(texts, labels or nothing, questions or nothing, strict=True))
        if not asked:
            return []
        inside = {each: cells(each[0]) for each in asked}
        parts = (_behind_label(each[0], cell) for each, found in inside.items() for cell in found)
        read = list(dict.fromkeys([*inside, *parts]))
        try:
            matched = dict(zip(read, self._patterns.find_many(*zip(*read, strict=True)), strict=True))
        except Failure as failure:
            if failure.place is not None:
                failure.place = _place(read[failure.place], asked, inside)
            raise
        named: dict[tuple[str, str], list[Finding]] = {}
        if names and self._names:
            different = list(dict.fromkeys(each[:2] for each in read if each in inside or _spelled(each[0])))
            named = dict(zip(different, self._find_names(self._names, different, language), strict=True))
        held = _Held(matched, named)
        answers = {
            each: self._answer(each[0], patterns, theirs)
            for each, found in inside.items()
            for patterns, theirs in [held.of(each, found) if found else held.alone(each)]
            if patterns or theirs
        }
        return [answers.get(each, ()) for each in asked]

    def _find_names(
        self, names: FindsNames, asked: Sequence[tuple[str, str]], language: str
    ) -> list[list[Finding]]:
        found: list[list[Finding]] = [[] for _ in asked]
        readings = [
            _Reading(place, opening(label), text, view)
            for place, (text, label) in enumerate(asked)
            for view in (None, *readable(text))
        ]
        answers = names.find_many([reading.whole for reading in readings], language)
        for reading, answer in zip(readings, answers, strict=True):
            mine = found[reading.place]
            mine += (
                _news(reading.placed(answer), mine, reading.text) if reading.view else reading.placed(answer)
            )
        return found

    def _answer(self, text: str, matched: Sequence[Finding], named: Sequence[Finding]) -> tuple[Finding, ...]:
        ours = placeholders(text, self._entities)
        if named:
            known = numbers(text, matched, ((*span, named_by(text, *span)) for span in ours))
            named = list(apart(text, named, known, self._patterns.announced))
        findings = (*matched, *named)
        outside = (part for finding in findings for part in _outside(text, finding, ours))
        return tuple(sorted(set(outside), key=lambda f: (f.start, -f.end, -f.score, f.rule, f.entity)))


_Asked = tuple[str, str, str]
"""A text, its label, and the question that it answers."""


def _behind_label(text: str, cell: Cell) -> _Asked:
    return text[cell.start : cell.end], cell.label, ""


def _spelled(text: str) -> bool:
    """Whether a cell may hold a name: letters, and no digit."""
    return any(map(str.isalpha, text)) and not any(map(str.isdigit, text)) and "@" not in text


def _place(failed: _Asked, asked: Sequence[_Asked], inside: Mapping[_Asked, Sequence[Cell]]) -> int:
    """Where the text stands that failed, or whose cell did."""
    if failed in inside:
        return asked.index(failed)
    return next(
        place
        for place, each in enumerate(asked)
        if any(_behind_label(each[0], cell) == failed for cell in inside[each])
    )


class _Held(NamedTuple):
    """What the patterns and the model found in each text and in each cell."""

    matched: Mapping[_Asked, Sequence[Finding]]
    named: Mapping[tuple[str, str], Sequence[Finding]]

    def alone(self, asked: _Asked) -> tuple[Sequence[Finding], Sequence[Finding]]:
        """Both for a text."""
        return self.matched[asked], self.named.get(asked[:2], ())

    def of(self, asked: _Asked, cells: Sequence[Cell]) -> tuple[list[Finding], list[Finding]]:
        """Both for a text with its cells, whose labels know better than the text what is a name."""
        whole, others = self.alone(asked)
        patterns = [*whole]
        names: list[Finding] = []
        known: list[Cell] = []
        for cell in cells:
            part = _behind_label(asked[0], cell)
            ours, theirs = self.alone(part)
            patterns += (replace(f, start=f.start + cell.start, end=f.end + cell.start) for f in ours)
            names += (replace(f, start=f.start + cell.start, end=f.end + cell.start) for f in theirs)
            if ours or theirs:
                known.append(cell)
        ends = [cell.end for cell in known]
        for name in others:
            at = bisect_right(ends, name.start)
            if at == len(known) or known[at].start >= name.end:
                names.append(name)
        return patterns, names


class _Reading(NamedTuple):
    """A text as the name model reads it: behind its label, as it stands or in a view."""

    place: int
    head: str
    text: str
    view: View | None

    @property
    def whole(self) -> str:
        return self.head + (self.view.text if self.view else self.text)

    def placed(self, findings: Iterable[Finding]) -> Iterator[Finding]:
        """The findings, or parts of findings, behind the head, with offsets in the text."""
        length = len(self.head)
        if not length and not self.view:
            yield from findings
            return
        for finding in findings:
            if finding.end > length:
                start, end = max(finding.start - length, 0), finding.end - length
                if self.view:
                    start, end = self.view.origin(start, end)
                yield replace(finding, start=start, end=end)


def _news(findings: Iterable[Finding], known: Sequence[Finding], text: str) -> list[Finding]:
    """The findings that tell more of the text than those that are known already."""
    covered: dict[str, bytearray] = {}
    for each in known:
        characters = covered.setdefault(each.entity, bytearray(len(text)))
        characters[each.start : each.end] = b"\1" * (each.end - each.start)
    nothing = bytearray(len(text))
    return [f for f in findings if not all(covered.get(f.entity, nothing)[f.start : f.end])]


def _outside(text: str, finding: Finding, ours: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    """The parts of the finding that lie in none of our own stand-ins, without spaces at their edges."""
    at = bisect_right(ours, finding.start, key=itemgetter(1))
    if at == len(ours) or ours[at][0] >= finding.end:
        yield finding
        return
    for start, end in free(finding.start, finding.end, (ours[place] for place in range(at, len(ours)))):
        part = text[start:end]
        if any(map(str.isalnum, part)):
            first = start + len(part) - len(part.lstrip())
            yield replace(finding, start=first, end=first + len(part.strip()))
