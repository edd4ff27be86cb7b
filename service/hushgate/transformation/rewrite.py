"""How findings become a new text: each span replaced, all else untouched, and the way back by offsets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A text made of another by replacing spans, and where each of its parts comes from."""

    text: str = field(repr=False)
    cuts: tuple[tuple[int, int, int, int], ...]
    """(start, end) in the new text and (start, end) in the old, of each replaced span, in order."""

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The old text's span that ``[start, end)`` of the new one comes from; replaced spans are whole."""
        return self._old(start, end=False), self._old(end, end=True)

    def _old(self, offset: int, *, end: bool) -> int:
        shift = 0
        for new_start, new_end, old_start, old_end in self.cuts:
            if offset < new_start or (offset == new_start and end):
                break
            if offset < new_end or (offset == new_end and end):
                return old_end if end else old_start
            shift = old_end - new_end
        return offset + shift


def replace_spans(text: str, spans: Iterable[tuple[int, int, str]]) -> Rewritten:
    """``text`` with each (start, end, replacement) put in; the spans are disjoint and in order."""
    parts: list[str] = []
    cuts = []
    at = length = 0
    for start, end, replacement in spans:
        parts += (text[at:start], replacement)
        new_start = length + start - at
        length = new_start + len(replacement)
        cuts.append((new_start, length, start, end))
        at = end
    parts.append(text[at:])
    return Rewritten("".join(parts), tuple(cuts))
