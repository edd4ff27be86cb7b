"""Which digits are one number in spite of what stands between them, and which are one read backwards."""

from __future__ import annotations

import re
from itertools import accumulate
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
_DATE = re.compile(r"[0-9]{1,2}([./])[0-9]{1,2}\1[0-9]{4}|[0-9]{4}([./])[0-9]{1,2}\2[0-9]{1,2}")
_SHAPES = frozenset(
    {
        *((4, 4, 4, 4), (4, 6, 5), (4, 6, 4)),  # payment cards
        *((3, 2, 4), (3, 3, 4), (1, 3, 3, 4)),  # social security numbers, telephones
        *((4, 4), (4, 4, 1), (4, 4, 2), (4, 4, 3), (4, 4, 4)),  # accounts
    }
)
"""Digits of the groups of numbers as people write them."""
_CARDS_BEGIN = "2345689"
_TELEPHONE = (3, 3, 4)
"""Groups of ten digits that stand one by one: in one piece they would need words for a telephone."""
_BACKWARDS = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){11,18}(?![0-9])")
_PHONE_BACKWARDS = re.compile(r"(?<![0-9])[0-9]{4}[ .-][0-9]{3}[ .-]?[ .)-][0-9]{3}(?:\(|[ -]1\+?)?(?![0-9])")


def odd_separators(text: str) -> Iterator[Change]:
    """What separates the digits of a number and is neither a space nor a dash, as a dash.

    Numbers that merely follow each other (``10, 20, 30``) have many kinds of groups or a comma and a space;
    a number that was taken apart has one kind of separator all along, or groups as a number of its kind has.
    """
    for run in _RUN.finditer(text):
        gaps = list(_SEPARATED.finditer(text, *run.span()))
        digits = sum(character.isdigit() for character in run[0])
        if digits >= _FEWEST and _is_taken_apart(run[0], {gap[0] for gap in gaps}):
            single = digits == len(gaps) + 1
            dashes = _TELEPHONE if single and digits == sum(_TELEPHONE) else ()
            for place, gap in enumerate(gaps, 1):
                joined = not single or place in accumulate(dashes)
                yield Change(*gap.span(), "-" if joined else "")


def _is_taken_apart(run: str, gaps: set[str]) -> bool:
    if len(gaps) == 1:
        return not gaps & _USUAL and not _DATE.fullmatch(run)
    shape = tuple(len(group) for group in re.findall("[0-9]+", run))
    return shape in _SHAPES and not any("," in gap for gap in gaps)


def backwards(text: str) -> Iterator[tuple[int, int]]:
    """Where numbers stand that, from their end, are a card's by its check, or have a telephone's groups."""
    done = 0
    found = [*_BACKWARDS.finditer(text), *_PHONE_BACKWARDS.finditer(text)]
    for run in sorted(found, key=lambda run: run.start()):
        is_number = run.re is _PHONE_BACKWARDS or (run[0][-1] in _CARDS_BEGIN and luhn(run[0][::-1]))
        if is_number and run.start() >= done:
            done = run.end()
            yield run.span()
