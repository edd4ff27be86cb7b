"""When a text repeats an internal note: any shared run of so many words is found, however it is written.

Words are compared without case, accents of compatibility, or punctuation. Only keyed hashes are kept.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hushgate.sessions.facts import Note

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"\w+(?:['’]\w+)?")
_SHORTEST = 3
"""A note of fewer words is no note: "call back" must not block a sentence."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """A stretch of a text, half-open in code points, that stands word for word in a note."""

    start: int
    end: int
    words: int
    note: Note


def fingerprint(text: str, *, path: str, source: str, width: int, key: bytes) -> Note | None:
    """The note's fingerprint, or None when it is too short to be told from ordinary words.

    ``width``: the run of words that is always found; a shorter note is one run.
    """
    words = [word for word, _, _ in _words(text)]
    if len(words) < _SHORTEST:
        return None
    width = min(width, len(words))
    return Note(path, source, width, frozenset(_runs(words, width, key)))


class Notes:
    """The notes of one session, ready to be looked for."""

    def __init__(self, notes: Iterable[Note], key: bytes) -> None:
        self._key = key
        self._by_width: dict[int, dict[bytes, Note]] = {}
        for note in notes:
            runs = self._by_width.setdefault(note.width, {})
            for mark in note.prints:
                runs.setdefault(mark, note)

    def find(self, text: str) -> list[Repeat]:
        """Every longest stretch of the text that a note holds, in order of its start."""
        if not self._by_width:
            return []
        words = _words(text)
        repeats = []
        for width, runs in self._by_width.items():
            marks = _runs([word for word, _, _ in words], width, self._key)
            hits = [(at, runs[mark]) for at, mark in enumerate(marks) if mark in runs]
            repeats += _stretches(hits, width, words)
        return sorted(repeats, key=lambda r: (r.start, -r.end))


def _stretches(hits: list[tuple[int, Note]], width: int, words: list[tuple[str, int, int]]) -> list[Repeat]:
    """Runs that follow one another word by word, joined."""
    repeats: list[Repeat] = []
    first = last = -1
    note: Note | None = None
    for at, hit in [*hits, (-1, None)]:
        if note is not None and (at != last + 1 or hit is not note):
            repeats.append(Repeat(words[first][1], words[last + width - 1][2], last - first + width, note))
            note = None
        if hit is not None:
            first, note = (at, hit) if note is None else (first, note)
            last = at
    return repeats


def _words(text: str) -> list[tuple[str, int, int]]:
    """Each word without case, with its half-open span."""
    return [
        (unicodedata.normalize("NFKC", found.group()).casefold().replace("’", "'"), *found.span())
        for found in _WORD.finditer(text)
    ]


def _runs(words: list[str], width: int, key: bytes) -> list[bytes]:
    """A keyed hash of 8 bytes for each run of ``width`` words."""
    return [
        hmac.digest(key, " ".join(words[at : at + width]).encode("utf-8", "surrogatepass"), "sha256")[:8]
        for at in range(len(words) - width + 1)
    ]
