"""Which of many patterns match an ``encoded`` text, in one pass of RE2; and where one of them begins."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache
from typing import TYPE_CHECKING

import re2
from re2 import _re2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


_SINGLE = 4 << 20
"""Bytes that one pattern's states may take: there are hundreds of them."""


class Automaton:
    """Many patterns as one RE2 set. Safe to share between threads."""

    def __init__(self, patterns: Sequence[str]) -> None:
        self._patterns = tuple(patterns)
        self._all = range(len(self._patterns))
        every = re2.Set.SearchSet(latin_1())
        for pattern in self._patterns:
            every.Add(pattern)
        every.Add("")  # matches every text: an answer without it is no answer
        every.Compile()
        # RE2 itself, here and below: what Python wraps around it takes as long as to search a short text.
        self._match = every._set.Match

    def match(self, data: bytes) -> Sequence[int]:
        """The indices of the patterns that match, in no order; of all where that cannot be told."""
        hits: list[int] = self._match(data)
        if not hits:  # it ran out of memory, which RE2 says nowhere else
            return self._all
        hits.remove(len(self._all))
        return hits


def lines(pattern: str, data: bytes, starts: Sequence[int]) -> Iterator[int]:
    """On which lines a match of the pattern begins, in order. ``starts``: where each line does."""
    place = 0
    begin = beginning(pattern)
    while (found := begin(data, place, len(data))) >= 0:
        line = bisect_right(starts, found) - 1
        yield line
        if line + 1 == len(starts):
            return
        place = starts[line + 1]


_ANYWHERE = _re2.RE2.Anchor.UNANCHORED


@lru_cache(maxsize=2048)
def beginning(pattern: str) -> Callable[[bytes, int, int], int]:
    """What says where in ``data[start:end]`` the pattern's first match begins; -1 where there is none."""
    options = latin_1()
    options.max_mem = _SINGLE
    match = _re2.RE2(pattern.encode(), options).Match

    def begin(data: bytes, start: int, end: int) -> int:
        found: int = match(_ANYWHERE, data, start, end)[0][0]
        return found

    return begin


def latin_1() -> re2.Options:
    """RE2's options for patterns over ``encoded`` texts."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.max_mem = 32 << 20  # when it is full, the automaton forgets its states and begins anew
    return options
