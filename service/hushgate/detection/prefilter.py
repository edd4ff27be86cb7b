"""Which rules can match a text at all: a pass or two of RE2 sets over it, whatever the number of rules."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import re2

from hushgate.detection.superset import DIGIT, Superset, latin_1

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

GROUP = 75
"""Patterns in one automaton. Its states multiply with what can be under way at once, so that many small ones
come to rest sooner than one that holds all; each costs a text a microsecond."""


class Prefilter:
    """Many patterns' supersets as a few automata. Its answer is indices into the given order."""

    def __init__(self, supersets: Sequence[Superset]) -> None:
        self._always = tuple(index for index, each in enumerate(supersets) if not each.text)
        sortable = [
            (each.anchor == DIGIT, each.wordless, each.text, index)
            for index, each in enumerate(supersets)
            if each.text
        ]
        self._with_digit: list[_Group] = []
        self._free: list[_Group] = []
        for (digit, _), members in groupby(sorted(sortable), key=lambda each: each[:2]):
            patterns = [(text, index) for _, _, text, index in members]
            for start in range(0, len(patterns), GROUP):
                (self._with_digit if digit else self._free).append(_Group(patterns[start : start + GROUP]))

    def match(self, data: bytes) -> list[int]:
        """Which can match, in order. ``data`` is an ``encoded`` text."""
        hits = [*self._always]
        for group in self._free:
            hits += group.match(data)
        if DIGIT in data:
            for group in self._with_digit:
                hits += group.match(data)
        hits.sort()
        return hits


class _Group:
    """One RE2 set, and whose patterns are in it."""

    def __init__(self, patterns: Iterable[tuple[str, int]]) -> None:
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
