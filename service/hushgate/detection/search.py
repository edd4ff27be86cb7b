"""Where one rule's pattern matches and its check passes. A rejected match hides nothing inside it."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

import regex

from hushgate import deadline
from hushgate.detection.checks import CHECKS, Check
from hushgate.detection.narrowing import STEP
from hushgate.detection.steps import steps
from hushgate.detection.structure import structure
from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hushgate.detection.narrowing import Window
    from hushgate.detection.rule import Rule

TIMEOUT_MS = 2000
"""For one search in one part of a text. A pattern that `hushgate check` let pass needs microseconds."""

FEW = 10_000_000
"""Steps at one place, a fifth of a second at the worst, that need no time limit: to keep one costs two
system calls, more than most matches take."""

LONG = 50
"""Characters of a find after which the search begins anew behind it."""

_WORD_END = regex.compile(r"\w(?!\w)")

Match = re.Match[str] | regex.Match[str]

Checked = dict[tuple[str, str], bool]
"""What checks have already said of candidates of one text, which many rules share."""


class Search:
    """One rule, ready to look for its spans. Its pattern is compiled when it is first needed.

    In a text in ASCII ``re`` matches, which is the quicker, a pattern that cannot run away; ``regex`` with a
    time limit all else.
    """

    def __init__(self, rule: Rule, *, timeout_ms: int = TIMEOUT_MS) -> None:
        self.rule = rule
        self._timeout_ms = timeout_ms
        self.structure = structure(rule.pattern)
        width, ahead = self.structure.width, self.structure.ahead
        # So far beyond the last place where a match begins it may read.
        self._sight = None if width is None or ahead is None else width + ahead + 2
        self._value: str | int = "value" if self.structure.value else 0
        self._check: Check | None = CHECKS[rule.checksum] if rule.checksum else None

    @cached_property
    def _pattern(self) -> regex.Pattern[str]:
        return regex.compile(self.rule.pattern, cache_pattern=False)

    @cached_property
    def _tame(self) -> re.Pattern[str] | None:
        return re.compile(self.rule.pattern) if steps(self.rule.pattern) <= FEW else None

    def spans(self, text: str, windows: Iterable[Window], checked: Checked) -> Iterator[tuple[int, int]]:
        """The spans found by matches that begin in the windows, in order, none overlapping another.

        Raises ``Failure`` (DETECTION_TIMEOUT, DEADLINE_TOO_SHORT) rather than leave a part unsearched.
        """
        found = 0
        try:
            for start, end in windows:
                deadline.check()
                if start and self.structure.at_start:
                    return
                stop = 1 if self.structure.at_start else end
                place = max(found, start)
                while place < stop:
                    begun, place = place, stop
                    for match in self._matches(text, begun, stop):
                        if match.start() < found:
                            continue  # it begins inside what is found already
                        span = self._accepted(match, checked) or self._shorter(text, match, checked)
                        if span:
                            yield span
                            found = span[1]
                            if found - span[0] > LONG:
                                place = found  # do not go through all that begins inside it
                                break
        except TimeoutError:
            deadline.check()
            sentence = f"rule {self.rule.id} took longer than {self._timeout_ms} milliseconds"
            raise Failure(Reason.DETECTION_TIMEOUT, sentence, field="text", limit=self._timeout_ms) from None

    def _matches(self, text: str, start: int, stop: int) -> Iterable[Match]:
        """A match for each place in ``[start, stop)`` where one begins."""
        limit = len(text) if self._sight is None else min(len(text), stop + self._sight)
        places = range(start, stop)
        if len(places) <= STEP and text.isascii() and self._tame:
            tame = self._tame.match
            return [found for place in places if (found := tame(text, place, limit))]
        timeout = deadline.within((self._timeout_ms + len(places) // 100) / 1000)
        if len(places) > STEP:
            return self._matches_along(text, start, stop, limit, timeout)
        # A search would go on from there to the limit.
        wild = self._pattern.match
        tried = (wild(text, place, limit, timeout=timeout) for place in places)
        return [found for found in tried if found]

    def _matches_along(
        self, text: str, start: int, stop: int, limit: int, timeout: float
    ) -> Iterator[regex.Match[str]]:
        for match in self._pattern.finditer(text, start, limit, overlapped=True, timeout=timeout):
            if match.start() >= stop:
                return
            yield match

    def _accepted(self, match: Match, checked: Checked) -> tuple[int, int] | None:
        start, end = match.span(self._value)
        if start < 0 or start == end or not self._passes(match[self._value], checked):
            return None
        return start, end

    def _passes(self, value: str, checked: Checked) -> bool:
        if self._check is None:
            return True
        key = self.rule.checksum, value
        if key not in checked:
            checked[key] = self._check(value)
        return checked[key]

    def _shorter(self, text: str, match: Match, checked: Checked) -> tuple[int, int] | None:
        """The longest match from the same start that ends with an earlier word and passes the check."""
        if self._check is None:
            return None
        start = match.start()
        ends = [word.end() for word in _WORD_END.finditer(text, start, match.end())]
        for end in reversed(ends):
            if end == match.end():
                continue
            # The pattern will not see beyond ``end``: what it demands there is asked of the text.
            if not self.structure.ends_at(text, end):
                continue
            # Without a value group it would find all of that; a check costs less than a match, and is shared.
            if self._value == 0 and not self._passes(text[start:end], checked):
                continue
            shorter = self._whole(text, start, end)
            span = self._accepted(shorter, checked) if shorter else None
            if span:
                return span
        return None

    def _whole(self, text: str, start: int, end: int) -> Match | None:
        if text.isascii() and self._tame:
            return self._tame.fullmatch(text, start, end)
        return self._pattern.fullmatch(text, start, end, timeout=deadline.within(self._timeout_ms / 1000))
