"""Which of many texts can hold anything: they are looked at all together, as the lines of a block."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from hushgate.detection.alphabet import encoded_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

SIZE = 1 << 16
"""Characters of a block, at most, besides its last line."""
LONGEST = 2048
"""A longer text is no line: to look at it alone costs next to nothing more."""
FEWEST = 4
"""Fewer lines than these are no block."""


@dataclass(frozen=True, slots=True)
class Block:
    """Texts in ASCII, each ``encoded``, one line each."""

    data: bytes
    starts: Sequence[int]
    """Where each line begins."""


def suspects(texts: Sequence[str], look: Callable[[Block], Iterable[int]]) -> set[int]:
    """The places of the texts that ``look`` names in their block, and of those that are in none.

    Texts that differ in nothing but their digits are one line: in a log, that is most of them.
    """
    places = [place for place, text in enumerate(texts) if len(text) <= LONGEST and text.isascii()]
    if len(places) < FEWEST:
        return set(range(len(texts)))
    lines = encoded_lines([texts[place] for place in places])
    able: set[bytes] = set()
    for block in _blocks(dict.fromkeys(lines)):
        starts = list(accumulate((len(line) + 1 for line in block[:-1]), initial=0))
        named = _while_few(look(Block(b"\n".join(block), starts)), len(block))
        able.update(block[line] for line in named)
    found = set(range(len(texts))).difference(places) if len(places) < len(texts) else set()
    found.update(place for place, line in zip(places, lines, strict=True) if line in able)
    return found


def _blocks(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    block: list[bytes] = []
    size = 0
    for line in lines:
        block.append(line)
        size += len(line)
        if size >= SIZE:
            yield block
            block, size = [], 0
    if block:
        yield block


def _while_few(lines: Iterable[int], count: int) -> Iterable[int]:
    """The lines, or all when half of them are named: to look for the rest would cost more than it saves."""
    found: set[int] = set()
    for line in lines:
        found.add(line)
        if 2 * len(found) > count:
            return range(count)
    return found
