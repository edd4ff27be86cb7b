"""Which of many texts can hold anything: they are looked at all together, as the lines of a block."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from hushgate.detection.alphabet import encoded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

SIZE = 1 << 16
"""Characters of a block, at most, besides its last line."""
LONGEST = 2048
"""A longer text is no line: to look at it alone costs next to nothing more."""
_JOIN = ord("\n")
FEWEST = 4
"""Fewer lines than these are no block."""


@dataclass(frozen=True, slots=True)
class Block:
    """Texts in ASCII, each ``encoded``, one line each."""

    data: bytes
    starts: Sequence[int]
    """Where each line begins."""


def suspects(texts: Sequence[str], look: Callable[[Block], Iterable[int]]) -> set[int]:
    """The places of the texts that ``look`` names in their block, and of those that are in none."""
    found: set[int] = set()
    for places in _blocks(texts, found):
        if len(places) < FEWEST:
            found.update(places)
            continue
        block = _joined([texts[place] for place in places])
        found.update(places[line] for line in _while_few(look(block), len(places)))
    return found


def _joined(texts: Sequence[str]) -> Block:
    starts = list(accumulate((len(text) + 1 for text in texts[:-1]), initial=0))
    data = bytearray(encoded("\n".join(texts)))
    for start in starts[1:]:  # encoded, what joins them looks like a new line in one of them
        data[start - 1] = _JOIN
    return Block(bytes(data), starts)


def _blocks(texts: Sequence[str], others: set[int]) -> Iterator[list[int]]:
    places: list[int] = []
    size = 0
    for place, text in enumerate(texts):
        if len(text) > LONGEST or not text.isascii():
            others.add(place)
            continue
        places.append(place)
        size += len(text)
        if size >= SIZE:
            yield places
            places, size = [], 0
    yield places


def _while_few(lines: Iterable[int], count: int) -> Iterable[int]:
    """The lines, or all when half of them are named: to look for the rest would cost more than it saves."""
    found: set[int] = set()
    for line in lines:
        found.add(line)
        if 2 * len(found) > count:
            return range(count)
    return found
