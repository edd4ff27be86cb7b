"""When a text repeats an internal note: word for word, or with words changed, moved, left out and put in.

Two tests. A run of so many words that a note has too is always found. And a sentence of a note is found
when most of what it tells stands close together in the text, in whatever order; a word tells the more
the rarer it is. Words are compared without case, punctuation and endings, numbers as digits. Only keyed
hashes of them are kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict, deque
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING

import snowballstemmer

from hushgate.detection.spoken import UNITS
from hushgate.detection.views import views
from hushgate.sessions.courtesies import COURTESIES
from hushgate.sessions.facts import Gist, Note
from hushgate.sessions.rarity import surprise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_WORD = re.compile(r"\d+(?:[.,]\d{3})+(?!\d)|\w+(?:['’]\w+)?")
_SENTENCE = re.compile(r"[.!?;\n]+(?=\s|$)|\n")
_SHORTEST = 3
"""A note of fewer words is no note: "call back" must not block a sentence."""
_LONGEST = 24
"""Words of a sentence that are looked for together; a longer one is several."""
_PLAIN = 3.0
"""Surprise of a word that tells nothing of a note: "the", "please", "your"."""
_CONTAINED = 0.5
"""The share of what a sentence's words tell that makes a copy of it."""
_TELLING = 5.0
"""What the shared words must tell together, so that two that everybody uses are no copy."""
_PAIRED = 0.35
"""The share of a sentence's neighbouring words that makes a copy of it."""
_FEWEST = 3
"""Words that must be shared, so that a name or two are no copy; of neighbours, one pair more."""
_SPREAD = 2
"""Over how many times its own length a sentence may be spread."""
_REMEMBERED = 10_000
"""Words of drafts whose marks are kept."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A stretch of a text, half-open in code points, that stands in a note too."""

    start: int
    end: int
    share: float
    """How much of the note's sentence stands there, 0 to 1; 1 for a run word for word."""
    note: Note
    similar: bool = False
    """Not by its words: ``share`` is how near it is in meaning."""


@dataclass(frozen=True, slots=True)
class _Word:
    """A word as it is compared, and where it stands: half-open."""

    stem: str
    start: int
    end: int


def fingerprint(
    text: str, *, path: str, source: str, width: int, key: bytes, reworded: bool = True
) -> Note | None:
    """The note's fingerprint, or None when it is too short to be told from ordinary words.

    ``width``: the run of words that is always found; a shorter note is one run. ``reworded``: a copy with
    other words counts, too.
    """
    words = _words(text)
    if len(words) < _SHORTEST:
        return None
    width = min(width, len(words))
    stems = [word.stem for word in words]
    runs = frozenset(
        _digest(key, run)
        for at in range(len(stems) - width + 1)
        if (run := tuple(stems[at : at + width])) not in _courtesies(width)
    )
    vocabulary = frozenset(_digest(key, (stem,)) for stem in stems)
    return Note(path, source, width, runs, vocabulary, tuple(_gists(text, key)) if reworded else ())


def _gists(text: str, key: bytes) -> Iterator[Gist]:
    """What each sentence of a note tells: by its rarer words, and by which words stand side by side."""
    for start, end in sentences(text):
        if part := _words(sentence := text[start:end]):
            tells = _telling(sentence, part, key)
            if _enough(tells):
                yield Gist(len(part), max(_TELLING, _CONTAINED * sum(tells.values())), tuple(tells.items()))
            said = _courtesies(2)
            stems = [word.stem for word in part]
            pairs = {_digest(key, pair): 1.0 for pair in pairwise(stems) if pair not in said}
            if len(pairs) > _FEWEST:
                yield Gist(len(part), max(_FEWEST + 1, _PAIRED * len(pairs)), tuple(pairs.items()))


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """The text's sentences, half-open, without what stands round their words; a long one is several."""
    at = 0
    for end in (*(mark.start() for mark in _SENTENCE.finditer(text)), len(text)):
        words = [word.span() for word in _WORD.finditer(text, at, end)]
        for first in range(0, len(words), _LONGEST):
            part = words[first : first + _LONGEST]
            yield part[0][0], part[-1][1]
        at = end


def tells_enough(sentence: str) -> bool:
    """Whether its words tell so much together that saying it again is no chance."""
    return _enough(_telling(sentence, _words(sentence), b""))


def _telling(sentence: str, words: Iterable[_Word], key: bytes) -> dict[bytes, float]:
    """The marks of the rarer words, and what each tells."""
    return {
        _digest(key, (word.stem,)): tell
        for word in words
        if (tell := _tells(sentence[word.start : word.end])) > 0
    }


def _enough(tells: Mapping[bytes, float]) -> bool:
    return len(tells) >= _FEWEST and sum(tells.values()) >= _TELLING


class Notes:
    """The notes of one session, ready to be looked for."""

    def __init__(self, notes: Iterable[Note], key: bytes) -> None:
        self._key = key
        self._runs: dict[int, dict[bytes, Note]] = {}
        self._gists: list[tuple[Note, Gist, float]] = []
        self._by_mark: dict[bytes, list[tuple[int, float]]] = defaultdict(list)
        self._vocabulary: set[bytes] = set()
        self._seen: dict[str, bytes] = {}
        for note in notes:
            self._vocabulary |= note.words
            runs = self._runs.setdefault(note.width, {})
            for run in note.prints:
                runs.setdefault(run, note)
            for gist in note.gists:
                for mark, tells in gist.marks:
                    self._by_mark[mark].append((len(self._gists), tells))
                self._gists.append((note, gist, sum(tells for _, tells in gist.marks)))

    def find(self, text: str) -> list[Repeat]:
        """Every stretch of the text that a note holds, in order of its start; they may overlap."""
        if not self._runs:
            return []
        words = _words(text)
        repeats = self._find_in(words)
        known = {word.stem for word in words}
        for view in views(text):
            read = _words(view.text)
            if all(word.stem in known for word in read):
                continue
            in_text = [_Word(word.stem, *view.origin(word.start, word.end)) for word in read]
            repeats += self._find_in(in_text)
        return joined(repeats)

    def _find_in(self, words: Sequence[_Word]) -> list[Repeat]:
        common = [self._common(word.stem) for word in words]
        return [*self._find_runs(words, common), *self._find_gists(words, common)]

    def _common(self, stem: str) -> bytes:
        """The word's mark if a note has it, else nothing."""
        if stem not in self._seen:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            mark = _digest(self._key, (stem,))
            self._seen[stem] = mark if mark in self._vocabulary else b""
        return self._seen[stem]

    def _find_runs(self, words: Sequence[_Word], common: Sequence[bytes]) -> Iterator[Repeat]:
        for width, runs in self._runs.items():
            shared = 0
            first = last = -1
            note: Note | None = None
            for place, mark in enumerate(common):
                shared = shared + 1 if mark else 0
                at = place - width + 1
                stems = tuple(word.stem for word in words[at : place + 1]) if shared >= width else ()
                hit = runs.get(_digest(self._key, stems)) if stems else None
                if note is not None and hit is not note:
                    yield Repeat(words[first].start, words[last + width - 1].end, 1.0, note)
                    note = None
                if hit is not None:
                    first, note = (at, hit) if note is None else (first, note)
                    last = at
            if note is not None:
                yield Repeat(words[first].start, words[last + width - 1].end, 1.0, note)

    def _find_gists(self, words: Sequence[_Word], common: Sequence[bytes]) -> Iterator[Repeat]:
        hits: dict[int, deque[tuple[int, bytes, float]]] = defaultdict(deque)
        latest: dict[tuple[int, bytes], int] = {}
        best: dict[int, Repeat] = {}
        for at, mark in self._marks(words, common):
            for number, tells in self._by_mark.get(mark, ()):
                note, gist, whole = self._gists[number]
                near = hits[number]
                near.append((at, mark, tells))
                latest[number, mark] = at
                # What comes again does not begin a copy: the sentence before one often has a word of it.
                while near[0][0] < max(at - _SPREAD * gist.length, latest[number, near[0][1]]):
                    near.popleft()
                shared = {mark: tells for _, mark, tells in near}
                told = sum(shared.values())
                if len(shared) >= _FEWEST and told >= gist.least:
                    here = Repeat(words[near[0][0]].start, words[at].end, round(told / whole, 2), note)
                    if number not in best or here.share >= best[number].share:
                        best[number] = here
        yield from best.values()

    def _marks(self, words: Sequence[_Word], common: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
        """The marks of words that a note has, and of pairs of them, with the place of the last word."""
        for at, mark in enumerate(common):
            if mark:
                yield at, mark
                if at and common[at - 1]:
                    yield at, _digest(self._key, (words[at - 1].stem, words[at].stem))


def joined(repeats: Iterable[Repeat]) -> list[Repeat]:
    """In order of their start, those of one note that overlap as one."""
    kept: list[Repeat] = []
    for repeat in sorted(repeats, key=lambda r: (r.start, -r.end)):
        for at, other in enumerate(kept):
            if other.note is repeat.note and repeat.start <= other.end:
                end, share = max(other.end, repeat.end), max(other.share, repeat.share)
                kept[at] = replace(other, end=end, share=share)
                break
        else:
            kept.append(repeat)
    return kept


@cache
def _courtesies(width: int) -> frozenset[tuple[str, ...]]:
    """The runs of so many words that stand in what every agent says."""
    sentences = ([word.stem for word in _words(sentence)] for sentence in COURTESIES)
    return frozenset(
        tuple(stems[at : at + width]) for stems in sentences for at in range(len(stems) - width + 1)
    )


def _words(text: str) -> list[_Word]:
    """Each word as it is compared."""
    return [_Word(_stem(found.group()), *found.span()) for found in _WORD.finditer(text)]


_english = snowballstemmer.stemmer("english")
_NUMBERS = {word: digit for word, digit in UNITS.items() if word not in {"o", "oh"}}


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    folded = unicodedata.normalize("NFKC", word).casefold().replace("’", "'")
    if folded[0].isdecimal():
        return folded.replace(",", "").replace(".", "")
    return _NUMBERS.get(folded) or str(_english.stemWord(folded))


@lru_cache(maxsize=65536)
def _tells(word: str) -> float:
    """What the word tells of a note: its surprise beyond that of plain words."""
    return round(max(0.0, surprise(word) - _PLAIN), 1)


def _digest(key: bytes, stems: tuple[str, ...]) -> bytes:
    """A keyed hash of 8 bytes (BLAKE2b, RFC 7693)."""
    return blake2b(" ".join(stems).encode("utf-8", "surrogatepass"), digest_size=8, key=key).digest()
