"""Which words spell a code: ``bravo tango seven 94 x-ray``, ``B for Bravo, T as in tango``.

The words are those of the ICAO (Annex 10, Volume II, 5.2.1.3), with their common misspellings.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hushgate.detection.rewriting import said_together
from hushgate.detection.spoken import SPOKEN_WORDS, UNIT, UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hushgate.detection.rewriting import Change

_ALPHABET = (
    *(
        "alpha",
        "alfa",
        "bravo",
        "charlie",
        "delta",
        "echo",
        "foxtrot",
        "golf",
        "hotel",
        "india",
        "juliet",
        "juliett",
    ),
    *("juliette", "kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango"),
    *("uniform", "victor", "whiskey", "whisky", "xray", "yankee", "zulu"),
)
ALPHABET = "|".join((*_ALPHABET, "x[ -]ray"))
"""The words for one letter, which each begins with, as a pattern's alternatives."""
READ_OUT = SPOKEN_WORDS | {*_ALPHABET, "x-ray"}
"""Every word that may be part of a number, an address or a code read out."""
NAMED = r"[a-z] (?:for|as in|like) [a-z]{2,15}"
"""A letter and a word that begins with it, or does not."""
_GAP = r"[\s,.;:-]{1,3}(?:(?:and|then|dash|hyphen|space|that's|thats) )?"
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_ONE = rf"(?:{ALPHABET}|{NAMED}|{UNIT}|[0-9]{{1,10}}|[a-z])"
_PART = rf"(?:(?:{'|'.join(_TIMES)}) )?{_ONE}"
_RUN = re.compile(rf"(?i)(?<![\w'’]){_PART}(?:{_GAP}{_PART}){{1,40}}(?![\w'’])")
_PIECE = re.compile(rf"(?i)(?<!\w)(?:{_PART})(?!\w)")
_TIMED = re.compile(rf"(?i)(?:({'|'.join(_TIMES)}) )?({_ONE})")
_WORD = re.compile(rf"(?i){ALPHABET}|{NAMED}")

_FEWEST = 4
"""Characters that a run must come to."""
_FEWEST_SPELLED = 2
"""Those of them that words of the alphabet stand for: fewer are words of everyday speech."""


def spelled_codes(text: str) -> Iterator[Change]:
    """Runs of letters and digits read out, as the code that they spell: what was between them is gone."""
    for run in _RUN.finditer(text):
        words = list(_PIECE.finditer(text, run.start(), run.end()))
        pieces = [(*word.span(), _said(word.group())) for word in words]
        spelled = sum(_WORD.fullmatch(word.group()) is not None for word in words)
        code = [said for *_, said in pieces]
        if all(code) and spelled >= _FEWEST_SPELLED and len("".join(code)) >= _FEWEST:
            yield from said_together(pieces)


def _said(piece: str) -> str:
    """The characters that a piece says; none where letter and word do not agree."""
    timed = _TIMED.fullmatch(piece)
    if timed is None:
        return ""
    times, one = _TIMES.get((timed[1] or "").lower(), 1), timed[2]
    first = one[0].upper()
    if re.fullmatch(NAMED, one, re.IGNORECASE):
        return first * times if one.rpartition(" ")[2][0].upper() == first else ""
    return (one if one.isdigit() else UNITS.get(one.lower(), first)) * times
