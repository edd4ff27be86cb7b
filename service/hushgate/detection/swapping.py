"""Which letters among a number's digits are digits that they look like: ``4III 11I1``, ``2O1``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hushgate.detection.rewriting import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

SWAPS = {"O": "0", "o": "0", "l": "1", "I": "1", "S": "5", "B": "8"}
"""Letters, and the digits that they look like."""
_ANY = "[0-9OolISB]"
_RUN = re.compile(rf"(?<![0-9A-Za-z])[0-9OolI](?:[ ._/()–-]{{0,3}}{_ANY}){{6,22}}(?![0-9A-Za-z])")
_FEWEST = 7
_DIGITS = 0.6
"""Of a number's characters, so many are digits: a word is none."""


def swapped_digits(text: str) -> Iterator[Change]:
    """Each letter that is a digit, in numbers of at least seven."""
    for run in _RUN.finditer(text):
        count = sum(character.isdigit() for character in run[0])
        letters = [place for place in range(*run.span()) if text[place] in SWAPS]
        if letters and count >= max(_FEWEST - 1, _DIGITS * (count + len(letters))):
            yield from (Change(place, place + 1, SWAPS[text[place]]) for place in letters)
