"""Whether a value stands where its letters and digits do: as a word of its own, and held together."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hushgate import deadline
from hushgate.sessions.facts import UNTYPED, Known
from hushgate.sessions.rarity import TELLING, surprise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hushgate.sessions.bare import Bare
    from hushgate.sessions.sought import Needle

_LONG_WORD = 5
"""Letters of a name's word that is known again in a longer one, beside the name's other words."""
_UNMISTAKABLE = 10
"""Letters and digits of several words that are a value however they are cut: "Rob ertOk onjo"."""
_ENDING = re.compile(r"(?:e?n?s|e?n|[aou]|[eo]m|ov[aiá])(?![^\W\d_])")


@dataclass(frozen=True, slots=True)
class Recalled:
    """A half-open span of the text in code points, and the known value that stands there."""

    start: int
    end: int
    known: Known
    partial: bool = False
    """Only part of it: a name's word, some digits of a number."""


def covering(text: str, stream: Bare, lasts: list[int], needle: Needle) -> Iterator[Recalled]:
    """Matches of an open needle, which end at ``lasts``, that cover all that its matches cover.

    A text that repeats itself has one at each of its characters: the farthest that still overlaps is enough.
    """
    at = 0
    while at < len(lasts):
        deadline.check()
        recalled = confirm(text, stream, lasts[at], needle)
        at += 1
        while recalled:
            yield recalled
            farthest = bisect_right(lasts, lasts[at - 1] + len(needle.word))
            recalled = None
            for beyond in range(farthest - 1, at - 1, -1):
                if recalled := confirm(text, stream, lasts[beyond], needle):
                    at = beyond + 1
                    break


def confirm(text: str, stream: Bare, last: int, needle: Needle) -> Recalled | None:
    """The match that ends at ``last`` as a finding, if it stands as a word of its own and holds together."""
    offsets = stream.offsets
    first = last + 1 - len(needle.word)
    start, end = offsets[first], offsets[last] + 1
    if _among(stream.wide, first, last):
        return None
    gaps = _among(stream.gaps, first, last)
    shown = bool(needle.gaps) and needle.gaps.issubset([at - first for at in gaps])
    if not (
        needle.open or _stands(text, start, end, needle, shown=shown) or _inflected(text, start, end, needle)
    ):
        return None
    spelled = len(gaps) == last - first
    torn = bool(needle.gaps) and needle.known.entity != UNTYPED and len(needle.word) >= _UNMISTAKABLE
    if not (spelled or torn) and not all(
        at - first in needle.gaps or _between_digits(stream, at) for at in gaps
    ):
        return None
    if needle.common and not _written_as_name(text, start, end, needle.known.value):
        return None
    return Recalled(start, end, needle.known, needle.partial)


def _among(places: Sequence[int], first: int, last: int) -> Sequence[int]:
    """Those of the places, in order, that are behind ``first`` and not behind ``last``."""
    return places[bisect_right(places, first) : bisect_right(places, last)]


def _stands(text: str, start: int, end: int, needle: Needle, *, shown: bool) -> bool:
    """Whether it is parted from what is around it.

    Of words that are ``shown`` apart, the first or last may run on if it is long: "rightDana Whitfieldand".
    """
    first, last = (min(needle.gaps), len(needle.word) - max(needle.gaps)) if shown else (0, 0)
    return all(
        _parted(text, at, needle) or (length >= _LONG_WORD and text[at - 1].isalpha())
        for at, length in ((start, first), (end, last))
    )


def _inflected(text: str, start: int, end: int, needle: Needle) -> bool:
    """Whether only a case's ending stands behind a name that tells enough: "Lindqvists" in German."""
    if needle.known.entity != "PERSON" or surprise(needle.known.value) < TELLING:
        return False
    return _parted(text, start, needle) and _ENDING.match(text, end) is not None


def _parted(text: str, at: int, needle: Needle) -> bool:
    """Whether a word or a number ends here: one that tells enough, also where a capital begins the next."""
    if not _runs_on(text, at - 1, at):
        return True
    camel = text[at - 1].islower() and text[at].isupper()
    return camel and (bool(needle.gaps) or surprise(needle.known.value) >= TELLING)


def _runs_on(text: str, left: int, right: int) -> bool:
    """Whether a word or a number goes on from one of these neighbours to the other."""
    if left < 0 or right >= len(text):
        return False
    a, b = text[left], text[right]
    return (a.isalpha() and b.isalpha()) or (a.isdecimal() and b.isdecimal())


def _between_digits(stream: Bare, at: int) -> bool:
    return stream.text[at - 1].isdecimal() and stream.text[at].isdecimal()


def _written_as_name(text: str, start: int, end: int, value: str) -> bool:
    """A common word is the name when it is written like it, and not merely because a sentence begins."""
    if text.strip() == text[start:end]:
        return True
    if text[start:end] != value or not value[:1].isupper():
        return False
    while start and text[start - 1] in " \t\"'“‘(":
        start -= 1
    return start > 0 and text[start - 1] not in ".!?:\n"
