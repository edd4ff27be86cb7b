"""When a known number is given out in parts: a few digits in each sentence, message, row or argument.

Parts count when they follow one another in the number, in one direction or the other, with little between
them, and come to so many digits that chance does not explain it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from math import log10
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hushgate.sessions.facts import Known

_DIGITS = re.compile(r"\d+")
_COUNT = re.compile(r"(?m)^[ \t>*#-]{0,6}(\d{1,2})[.):](?=[ \t*])")
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
_TELLING = 2.5
"""Decimal places that parts must tell beyond chance, which does as well once in 300 texts full of numbers."""
LONGEST_MEMORY = 64
"""Groups of what was said before that are remembered."""


def digit_groups(text: str) -> list[str]:
    """Each run of digits in the text, in order, as ASCII digits; not the numbers that count a list's rows."""
    counts = [(found.start(1), int(found[1])) for found in _COUNT.finditer(text)]
    following = {count + step for _, count in counts for step in (-1, 1)} | {1}
    skipped = {at for at, count in counts if count in following}
    return [
        "".join(str(unicodedata.decimal(c)) for c in found.group())
        for found in _DIGITS.finditer(text)
        if found.start() not in skipped
    ]


class _Given(NamedTuple):
    """How a stretch of a number was given out so far."""

    told: float
    """Decimal places: its digits, less the ways in which each further part might have fitted by chance."""
    last: int
    """The group that came last."""


class Fragments:
    """The numbers of one session, ready to be looked for in parts."""

    def __init__(self) -> None:
        self._numbers: list[tuple[str, Known]] = []
        self._digits = 0
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
        self._digits += len(digits)

    def touches(self, groups: Iterable[str]) -> bool:
        """Whether any of the groups may be a part of a known number."""
        return any(next(self._places(group), None) is not None for group in groups if len(group) >= _SHORT)

    def find(self, groups: Sequence[str], since: int) -> list[Known]:
        """The numbers whose parts come to enough with one of ``groups[since:]``."""
        if sum(map(len, groups)) < SHORTEST_NUMBER or since >= len(groups):
            return []
        covered = self._covered(groups)
        if not covered:
            return []
        # By chance a first part may be any of the groups, and stand at any digit of any number.
        enough = _TELLING + log10(max(1, len(groups) * self._digits))
        shortest = 1 if len(groups) - since >= SHORTEST_NUMBER else _SHORT
        found: dict[int, Known] = {}
        # (number, first digit given out, behind the last) → how
        begun: dict[tuple[int, int, int], _Given] = {}
        for place, group in enumerate(groups):
            grown: dict[tuple[int, int, int], _Given] = {}
            for (number, start, end), given in begun.items():
                between = place - given.last - 1
                if between > _BETWEEN:
                    continue
                digits = self._numbers[number][0]
                longer = _Given(given.told + len(group) - log10(2 * (between + 1)), place)
                if digits.startswith(group, end):
                    _keep(grown, (number, start, end + len(group)), longer)
                if start >= len(group) and digits.startswith(group, start - len(group)):
                    _keep(grown, (number, start - len(group), end), longer)
                _keep(grown, (number, start, end), given)
            if len(group) >= shortest:
                for number, start in self._places(group):
                    if number not in covered:
                        continue
                    _keep(grown, (number, start, start + len(group)), _Given(len(group), place))
            for (number, start, end), given in grown.items():
                long = end - start >= SHORTEST_NUMBER and end - start > len(group)
                if long and given.told >= enough and given.last == place >= since:
                    found[number] = self._numbers[number][1]
            begun = grown
        return list(found.values())

    def _covered(self, groups: Iterable[str]) -> set[int]:
        """The numbers that the groups, wherever they stand in them, can come to enough digits of."""
        bits: dict[int, int] = defaultdict(int)
        for group in set(groups):
            for number, start in self._places(group):
                bits[number] |= (1 << len(group)) - 1 << start
        return {number for number, those in bits.items() if those.bit_count() >= SHORTEST_NUMBER}

    def _places(self, group: str) -> Iterator[tuple[int, int]]:
        """Where in which number the group stands."""
        for number, start in self._at.get(group[:2], ()):
            if self._numbers[number][0].startswith(group, start):
                yield number, start


def _keep(grown: dict[tuple[int, int, int], _Given], stretch: tuple[int, int, int], given: _Given) -> None:
    """The way of giving the stretch out that tells most, and of two that tell the same the later."""
    grown[stretch] = max(grown.get(stretch, given), given)
