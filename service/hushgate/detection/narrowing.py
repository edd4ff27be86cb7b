"""Where in a text a rule has to look: where its superset begins to match, as RE2 tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hushgate.detection.automaton import beginning
from hushgate.detection.superset import HEAD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hushgate.detection.superset import Superset

Window = tuple[int, int]
"""Half-open: where a match may begin, in characters."""

PART = 2048
"""Characters of a part of a long text: a rule runs only on the parts in which it can match."""
STEP = 2
"""Characters of a window: a superset may take up the one before a match. One that follows another without a
gap is twice as long as that."""


def windows(superset: Superset, data: bytes, parts: Sequence[Window]) -> Iterator[Window]:
    """All places in the parts of an ``encoded`` text where a match can begin: in order, apart."""
    if not superset.begins:
        yield from parts
        return
    begin = beginning(superset.begins)
    length = len(data)
    for start, stop in parts:
        place, step = start, STEP
        while place < stop:
            reach = min(place + PART, stop)
            found = begin(data, place - 1 if place else 0, min(reach + HEAD + 1, length))
            if not 0 <= found < reach:
                place, step = reach, STEP
                continue
            first = max(found, place)
            step = STEP if found > place else 2 * step
            place = min(first + step, stop)
            if data[first] not in superset.first:
                first += 1
            if first < place:
                yield first, place
