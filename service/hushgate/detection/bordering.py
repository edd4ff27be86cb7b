"""Where a name ends and a number begins: what a model took of an identifier, or of its label, is no name.

A model that reads words takes ``IBAN GB82`` for a place and ``passport`` before a number for somebody. The
rule that found the number knows better: where it begins, and by which words it is announced.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from hushgate.detection.nearby import folded
from hushgate.finding import free

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator

    from hushgate.finding import Finding

NAMES = frozenset({"PERSON", "LOCATION", "ORGANIZATION", "NRP"})
"""What gives way. Anything else that a model finds is one that it was trained for."""
PLACED = frozenset({"POSTCODE", "IE_EIRCODE", "STREET_ADDRESS"})
"""What a town announces, which is a name all the same."""

LETTERED = frozenset({"SWIFT_CODE"})
"""What is an identifier without a digit, too."""

_WORD = re.compile(r"[^\W_]+")
_LINKS = frozenset({"code", "de", "es", "est", "id", "is", "ist", "no", "nr", "num", "number", "of"})
"""What may stand between a label and its number."""
_MOST_LINKS = 2
_LONGEST_LINK = 24
"""Code points between a label and its number."""


class Number(NamedTuple):
    """An identifier, or what stands in its place: a half-open span in code points."""

    start: int
    end: int
    entity: str


class Numbers:
    """The identifiers of a text. A name asks for those near it alone: the cost of a text is linear."""

    def __init__(self, found: Iterable[Number]) -> None:
        self._ordered = sorted(found)
        self._starts = [number.start for number in self._ordered]
        self._furthest = list(accumulate((number.end for number in self._ordered), max))

    def __bool__(self) -> bool:
        return bool(self._ordered)

    def reaching(self, start: int, end: int) -> list[Number]:
        """Those that overlap ``[start, end)``, in order."""
        first, behind = bisect_right(self._furthest, start), bisect_left(self._starts, end)
        return [number for number in self._ordered[first:behind] if number.end > start]

    def beginning(self, start: int, end: int) -> list[Number]:
        """Those that begin at a place from ``start`` up to and with ``end``, in order."""
        return self._ordered[bisect_left(self._starts, start) : bisect_right(self._starts, end)]


def numbers(text: str, found: Iterable[Finding], hidden: Iterable[tuple[int, int, str]]) -> Numbers:
    """What of ``found`` is an identifier, by a digit or its kind, and the stand-ins that are ``hidden``."""
    spans = [
        Number(f.start, f.end, f.entity)
        for f in found
        if f.entity in LETTERED or any(map(str.isdigit, text[f.start : f.end]))
    ]
    spans += [Number(*each) for each in hidden]
    return Numbers(each for each in spans if each.entity not in NAMES)


def apart(
    text: str,
    names: Iterable[Finding],
    numbers: Numbers,
    announced: Callable[[str], Container[str]],
) -> Iterator[Finding]:
    """The names, without the ``numbers`` in them and without the words that announce these.

    ``announced``: the folded words that announce an entity.
    """
    for name in names:
        if not numbers or name.entity not in NAMES:
            yield name
            continue
        inside = [number for number in numbers.reaching(name.start, name.end) if not _holds(number, name)]
        for start, end in free(name.start, name.end, ((number.start, number.end) for number in inside)):
            ended = _without_label(text, start, end, numbers, announced)
            if (start, ended) == (name.start, name.end):
                yield name
            elif not inside or _reads_as_name(text, start, ended):
                words = list(_WORD.finditer(text, start, ended))
                if words:
                    yield replace(name, start=words[0].start(), end=words[-1].end())


def _holds(number: Number, name: Finding) -> bool:
    """Whether the name is no more than a part of the number, as its town is of an address."""
    longer = number.end - number.start > name.end - name.start
    return longer and number.start <= name.start and name.end <= number.end


def _without_label(
    text: str,
    start: int,
    end: int,
    numbers: Numbers,
    announced: Callable[[str], Container[str]],
) -> int:
    """Where ``[start, end)`` ends once the words that announce the number behind it are taken off."""
    near = numbers.beginning(end, end + _LONGEST_LINK)
    behind = [number for number in near if _linked(text, end, number.start)]
    if not behind or any(number.entity in PLACED for number in behind):
        return end

    def labels(word: re.Match[str]) -> bool:
        return any(folded(word[0]) in announced(number.entity) for number in behind)

    words = list(_WORD.finditer(text, start, end))
    left = len(words)
    for at in reversed(range(len(words))):
        if labels(words[at]):
            left = at
        elif folded(words[at][0]) not in _LINKS:
            break
    if left == len(words):
        return end
    return words[left - 1].end() if left else start


def _linked(text: str, start: int, end: int) -> bool:
    """Whether a label that ends at ``start`` announces what begins at ``end``."""
    words = [folded(word) for word in _WORD.findall(text, start, end)]
    return len(words) <= _MOST_LINKS and _LINKS.issuperset(words)


def _reads_as_name(text: str, start: int, end: int) -> bool:
    """Whether what is left of a name could be one: it has a capital, unless nothing around has."""
    return any(map(str.isupper, text[start:end])) or text.islower()
