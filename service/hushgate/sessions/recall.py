"""Where a text holds a value that the session knows: no detector's guess, but this conversation's own record.

A value is found without regard to case and separators ("4111-1111" is "4111 1111"), spelled letter by
letter, in every view of the text, and by its parts: a surname of a full name, more digits of a number
than a policy allows. Common words count only where they are written as names are.
"""

from __future__ import annotations

from dataclasses import replace
from operator import itemgetter
from typing import TYPE_CHECKING

import ahocorasick

from hushgate import deadline
from hushgate.detection.views import views
from hushgate.sessions.bare import bare, digit_runs, digits_of
from hushgate.sessions.confirming import Recalled, confirm, covering
from hushgate.sessions.fragments import LONGEST_NUMBER, SHORTEST_NUMBER
from hushgate.sessions.sought import needles_of
from hushgate.transformation.dates import find_dates, readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hushgate.sessions.facts import Known
    from hushgate.sessions.sought import Needle

_FEW, _FRACTION = 32, 4
"""So many new words, or so large a part of the settled ones, settle: building is for few words or seldom."""


class _Words:
    """Needles by the word that is looked for, in one automaton, built anew when a word has come in."""

    def __init__(self) -> None:
        self.needles: dict[str, list[Needle]] = {}
        self._automaton = ahocorasick.Automaton()
        self._built = False

    def add(self, word: str, needles: Iterable[Needle]) -> None:
        """A word more, or more needles of a word that is there."""
        if word in self.needles:
            self.needles[word] += needles
            return
        self.needles[word] = list(needles)
        self._automaton.add_word(word, self.needles[word])
        self._built = False

    def matches(self, text: str) -> Iterator[tuple[int, list[Needle]]]:
        """Where a word ends in the text, and its needles."""
        if not self.needles:
            return iter(())
        if not self._built:
            self._automaton.make_automaton()
            self._built = True
        matches: Iterator[tuple[int, list[Needle]]] = self._automaton.iter(text)
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
        for needle in needles_of(known, self._size):
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
        stream = bare(text)
        confirmed = []
        pieces: dict[int, tuple[Needle, list[int]]] = {}
        for words in (self._settled, self._recent):
            for last, needles in words.matches(stream.text):
                deadline.check()
                for needle in needles:
                    if needle.open:
                        pieces.setdefault(id(needle), (needle, []))[1].append(last)
                    elif recalled := confirm(text, stream, last, needle):
                        confirmed.append((needle.order, recalled))
        for needle, lasts in pieces.values():
            confirmed += ((needle.order, recalled) for recalled in covering(text, stream, lasts, needle))
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
                if digits in digits_of(known.value) and len(digits) < len(digits_of(known.value)):
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
    digits = digits_of(known.value)
    for gram in {digits[at : at + length] for at in range(len(digits) - length + 1)}:
        grams.setdefault(gram, []).append(known)
