"""Where a draft may be cut, so that what stands before the cut needs nothing of what comes after it.

A cut is decided by the text alone, and by no more of it than ``AHEAD`` code points behind the cut: however
a draft arrives, it is cut in the same places.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from hushgate.detection.abroad import ABROAD
from hushgate.detection.spelling import READ_OUT

AHEAD = 48
"""Code points behind a cut that are looked at before it is made: more than a token has."""
BEHIND = 160
"""Code points before a piece that are looked at with it: context words, the first half of an address."""
_FIRST = 16
"""The fewest code points of a draft's first piece: an answer begins to come soon."""
_NEXT = 128
"""The fewest of every other piece, so that a draft is not looked at more often than it need be."""
_SENTENCE = 1.5
"""When it is so many times as long, a piece may end between two plain words; before, only with a sentence."""

_GAP = re.compile(r"\s+|(?<=[。！？])(?=\S)")
_SPACE = re.compile(r"\s")
_PLAIN = re.compile(r"[^\W\d_]{2,}(?:['’-][^\W\d_]+)?")
_END = re.compile(r"(?P<word>.*[^\W\d_])[.!?…。！？]+[\"'”’)]*", re.DOTALL)
_SPELLING = READ_OUT | ABROAD.keys()
_ABBREVIATED = 4
"""A capital and so many letters in all may be a title, "Capt.", and no end of a sentence."""


@dataclass(frozen=True, slots=True)
class Window:
    """What is looked at to decide a piece: half-open, in code points of the text that was given."""

    begin: int
    cut: int
    """Where the piece ends."""
    end: int


def sought(text: str, tried: int, start: int, *, first: bool) -> int:
    """Where to look for the next cut when more has come: before it, from ``start`` on, there is none."""
    return _cut(text, tried, start, first=first)[1]


def windows(text: str, at: int, tried: int, start: int, *, first: bool, ended: bool) -> list[Window]:
    """The pieces that ``text[at:]`` can be cut into now, each with what surrounds it.

    ``tried``: the last cut that was thought of, ``at`` or behind it. ``start``: as ``sought`` says.
    ``first``: there was no cut yet. ``ended``: nothing comes after ``text``: the last piece reaches its end.
    """
    found = []
    while (cut := _cut(text, tried, start, first=first)[0]) is not None:
        found.append(Window(window_begin(text, at), cut, cut + AHEAD))
        at, tried, first = cut, cut, False
    if ended:
        found.append(Window(window_begin(text, at), len(text), len(text)))
    return found


def window_begin(text: str, at: int) -> int:
    """Where to begin to look, for a piece that begins at ``at``: at a word's beginning if there is one."""
    begin = max(0, at - BEHIND)
    if begin == 0:
        return 0
    space = _SPACE.search(text, begin, at)
    return space.end() if space else begin


def _cut(text: str, at: int, start: int, *, first: bool) -> tuple[int | None, int]:
    """The first place behind ``at`` where a piece may end and that is known to be one by now.

    And the gap to begin with the next time. Those before ``start`` have been looked at.
    """
    last, fewest = len(text) - AHEAD, _FIRST if first else _NEXT
    start = max(start, at + fewest)
    for gap in _GAP.finditer(text, start):
        place = gap.end()
        if place > last:
            return None, gap.start()
        if _plain(text, at, gap.start(), place, any_word=place - at >= _SENTENCE * fewest):
            return place, gap.start()
    return None, max(start, len(text))


def _plain(text: str, at: int, left: int, right: int, *, any_word: bool) -> bool:
    """Whether what stands on both sides of a gap is no part of a value: no digit, no name, no spelling."""
    a = _SPACE.split(text[max(at, left - AHEAD) : left])[-1]
    b = _SPACE.split(text[right : right + AHEAD], maxsplit=1)[0]
    sentence = _END.fullmatch(a)
    if sentence or "\n" in text[left:right]:
        word = sentence["word"] if sentence else a.rstrip(",;:")
        return _is_word(word) and not _is_title(word) and _is_word(b.rstrip(".,;:!?…"))
    return any_word and _is_word(a) and _is_word(b) and a[0].islower() and b[0].islower()


def _is_word(text: str) -> bool:
    return _PLAIN.fullmatch(text) is not None and text.casefold() not in _SPELLING


def _is_title(word: str) -> bool:
    return len(word) <= _ABBREVIATED and word[0].isupper()
