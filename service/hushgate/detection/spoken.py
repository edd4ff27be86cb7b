"""Which words are digits read out, and which are an address read out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hushgate.detection.rewriting import Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

UNITS = {"zero": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6"}
UNITS |= {"seven": "7", "eight": "8", "nine": "9", "niner": "9"}
UNITS |= dict.fromkeys(("oh", "o", "nought", "naught"), "0")
"""The words for one digit, and the digit."""
_TENS = {"twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70"}
_TENS |= {"eighty": "80", "ninety": "90"}
_TEENS = {"ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15"}
_TEENS |= {"sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19"}
_WHOLE = _TENS | _TEENS
_TIMES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
_SCALES = {"hundred": 2, "thousand": 3}
_FILLERS = frozenset(["uh", "um", "er", "erm", "and", "then", "dash", "hyphen", "minus", "space"])

UNIT = "|".join(UNITS)
"""The words for one digit, as a pattern's alternatives."""
NUMBER_WORD = "|".join((*UNITS, *_WHOLE, *_TIMES))
"""The words that a run of digits read out may begin with, as a pattern's alternatives."""
_GAP = rf"[\s,.;:-]{{1,3}}(?:(?:{'|'.join(_FILLERS)})[\s,.;:-]{{1,3}}){{0,2}}"
_PART = rf"(?:{NUMBER_WORD}|{'|'.join(_SCALES)}|[0-9]{{1,8}})"
_RUN = re.compile(rf"(?i)(?<![\w'’]){_PART}(?:{_GAP}{_PART}){{1,80}}(?![\w'’])")
_PIECE = re.compile(r"[^\W\d_]+|[0-9]+")

_FEWEST = 4
"""Digits that a run must come to: fewer are words of everyday speech."""
_FEWEST_SINGLE = 3
"""The same when all are read out one by one, as a security code is."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Words that together say some digits."""

    start: int
    end: int
    digits: str
    single: bool
    """One word, one digit."""
    written: bool
    """In digits already."""


def spoken_digits(text: str) -> Iterator[Change]:
    """Runs of digits read out, or written one by one, as digits: what was between them is gone."""
    for run in _RUN.finditer(text):
        groups = list(_groups(text, run.start(), run.end()))
        if _are_digits(groups):
            yield from _joined(groups)


def _are_digits(groups: Sequence[_Group]) -> bool:
    count = sum(len(group.digits) for group in groups)
    words = sum(not group.written for group in groups)
    if words == 0:
        return count >= _FEWEST and count == len(groups)
    if words == 1 and count > len(groups) and not (groups[0].written and groups[-1].written):
        return False  # "one 4111 …" counts what follows
    return count >= (_FEWEST_SINGLE if all(group.single for group in groups) else _FEWEST)


def _joined(groups: Sequence[_Group]) -> Iterator[Change]:
    for group, following in zip(groups, (*groups[1:], None), strict=True):
        yield Change(group.start, group.end, group.digits)
        if following and not (group.written and following.written and len(group.digits) > 1):
            yield Change(group.end, following.start, "")


def _groups(text: str, start: int, end: int) -> Iterator[_Group]:
    """The run's words, each with those that belong to it."""
    words = [(m.start(), m.end(), m[0].lower()) for m in _PIECE.finditer(text, start, end)]
    words = [word for word in words if word[2] not in _FILLERS]
    place = 0
    while place < len(words):
        taken, digits = _number([word for _, _, word in words[place : place + 6]])
        first, last = words[place], words[place + taken - 1]
        if digits:
            single = taken == 1 and len(digits) == 1
            yield _Group(first[0], last[1], digits, single, first[2].isdigit())
        place += taken


def _number(words: Sequence[str]) -> tuple[int, str]:
    """How many of the words make the first number, and its digits; none when it is no number alone."""
    word, following = words[0], words[1] if len(words) > 1 else ""
    if word in _TIMES:
        digit = UNITS.get(following, following if following.isdigit() and len(following) == 1 else "")
        return (2, digit * _TIMES[word]) if digit else (1, "")
    if word in UNITS and following in _SCALES:
        zeros = _SCALES[following]
        taken, rest = _number(words[2:]) if len(words) > 2 and words[2] in _WHOLE else (0, "")
        return 2 + taken, UNITS[word] + rest.rjust(zeros, "0")[-zeros:]
    if word in _TENS and UNITS.get(following, "0") != "0" and following in UNITS:
        return 2, _WHOLE[word][0] + UNITS[following]
    if word in _SCALES:
        return 1, ""
    return 1, UNITS.get(word) or _WHOLE.get(word) or word


_SIGNS = {"dot": ".", "point": ".", "period": ".", "underscore": "_", "dash": "-", "hyphen": "-", "plus": "+"}
SPOKEN_WORDS = frozenset((*UNITS, *_WHOLE, *_TIMES, *_SCALES, *_FILLERS, *_SIGNS, "at", "sign"))
"""Every word that may be part of a number or an address read out."""
_SIGN = rf"\s?[(\[]?\s?\b(?:{'|'.join(_SIGNS)})\b\s?[)\]]?\s?"
_STOP = r"\.|\s\.\s"
_TOP_LEVEL = (
    "com|org|net|edu|gov|mil|int|info|biz|io|co|uk|us|ca|au|nz|ie|in|de|fr|es|it|nl|be|ch|at|pt|pl|cz|se|no|dk|fi|gr|ro"
    "|hu|eu|ru|ua|tr|il|za|ng|ke|br|mx|ar|cl|jp|cn|kr|hk|sg|my|ph|id|th|vn|me|tv|app|dev|ai|xyz|online|shop|store|site"
)
_LETTER = rf"(?:[a-z0-9]|{UNIT}|{'|'.join(_SIGNS)})"
_ADDRESS = re.compile(
    rf"(?i)\b(?:(?P<spelled>(?:{_LETTER} ){{2,40}}{_LETTER})"
    rf"|(?P<local>[\w.+-]{{1,40}}(?:{_SIGN}[\w+-]{{1,40}}){{0,4}}))"
    r"(?P<at>\s?[(\[{]\s?at\s?[)\]}]\s?|\s+at(?:\s+sign)?\s+|\s?@\s?)"
    rf"(?P<domain>[\w-]{{1,40}}(?:(?:{_SIGN}|\.|\s\.\s)[\w-]{{1,40}}){{0,3}}(?:{_SIGN}|{_STOP})(?:{_TOP_LEVEL}))\b"
)
_SIGN_WORD = re.compile(f"{_SIGN}|{_STOP}", re.IGNORECASE)
_NO_NAMES = re.compile(
    r"(?i)it|us|me|him|her|them|look|looking|site|website|page|is|are|available|online|here|there|more|visit|see|buy"
    r"|bought|order|ordered|orders|shop|shopped|shopping|purchased?|found|find|sign|log|login|account|email|contact"
)
"""Words that stand before "at example dot com" when that is a place to go to, not an address."""


def spoken_addresses(text: str) -> Iterator[Change]:
    """E-mail addresses read out: ``dana at example dot com``."""
    for found in _ADDRESS.finditer(text):
        signs = any(sign[0].strip() != "." for sign in _SIGN_WORD.finditer(found["domain"]))
        local = found["local"] or ""
        if found["at"].strip().lower() == "at" and (not signs or _NO_NAMES.fullmatch(local)):
            continue
        yield from _signs(text, *found.span("local")) if local else _letters(text, *found.span("spelled"))
        yield Change(*found.span("at"), "@")
        yield from _signs(text, *found.span("domain"))


def _signs(text: str, start: int, end: int) -> Iterator[Change]:
    for sign in _SIGN_WORD.finditer(text, start, end):
        word = "".join(c for c in sign[0].lower() if c.isalpha())
        yield Change(*sign.span(), _SIGNS.get(word, "."))


def _letters(text: str, start: int, end: int) -> Iterator[Change]:
    """Each word of those that spell as the one character that it says, and nothing between them."""
    for word in re.finditer(r"(\w+)( ?)", text[start:end]):
        said = word[1].lower()
        character = _SIGNS.get(said) or (UNITS.get(said, word[1]) if len(said) > 1 else word[1])
        yield Change(start + word.start(1), start + word.end(1), character)
        if word[2]:
            yield Change(start + word.start(2), start + word.end(2), "")
