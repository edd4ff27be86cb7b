"""Which digits are one number in spite of what stands between them, and which are one read backwards."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hushgate.detection.checksums import luhn
from hushgate.detection.rewriting import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

_FEWEST = 7
"""Digits that make a number worth joining."""
_GAP = r"[^0-9A-Za-z]{1,5}"
_RUN = re.compile(rf"(?<![0-9A-Za-z])[0-9]{{1,8}}(?:{_GAP}[0-9]{{1,8}}){{1,30}}(?![0-9A-Za-z])")
_SEPARATED = re.compile(_GAP)
_USUAL = frozenset({" ", "-"})
_BACKWARDS = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){11,18}(?![0-9])")


def odd_separators(text: str) -> Iterator[Change]:
    """What separates the digits of a number and is neither a space nor a dash, as a dash.

    Numbers that merely follow each other (``10, 20, 30``) have many kinds of groups or a comma and a space;
    a number that was taken apart has one kind of separator all along.
    """
    for run in _RUN.finditer(text):
        gaps = list(_SEPARATED.finditer(text, *run.span()))
        kinds = {gap[0] for gap in gaps}
        digits = sum(character.isdigit() for character in run[0])
        if digits >= _FEWEST and len(kinds) == 1 and not kinds & _USUAL:
            joined = "" if digits == len(gaps) + 1 else "-"
            yield from (Change(*gap.span(), joined) for gap in gaps)


def backwards(text: str) -> Iterator[tuple[int, int]]:
    """Where numbers stand that are as long as a payment card's and pass its check only from their end."""
    for run in _BACKWARDS.finditer(text):
        if luhn(run[0][::-1]) and not luhn(run[0]):
            yield run.span()
