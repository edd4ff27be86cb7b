"""When a known number is given out in parts: a few digits in each sentence, message, row or argument.

Parts count when they follow one another in the number, in one direction or the other, with little between
them, and come to so many digits that chance does not explain it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hushgate.sessions.facts import Known

_DIGITS = re.compile(r"\d+")
SHORTEST_NUMBER = 7
"""Digits of a number that is looked for, and digits that its parts must come to together."""
LONGEST_NUMBER = 128
"""Digits; parts of a value with more are not looked for, since one that repeats has them everywhere."""
_MOSTLY = 0.6
"""Share of digits among the letters and digits of a number, so that a sentence with dates in it is none."""
_SHORT = 2
"""Digits of a part with which a number may begin to be given out, where there are few parts."""
_BETWEEN = 3
"""Groups of other digits that may stand between two parts, such as a list's own numbers."""
LONGEST_MEMORY = 64
"""Groups of what was said before that are remembered."""


def digit_groups(text: str) -> list[str]:
    """Each run of digits in the text, in order, as ASCII digits."""
    return ["".join(str(unicodedata.decimal(c)) for c in found.group()) for found in _DIGITS.finditer(text)]


class Fragments:
    """The numbers of one session, ready to be looked for in parts."""

    def __init__(self) -> None:
        self._numbers: list[tuple[str, Known]] = []
        self._at: dict[str, list[tuple[int, int]]] = defaultdict(list)

    def add(self, known: Known) -> None:
        """Has the value found from now on, if it is a number."""
        digits = "".join(digit_groups(known.value))
        if not SHORTEST_NUMBER <= len(digits) <= LONGEST_NUMBER:
            return
        if len(digits) < _MOSTLY * sum(map(str.isalnum, known.value)):
            return
        for start in range(len(digits)):
            self._at[digits[start]].append((len(self._numbers), start))
            self._at[digits[start : start + 2]].append((len(self._numbers), start))
        self._numbers.append((digits, known))

    def touches(self, groups: Iterable[str]) -> bool:
        """Whether any of the groups may be a part of a known number."""
        return any(next(self._places(group), None) is not None for group in groups if len(group) >= _SHORT)

    def find(self, groups: Sequence[str], since: int) -> list[Known]:
        """The numbers whose parts come to enough with one of ``groups[since:]``."""
        if sum(map(len, groups)) < SHORTEST_NUMBER or since >= len(groups):
            return []
        shortest = 1 if len(groups) - since >= SHORTEST_NUMBER else _SHORT
        found: dict[int, Known] = {}
        # (number, first digit given out, behind the last) → the group that came last
        begun: dict[tuple[int, int, int], int] = {}
        for place, group in enumerate(groups):
            grown: dict[tuple[int, int, int], int] = {}
            for (number, start, end), last in begun.items():
                if place - last > _BETWEEN + 1:
                    continue
                digits = self._numbers[number][0]
                if digits.startswith(group, end):
                    grown[number, start, end + len(group)] = place
                if start >= len(group) and digits.startswith(group, start - len(group)):
                    grown[number, start - len(group), end] = place
                grown.setdefault((number, start, end), last)
            if len(group) >= shortest:
                for number, start in self._places(group):
                    grown[number, start, start + len(group)] = place
            for (number, start, end), last in grown.items():
                if end - start >= SHORTEST_NUMBER and end - start > len(group) and last == place >= since:
                    found[number] = self._numbers[number][1]
            begun = grown
        return list(found.values())

    def _places(self, group: str) -> Iterator[tuple[int, int]]:
        """Where in which number the group stands."""
        for number, start in self._at.get(group[:2], ()):
            if self._numbers[number][0].startswith(group, start):
                yield number, start
