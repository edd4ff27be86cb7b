"""How a long text is cut for a model: overlapping windows of bounded size, each with a part to answer for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = 20_000
OVERLAP = 400
_SEEK = 100


@dataclass(frozen=True, slots=True)
class Window:
    """A half-open span of a text, and the half-open part of it whose findings count, in code points."""

    start: int
    end: int
    core_start: int
    core_end: int

    def answers_for(self, start: int) -> bool:
        """Whether a finding that starts here (in the text) is this window's to report."""
        return self.core_start <= start < self.core_end


def windows(text: str, *, size: int = SIZE) -> Iterator[Window]:
    """Windows over the whole text, in order; each position starts in exactly one core.

    A core ends well before its window does, so that a finding which starts near the core's end is whole and
    has its context. Cuts fall on line ends, sentence ends or spaces where there is one near.
    """
    start = core = 0
    while len(text) - start > size:
        end = _cut(text, start + size)
        next_core = _cut(text, end - OVERLAP // 2)
        yield Window(start, end, core, next_core)
        start, core = _cut(text, end - OVERLAP), next_core
    yield Window(start, len(text), core, max(len(text), 1))


def _cut(text: str, before: int) -> int:
    for mark in ("\n", ". ", " "):
        at = text.rfind(mark, before - _SEEK, before)
        if at >= 0:
            return at + len(mark)
    return before
