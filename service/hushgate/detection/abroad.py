"""Which words of other languages are digits read out: German, French, Spanish, Italian, Portuguese, Dutch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hushgate.detection.rewriting import said_together

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hushgate.detection.rewriting import Change

_WORDS = {
    "0": "null zéro zero cero nul",
    "1": "eins un uno um een één",
    "2": "zwei zwo deux dos due dois twee",
    "3": "drei trois tres tre três drie",
    "4": "vier quatre cuatro quattro quatro",
    "5": "fünf fuenf cinq cinco cinque vijf",
    "6": "sechs six seis sei meia zes",
    "7": "sieben sept siete sette sete zeven",
    "8": "acht huit ocho otto oito",
    "9": "neun neuf nueve nove negen",
}
ABROAD = {word: digit for digit, words in _WORDS.items() for word in words.split()}
"""The words for one digit, and the digit: no word is another digit in another of the languages."""
ABROAD_WORD = "|".join(word for word in ABROAD if word.isascii())
"""Those in ASCII, as a pattern's alternatives."""
_FEWEST = 6
"""Digits that a run must come to: fewer count things, in languages that share their words with others."""
_WORD = "|".join(ABROAD)
_RUN = re.compile(rf"(?i)(?<![\w'’])(?:{_WORD})(?:[\s,.;:-]{{1,3}}(?:{_WORD})){{{_FEWEST - 1},40}}(?![\w'’])")
_PIECE = re.compile(r"[^\W\d_]+")


def digits_abroad(text: str) -> Iterator[Change]:
    """Runs of digits read out, as digits: what was between them is gone."""
    for run in _RUN.finditer(text):
        words = _PIECE.finditer(text, run.start(), run.end())
        yield from said_together((*word.span(), ABROAD[word.group().lower()]) for word in words)
