"""In which forms a value is looked for: whole, in its parts that tell enough, backwards, in pieces."""

from __future__ import annotations

import codecs
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hushgate.sessions.bare import bare
from hushgate.sessions.facts import UNTYPED, Known
from hushgate.sessions.rarity import TELLING, is_common, surprise
from hushgate.sessions.streets import house

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHORTEST = 3
"""Letters and digits that a value must have to be looked for."""
_LONGEST = 256
"""Letters and digits of a value that is looked for as a whole; a longer one is looked for in such pieces."""
_TURNED = 9
"""Letters and digits that make a value one that is looked for backwards and in rot13, too."""


@dataclass(frozen=True, slots=True)
class Needle:
    """A value as it is looked for."""

    known: Known
    order: int
    """When it became known: the place among all values of the index."""
    word: str = field(repr=False)
    """Its letters and digits, folded."""
    gaps: frozenset[int]
    """Before which of them the value itself has a separator."""
    common: bool
    partial: bool
    open: bool = False
    """It is a piece of a longer value, which goes on before it and behind it."""


def needles_of(known: Known, order: int) -> Iterator[Needle]:
    """The value, a long one backwards and in rot13, each word of a name, an address without its town."""
    if sum(map(str.isalnum, known.value)) > _LONGEST:
        yield from _pieces(known, order)
    elif _worth_finding(known):
        yield _needle(known, order, partial=False)
        if known.entity != UNTYPED and sum(map(str.isalnum, known.value)) >= _TURNED:
            for turned in {known.value[::-1], codecs.encode(known.value, "rot13")} - {known.value}:
                yield _needle(replace(known, value=turned), order, partial=False, of=known)
    if known.entity == "STREET_ADDRESS":
        for line in _street(known.value):
            if _worth_finding(replace(known, value=line, entity=UNTYPED)):
                yield _needle(replace(known, value=line), order, partial=True, of=known)
    if known.entity == "PERSON":
        words = known.value.replace(",", " ").split()
        for word in dict.fromkeys(words) if len(words) > 1 else ():
            part = replace(known, value=word.strip("."))
            if _worth_finding(part):
                yield _needle(part, order, partial=True)


def _street(address: str) -> Iterator[str]:
    """Where the house is in fewer words than the whole address: street and number, or the street."""
    found = house(address)
    if found is None or len(found.names) < 2:
        return
    names, named = found.names, found.named
    for street in {" ".join(names), " ".join(named)}:
        yield f"{found.number} {street}"
        yield f"{street} {found.number}"
        yield street


def _needle(known: Known, order: int, *, partial: bool, of: Known | None = None) -> Needle:
    """``known`` as it is looked for; ``of``: whose value it is, if that is written otherwise."""
    stream = bare(known.value)
    common = is_common(known.value)
    return Needle(of or known, order, stream.text, frozenset(stream.gaps), common, partial)


def _pieces(known: Known, order: int) -> Iterator[Needle]:
    """A long value in pieces: an automaton's steps are as many as its longest word is long."""
    whole = _needle(known, order, partial=True)
    at_gap = sorted(whole.gaps)
    words: dict[str, Needle] = {}
    for start in (*range(0, len(whole.word) - _LONGEST, _LONGEST), len(whole.word) - _LONGEST):
        end = start + _LONGEST
        word = whole.word[start:end]
        inside = at_gap[bisect_right(at_gap, start) : bisect_left(at_gap, end)]
        gaps = frozenset(gap - start for gap in inside)
        gaps |= words[word].gaps if word in words else frozenset()
        words[word] = replace(whole, word=word, gaps=gaps, open=True)
    yield from words.values()


def _worth_finding(known: Known) -> bool:
    """Whether the value tells enough for its finding to mean anything."""
    if len(bare(known.value).text) < _SHORTEST:
        return False
    return known.entity != UNTYPED or surprise(known.value) >= TELLING
