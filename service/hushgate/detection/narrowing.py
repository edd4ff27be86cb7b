"""Where in a text a rule has to look: near a digit or an ``@``, when no match is without one."""

from __future__ import annotations

import re

from hushgate.detection.superset import AT, DIGIT

Window = tuple[int, int]
"""Half-open: where a match may begin, in characters."""

APART = 100
"""Windows closer than this are one: to begin a search costs as much as to search so many characters."""

_RUNS = {anchor: re.compile(rb"[%s]+" % anchor) for anchor in (DIGIT, AT)}


class Windows:
    """The windows of one ``encoded`` text, found once for each distance from an anchor."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._runs: dict[bytes, list[Window]] = {}
        self._found: dict[tuple[bytes, int], list[Window]] = {}

    def within(self, ranges: list[Window], anchor: bytes, reach: int) -> list[Window]:
        """The parts of ``ranges`` (in order, apart) with an anchor, or at most ``reach`` before one."""
        if not anchor:
            return ranges
        key = anchor, reach
        if key not in self._found:
            self._found[key] = self._near(anchor, reach)
        return self._found[key] if ranges == [(0, len(self._data))] else _common(ranges, self._found[key])

    def _near(self, anchor: bytes, reach: int) -> list[Window]:
        if anchor not in self._runs:
            self._runs[anchor] = [run.span() for run in _RUNS[anchor].finditer(self._data)]
        near: list[Window] = []
        for start, stop in self._runs[anchor]:
            begin = max(0, start - reach)
            if near and begin <= near[-1][1] + APART:
                near[-1] = near[-1][0], stop
            else:
                near.append((begin, stop))
        return near


def _common(some: list[Window], others: list[Window]) -> list[Window]:
    found: list[Window] = []
    one = other = 0
    while one < len(some) and other < len(others):
        start, stop = max(some[one][0], others[other][0]), min(some[one][1], others[other][1])
        if start < stop:
            found.append((start, stop))
        if some[one][1] < others[other][1]:
            one += 1
        else:
            other += 1
    return found
