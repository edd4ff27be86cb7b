"""Which rules can match a text at all: a pass or two of RE2 sets over it, whatever the number of rules."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import re2

from hushgate.detection.superset import DIGIT, Superset, latin_1

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GROUP = 110
"""Patterns in one automaton. Its states multiply with what can be under way at once, so that many small ones
come to rest sooner than one that holds all; each costs a text a microsecond."""


class Prefilter:
    """Many patterns' supersets as a few automata. Its answer is indices into the given order."""

    def __init__(self, supersets: Sequence[Superset]) -> None:
        self._always = tuple(index for index, each in enumerate(supersets) if not each.text)
        self._count = len(supersets)
        # A rule's second condition has an index behind those of all rules.
        self._also = {index: self._count + index for index, each in enumerate(supersets) if each.also}
        conditions = [
            (each.digits > 0, each.wordless, each.digits, text, place)
            for index, each in enumerate(supersets)
            for text, place in ((each.text, index), (each.also, self._also.get(index, 0)))
            if text
        ]
        self._groups: list[_Group] = []
        for _, members in groupby(sorted(conditions), key=lambda each: each[:2]):
            patterns = list(members)
            for start in range(0, len(patterns), GROUP):
                group = patterns[start : start + GROUP]
                self._groups.append(_Group(group[0][2], [(text, place) for *_, text, place in group]))

    def match(self, data: bytes) -> list[int]:
        """Which can match, in order. ``data`` is an ``encoded`` text."""
        hits = [*self._always]
        digits = data.count(DIGIT)
        for group in self._groups:
            if group.digits <= digits:
                hits += group.match(data)
        return sorted(hit for hit in hits if hit < self._count and self._also.get(hit, hit) in hits)


class _Group:
    """One RE2 set, whose patterns are in it, and the fewest digits that one of them matches."""

    def __init__(self, digits: int, patterns: Iterable[tuple[str, int]]) -> None:
        self.digits = digits
        members: dict[str, list[int]] = {}
        for text, index in patterns:
            members.setdefault(text, []).append(index)
        self._members: tuple[tuple[int, ...], ...] = ((), *map(tuple, members.values()))
        self._all = tuple(index for indices in self._members for index in indices)
        self._set = re2.Set.SearchSet(latin_1())
        self._set.Add("")  # matches every text: an answer without it is no answer
        for text in members:
            self._set.Add(text)
        self._set.Compile()

    def match(self, data: bytes) -> Sequence[int]:
        hits = self._set.Match(data)
        if hits is None:  # it ran out of memory, which RE2 says nowhere else
            return self._all
        if len(hits) == 1:
            return ()
        return [index for hit in hits for index in self._members[hit]]
