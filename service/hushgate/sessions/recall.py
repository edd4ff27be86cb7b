"""Where a text holds a value that the session knows: no detector's guess, but this conversation's own record.

A value is found without regard to case and separators ("4111-1111" is "4111 1111"), spelled letter by
letter, in every view of the text, and by its parts: a surname of a full name, more digits of a number
than a policy allows. Common words count only where they are written as names are.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import compress
from operator import itemgetter, sub
from typing import TYPE_CHECKING

import ahocorasick

from hushgate import deadline
from hushgate.detection.views import views
from hushgate.sessions.facts import UNTYPED, Known
from hushgate.sessions.fragments import LONGEST_NUMBER, SHORTEST_NUMBER
from hushgate.sessions.rarity import TELLING, is_common, surprise
from hushgate.sessions.streets import house
from hushgate.transformation.dates import find_dates, readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_LONG_WORD = 5
"""Letters of a name's word that is known again in a longer one, beside the name's other words."""
_SHORTEST = 3
"""Letters and digits that a value must have to be looked for."""
_WIDEST_GAP = 8
"""How far apart two neighbouring letters or digits of one value may stand, in code points."""
_DIGIT = re.compile(r"\d+")
_FEW, _FRACTION = 32, 4
"""So many new words, or so large a part of the settled ones, settle: building is for few words or seldom."""
_UNMISTAKABLE = 10
"""Letters and digits of several words that are a value however they are cut: "Rob ertOk onjo"."""
_ENDING = re.compile(r"(?:e?n?s|e?n|[aou]|[eo]m|ov[aiá])(?![^\W\d_])")
_LONGEST = 256
"""Letters and digits of a value that is looked for as a whole; a longer one is looked for in such pieces."""
_TURNED = 9
"""Letters and digits that make a value one that is looked for backwards and in rot13, too."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """A half-open span of the text in code points, and the known value that stands there."""

    start: int
    end: int
    known: Known
    partial: bool = False
    """Only part of it: a name's word, some digits of a number."""


@dataclass(frozen=True)
class _Stream:
    """A text's letters and digits, folded, each with the offset that it comes from."""

    text: str
    offsets: tuple[int, ...]

    @cached_property
    def gaps(self) -> list[int]:
        """Before which of them something else stands, in order."""
        steps = map(sub, self.offsets[1:], self.offsets)
        return [at for at, step in enumerate(steps, start=1) if step > 1]

    @cached_property
    def wide(self) -> list[int]:
        """Before which of them stands more than one value has between two of its own."""
        return [at for at in self.gaps if self.offsets[at] - self.offsets[at - 1] > _WIDEST_GAP]


@dataclass(frozen=True, slots=True)
class _Needle:
    """A value as it is looked for."""

    known: Known
    order: int
    """When it became known: the place among all values of the index."""
    word: str
    """Its letters and digits, folded."""
    gaps: frozenset[int]
    """Before which of them the value itself has a separator."""
    common: bool
    partial: bool
    open: bool = False
    """It is a piece of a longer value, which goes on before it and behind it."""


class _Words:
    """Needles by the word that is looked for, in one automaton, built anew when a word has come in."""

    def __init__(self) -> None:
        self.needles: dict[str, list[_Needle]] = {}
        self._automaton = ahocorasick.Automaton()
        self._built = False

    def add(self, word: str, needles: Iterable[_Needle]) -> None:
        """A word more, or more needles of a word that is there."""
        if word in self.needles:
            self.needles[word] += needles
            return
        self.needles[word] = list(needles)
        self._automaton.add_word(word, self.needles[word])
        self._built = False

    def matches(self, text: str) -> Iterator[tuple[int, list[_Needle]]]:
        """Where a word ends in the text, and its needles."""
        if not self.needles:
            return iter(())
        if not self._built:
            self._automaton.make_automaton()
            self._built = True
        matches: Iterator[tuple[int, list[_Needle]]] = self._automaton.iter(text)
        return matches


class Recall:
    """An index over known values, which may grow: a value more costs what it costs, not what all do."""

    def __init__(self, known: Iterable[Known] = ()) -> None:
        self._settled = _Words()
        self._recent = _Words()
        self._size = 0
        self._numbers: list[Known] = []
        self._grams: dict[int, dict[str, list[Known]]] = {}
        self._dates: dict[object, list[Known]] = {}
        for value in known:
            self.add(value)

    def add(self, known: Known) -> None:
        """Has the value found from now on."""
        for needle in _needles(known, self._size):
            words = self._settled if needle.word in self._settled.needles else self._recent
            words.add(needle.word, [needle])
        self._size += 1
        if len(self._recent.needles) > max(_FEW, len(self._settled.needles) // _FRACTION):
            for word, needles in self._recent.needles.items():
                self._settled.add(word, needles)
            self._recent = _Words()
        for dated in find_dates(known.value) if known.entity == "DATE_OF_BIRTH" else ():
            if dated.year is not None and dated.day is not None:
                self._dates.setdefault(dated.key, []).append(known)
        if SHORTEST_NUMBER <= sum(c.isdecimal() for c in known.value) <= LONGEST_NUMBER:
            self._numbers.append(known)
            for length, grams in self._grams.items():
                _add_grams(grams, known, length)

    def find(self, text: str, *, allowed_digits: int | None = None) -> list[Recalled]:
        """All that is known and stands in the text, in any order, overlaps included.

        ``allowed_digits``: how many digits of a longer number may stand there; None looks for whole
        numbers alone.
        """
        deadline.check()
        if not self._size:
            return []
        found = [*self._find_in(text, allowed_digits), *self._find_dates(text)]
        for view in views(text):
            deadline.check()
            found += (
                replace(r, start=min(view.starts[r.start : r.end]), end=max(view.ends[r.start : r.end]))
                for r in (*self._find_in(view.text, allowed_digits), *self._find_dates(view.text))
            )
        return list(dict.fromkeys(found))

    def _find_in(self, text: str, allowed_digits: int | None) -> Iterator[Recalled]:
        stream = _stream(text)
        confirmed = []
        pieces: dict[int, tuple[_Needle, list[int]]] = {}
        for words in (self._settled, self._recent):
            for last, needles in words.matches(stream.text):
                deadline.check()
                for needle in needles:
                    if needle.open:
                        pieces.setdefault(id(needle), (needle, []))[1].append(last)
                    elif recalled := _confirm(text, stream, last, needle):
                        confirmed.append((needle.order, recalled))
        for needle, lasts in pieces.values():
            confirmed += ((needle.order, recalled) for recalled in _covering(text, stream, lasts, needle))
        # By the order in which they became known, so that no answer depends on which words have settled.
        for _, recalled in sorted(confirmed, key=itemgetter(0)):
            yield recalled
        if allowed_digits is not None and self._numbers:
            yield from self._partial_numbers(text, allowed_digits)

    def _find_dates(self, text: str) -> Iterator[Recalled]:
        """Known dates, in whatever form and order of day and month."""
        if not self._dates:
            return
        for dated in readings(text):
            for known in self._dates.get(dated.key, ()):
                yield Recalled(dated.start, dated.end, known)

    def _partial_numbers(self, text: str, allowed: int) -> Iterator[Recalled]:
        grams = self._grams_of(allowed + 1)
        for start, end, digits in digit_runs(text):
            if len(digits) <= allowed:
                continue
            for known in grams.get(digits[: allowed + 1], ()):
                if digits in _digits(known.value) and len(digits) < len(_digits(known.value)):
                    yield Recalled(start, end, known, partial=True)

    def _grams_of(self, length: int) -> dict[str, list[Known]]:
        """Every run of so many digits in a known number, and whose it is."""
        if length not in self._grams:
            grams: dict[str, list[Known]] = {}
            for known in self._numbers:
                _add_grams(grams, known, length)
            self._grams[length] = grams
        return self._grams[length]


def _add_grams(grams: dict[str, list[Known]], known: Known, length: int) -> None:
    digits = _digits(known.value)
    for gram in {digits[at : at + length] for at in range(len(digits) - length + 1)}:
        grams.setdefault(gram, []).append(known)


def _needles(known: Known, order: int) -> Iterator[_Needle]:
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


def _needle(known: Known, order: int, *, partial: bool, of: Known | None = None) -> _Needle:
    """``known`` as it is looked for; ``of``: whose value it is, if that is written otherwise."""
    stream = _stream(known.value)
    common = is_common(known.value)
    return _Needle(of or known, order, stream.text, frozenset(stream.gaps), common, partial)


def _covering(text: str, stream: _Stream, lasts: list[int], needle: _Needle) -> Iterator[Recalled]:
    """Matches of an open needle, which end at ``lasts``, that cover all that its matches cover.

    A text that repeats itself has one at each of its characters: the farthest that still overlaps is enough.
    """
    at = 0
    while at < len(lasts):
        deadline.check()
        recalled = _confirm(text, stream, lasts[at], needle)
        at += 1
        while recalled:
            yield recalled
            farthest = bisect_right(lasts, lasts[at - 1] + len(needle.word))
            recalled = None
            for beyond in range(farthest - 1, at - 1, -1):
                if recalled := _confirm(text, stream, lasts[beyond], needle):
                    at = beyond + 1
                    break


def _pieces(known: Known, order: int) -> Iterator[_Needle]:
    """A long value in pieces: an automaton's steps are as many as its longest word is long."""
    whole = _needle(known, order, partial=True)
    at_gap = sorted(whole.gaps)
    words: dict[str, _Needle] = {}
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
    if len(_stream(known.value).text) < _SHORTEST:
        return False
    return known.entity != UNTYPED or surprise(known.value) >= TELLING


def _confirm(text: str, stream: _Stream, last: int, needle: _Needle) -> Recalled | None:
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


def _stands(text: str, start: int, end: int, needle: _Needle, *, shown: bool) -> bool:
    """Whether it is parted from what is around it.

    Of words that are ``shown`` apart, the first or last may run on if it is long: "rightDana Whitfieldand".
    """
    first, last = (min(needle.gaps), len(needle.word) - max(needle.gaps)) if shown else (0, 0)
    return all(
        _parted(text, at, needle) or (length >= _LONG_WORD and text[at - 1].isalpha())
        for at, length in ((start, first), (end, last))
    )


def _inflected(text: str, start: int, end: int, needle: _Needle) -> bool:
    """Whether only a case's ending stands behind a name that tells enough: "Lindqvists" in German."""
    if needle.known.entity != "PERSON" or surprise(needle.known.value) < TELLING:
        return False
    return _parted(text, start, needle) and _ENDING.match(text, end) is not None


def _parted(text: str, at: int, needle: _Needle) -> bool:
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


def _between_digits(stream: _Stream, at: int) -> bool:
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


def _stream(text: str) -> _Stream:
    if text.isascii():
        counting = list(map(str.isalnum, text))
        return _Stream("".join(compress(text.lower(), counting)), tuple(compress(range(len(text)), counting)))
    pairs = [
        (c, at)
        for at, original in enumerate(text)
        for c in unicodedata.normalize("NFKC", original).casefold()
        if c.isalnum()
    ]
    return _Stream("".join(c for c, _ in pairs), tuple(at for _, at in pairs))


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdecimal())


def digit_runs(text: str) -> Iterator[tuple[int, int, str]]:
    """Digits that stand together, single separators between them allowed: span and digits."""
    start = end = -1
    for at, c in ((each.start(), each.group()) for each in _DIGIT.finditer(text)):
        if start >= 0 and (at - end > 1 or (at > end and text[end].isalpha())):
            yield start, end, _digits(text[start:end])
            start = -1
        start = at if start < 0 else start
        end = at + len(c)
    if start >= 0:
        yield start, end, _digits(text[start:end])
