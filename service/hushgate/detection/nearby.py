"""Which words stand near a candidate: within 8 words before it or 3 after, in the text or in its label.

What speaks against it behind it must say what it is: in "62704 items" and "4565550144 is my order" the words
do, in "4565550144 about my order" and "62704, order it" they go on to something else.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

WORDS_BEFORE = 8
WORDS_AFTER = 3
CHARACTERS_BEFORE = 160
"""However long the words are, no more than this is looked at, so that a long text's cost is linear."""
CHARACTERS_AFTER = 80

_RUN = re.compile(r"\w+")
_LAST_WORDS = re.compile(rf"(?:\W*\w+){{1,{WORDS_BEFORE}}}")
"""Of a text that runs backwards."""
_FIRST_WORDS = re.compile(rf"(?:\W*\w+){{1,{WORDS_AFTER}}}")
_WORD = re.compile(r"[^\W\d_]+|\d+|\|")
_CAMEL = re.compile(r"[A-Z](?:(?<=[a-z][A-Z])|(?<=[A-Z][A-Z])(?=[a-z]))")
"""The letter that a word inside a name begins with: to look for a letter is quick, for a place is not."""
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff]"
)
"""Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, kana, Han; and Hangul, whose words
take particles on."""
_LEADS_ON = re.compile(
    r"[^\w\s'’#-]|\n|\b(?:about|and|at|because|but|concerning|for|from|if|in|on|or|please|regarding|since|so|thanks"
    r"|then|to|when|which|while|with)\b",
    re.IGNORECASE,
)
_GAP = "|"
"""Stands between passages, as a word that no entry has."""


def folded(text: str) -> str:
    """Lower case, without accents, camelCase as two words."""
    spaced = _CAMEL.sub(r" \g<0>", text)
    if spaced.isascii():
        return spaced.lower()
    # Taking a letter apart can leave a capital (U+1D6A8, a bold Alpha), whose small letter comes apart again.
    apart = unicodedata.normalize("NFKD", spaced.casefold())
    bare = unicodedata.normalize("NFKD", apart.casefold())
    return "".join(c for c in bare if not unicodedata.combining(c))


def words_of(text: str) -> list[str]:
    """The words of a text, folded; digits are words of their own, so that ``address1`` is two."""
    return _WORD.findall(folded(text))


@dataclass(frozen=True, slots=True)
class Place:
    """The words of some passages, ready to be asked for."""

    words: frozenset[str]
    line: str
    """All of them in order, a space around each."""
    letters: str
    """The passages, folded."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words, and groups of words, of one field of a rule."""

    phrases: tuple[tuple[str, ...], ...]
    """All but the unspaced, word by word."""
    single: frozenset[str]
    groups: tuple[str, ...]
    """As they stand in a place's line."""
    unspaced: tuple[str, ...]
    """In a script without spaces, found wherever their letters stand."""

    def __bool__(self) -> bool:
        return bool(self.single or self.groups or self.unspaced)

    def stands_in(self, where: Place) -> bool:
        """Whether any of them does."""
        if not self.single.isdisjoint(where.words):
            return True
        if self.groups and any(group in where.line for group in self.groups):
            return True
        return bool(self.unspaced) and any(each in where.letters for each in self.unspaced)


def vocabulary(entries: Iterable[str]) -> Vocabulary:
    """What to look for, from ``context``, ``unless`` or ``requires``."""
    entries = list(entries)
    words = [words_of(entry) for entry in entries if not _UNSPACED.search(entry)]
    return Vocabulary(
        tuple(tuple(each) for each in words if each),
        frozenset(each[0] for each in words if len(each) == 1),
        tuple(f" {' '.join(each)} " for each in words if len(each) > 1),
        tuple(folded(entry) for entry in entries if _UNSPACED.search(entry)),
    )


def place(passages: Iterable[str], label: str) -> Place:
    """The words of the label, then those of the passages; no group reaches from one into the next."""
    letters = folded(_GAP.join((label, *passages)))
    words = _WORD.findall(letters)
    return Place(frozenset(words), f" {' '.join(words)} ", letters)


def around(text: str, start: int, end: int, label: str) -> Place:
    """The place of the candidate ``[start, end)``. A word that the candidate or a limit cuts is none."""
    return place((_before(text, start), _after(text, end)), label)


def denied(text: str, start: int, end: int, label: str, words: Vocabulary) -> bool:
    """Whether one of the words stands before the candidate, or behind it as what it is."""
    after = _after(text, end)
    on = _LEADS_ON.search(after)
    return words.stands_in(place((_before(text, start), after[: on.start()] if on else after), label))


def _before(text: str, start: int) -> str:
    limit = max(0, start - CHARACTERS_BEFORE)
    cut = start
    if goes_on := _word_at(text, start):
        while cut > limit and goes_on(text[cut - 1]):
            cut -= 1
    # Backwards it is one match, however many words there are.
    last = _LAST_WORDS.match(text[limit:start][::-1])
    first = start - last.end() if last else cut
    if first == limit > 0 and _RUN.match(text, limit - 1):
        first = min(
            (run.start() for run in _RUN.finditer(text, limit, start) if run.start() > limit), default=cut
        )
    return text[first:cut]


def _after(text: str, end: int) -> str:
    limit = min(len(text), end + CHARACTERS_AFTER)
    first = end
    if goes_on := _word_at(text, end):
        while first < limit and goes_on(text[first]):
            first += 1
    words = _FIRST_WORDS.match(text, first, limit)
    last = words.end() if words else first
    if last == limit < len(text) and _RUN.match(text, limit - 1) and _RUN.match(text, limit):
        last = max(
            (run.end() for run in _RUN.finditer(text, first, limit) if run.end() < limit), default=first
        )
    return text[first:last]


def _word_at(text: str, edge: int) -> Callable[[str], bool] | None:
    """Which characters belong to the word, or the number, that the edge of a candidate cuts, if any."""
    if 0 < edge < len(text):
        for kind in (str.isalpha, str.isdecimal):
            if kind(text[edge - 1]) and kind(text[edge]):
                return kind
    return None
