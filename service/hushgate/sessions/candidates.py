"""What in a text may be a value of another conversation: what detectors found, and what tells by its form."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import regex

from hushgate.detection.views import views
from hushgate.sessions.facts import UNTYPED
from hushgate.sessions.rarity import surprise
from hushgate.sessions.streets import is_street
from hushgate.sessions.value_keys import (
    ADDRESSING,
    NAMING,
    NATIONAL,
    WORDS,
    bare_keys,
    folded,
    house_keys,
    name_keys,
    phone_keys,
    value_keys,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hushgate.finding import Finding

_LONGEST = 200
"""Code points of a word that is looked at; what is longer is text that something was put into."""
_DIALLED = 15
"""Digits that a telephone number may have, by ITU-T E.164."""

_NUMBER = re.compile(r"\d(?:[ ().·/-]{0,3}\d){7,39}")
_WORD = re.compile(r"\S+")
_MARKED = re.compile(r"[\d@]")
_EDGES = ".,;:!?\"'“”‘’()[]{}<>*_/\\|=#-"
_INSIDE = re.compile(r"[=:,;|()\[\]{}<>\"'&?/_]")
_CAPITAL = regex.compile(r"(?<!\p{L})\p{Lu}[\p{L}'’-]+")
_BETWEEN = re.compile(r"[ ,_*+\u00a0]{1,5}")
"""What stands between the words of a name, also in a file's name, a link or in bold."""
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_SPELLED = re.compile(r"(?<![^\W_])(?:[^\W_][\s,.*_-]{1,5}){7,60}[^\W_](?![^\W_])")
"""Letters and digits one by one."""
_GLUED = 8
"""Letters of a word that may be a whole name."""
_UNHEARD = 9.0
"""The surprise of a word that is in no list."""
_PAIR = 11.0
"""What two words of a name must tell that are not written as names are."""
_HOUSE = re.compile(r"(?<![\w.,-])\d{1,5}[A-Za-z]?(?![\w/-])|(?<=_)\d{1,5}(?=_)")
_BESIDE = 60
"""How far from its number a street's words may stand, in code points."""
_NEAR = 4
"""Words on each side of a number that may be its street's."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A half-open span of a text in code points that may hold a value of another conversation."""

    start: int
    end: int
    entity: str
    key: str = field(repr=False)


def candidates(text: str, found: Iterable[Finding] = ()) -> list[Candidate]:
    """What in the text tells enough to be looked for, in every view, overlaps included.

    ``found``: what detectors found in it. Beside that, by its form: long numbers, words with digits, e-mail
    addresses, houses, whole names.
    """
    spotted = [*_of_findings(text, found), *_by_form(text)]
    for view in views(text):
        spotted += (
            Candidate(*view.origin(each.start, each.end), each.entity, each.key)
            for each in _by_form(view.text)
        )
    return list(dict.fromkeys(spotted))


def _by_form(text: str) -> Iterator[Candidate]:
    yield from _names(text)
    yield from _numbers(text)
    yield from _houses(text)
    yield from _words_alone(text)
    yield from _spelled(text)


def _of_findings(text: str, found: Iterable[Finding]) -> Iterator[Candidate]:
    for finding in found:
        for key in value_keys(finding.entity, text[finding.start : finding.end]):
            yield Candidate(finding.start, finding.end, finding.entity, key)


def _numbers(text: str) -> Iterator[Candidate]:
    """Long numbers, words with digits, e-mail addresses."""
    if not _MARKED.search(text):
        return
    for number in _NUMBER.finditer(text):
        digits = folded(number.group())
        yield Candidate(*number.span(), UNTYPED, digits)
        if NATIONAL <= len(digits) <= _DIALLED:
            for key in phone_keys(digits):
                yield Candidate(*number.span(), "PHONE_NUMBER", key)
    for start, end in _words(text):
        if "@" in (word := text[start:end]):
            for part in _as_file(word):
                yield from (Candidate(start, end, "EMAIL_ADDRESS", key) for key in bare_keys(part))
        else:
            yield from (Candidate(start, end, UNTYPED, key) for key in bare_keys(word))


def _words(text: str) -> Iterator[tuple[int, int]]:
    """The words that hold a digit or an at sign, and their parts, without what stands round them."""
    for word in _WORD.finditer(text):
        start, end = word.span()
        if end - start > _LONGEST or not _MARKED.search(text, start, end):
            continue
        inside = [mark.start() for mark in _INSIDE.finditer(text, start, end)]
        parts = {(start, end), *zip((start, *(at + 1 for at in inside)), (*inside, end), strict=True)}
        for first, last in sorted(parts):
            part = text[first:last]
            bare = part.strip(_EDGES)
            if _MARKED.search(bare):
                first += part.index(bare)  # noqa: PLW2901
                yield first, first + len(bare)


def _names(text: str) -> Iterator[Candidate]:
    """Two or three words in a row that begin with a capital and tell as much as a name does."""
    run: list[tuple[int, int, float]] = []
    for word in _CAPITAL.finditer(text):
        if run and not _BETWEEN.fullmatch(text, run[-1][1], word.start()):
            run = []
        run = [*run[1 - WORDS :], (*word.span(), _tells(word.group()))]
        for first in range(len(run) - 1):
            if sum(tells for *_, tells in run[first:]) >= NAMING:
                start, end = run[first][0], word.end()
                for key in name_keys(text[start:end]):
                    yield Candidate(start, end, "PERSON", key)


def _words_alone(text: str) -> Iterator[Candidate]:
    """Two words in a row, however they are written, and words that may be a whole name."""
    first, before, told = 0, 0, 0.0
    for word in _LETTERS.finditer(text):
        start, end = word.span()
        tells = _tells(word.group())
        if tells + told >= _PAIR and _BETWEEN.fullmatch(text, before, start):
            yield from (Candidate(first, end, "PERSON", key) for key in name_keys(text[first:end]))
        if tells >= _UNHEARD and end - start >= _GLUED:
            yield Candidate(start, end, "PERSON", folded(word.group()))
        first, before, told = start, end, tells


def _spelled(text: str) -> Iterator[Candidate]:
    """What stands there letter by letter; a word of one letter beside it, "I" or "a", is none of it."""
    for spelled in _SPELLED.finditer(text):
        key = folded(spelled.group())
        yield from (Candidate(*spelled.span(), UNTYPED, part) for part in (key, key[1:], key[:-1]))


@lru_cache(maxsize=65536)
def _tells(word: str) -> float:
    return surprise(word)


def _houses(text: str) -> Iterator[Candidate]:
    """A number and the words of a street on one side of it."""
    for number in _HOUSE.finditer(text):
        start, end = number.span()
        tells = surprise(number.group())
        before = list(_LETTERS.finditer(text, max(0, start - _BESIDE), start))[-_NEAR:]
        after = list(_LETTERS.finditer(text, end, end + _BESIDE))[:_NEAR]
        for side in (before, after):
            names = [(word, _tells(word.group())) for word in side if not is_street(word.group())]
            for first in range(len(names)):
                told = tells
                for last in range(first, min(first + WORDS, len(names))):
                    told += names[last][1]
                    if told < ADDRESSING:
                        continue
                    words = [word for word, _ in names[first : last + 1]]
                    span = (min(start, words[0].start()), max(end, words[-1].end()))
                    for key in house_keys(number.group(), [word.group() for word in words]):
                        yield Candidate(*span, "STREET_ADDRESS", key)


def _as_file(word: str) -> Iterator[str]:
    """An e-mail address, and what it is where the last part of a file's name stands behind it."""
    yield word
    host = word.rpartition("@")[2]
    if host.count(".") > 1:
        yield word.rpartition(".")[0]
