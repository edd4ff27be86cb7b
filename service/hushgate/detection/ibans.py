"""Which characters are one IBAN in spite of what stands between them, or of letters for digits in it."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

from hushgate.detection.checks import CHECKS
from hushgate.detection.rewriting import Change
from hushgate.detection.spoken import UNIT, UNITS
from hushgate.detection.swapping import SWAPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE BI",
        18: "DK FI FK FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}
"""Characters of a country's IBAN (ISO 13616 registry)."""
_GAP = r"[^0-9A-Za-z]{0,5}"
_SAID = rf"(?:{UNIT})(?![0-9A-Za-z])"
_START = re.compile(
    rf"(?<![0-9A-Za-z])[A-Za-z](?={_GAP}(?P<second>[A-Za-z]){_GAP}(?:[0-9OolI]|(?i:{_SAID})))"
)
_NEXT = re.compile(rf"{_GAP}(?P<one>(?<![0-9A-Za-z])(?i:{_SAID})|[0-9A-Za-z])")
_MOST_SWAPS = 2
_MOST_PLACES = 8
"""Letters that may be digits; with more of them, chance finds an IBAN too easily."""


def scattered_ibans(text: str) -> Iterator[Change]:
    """What makes one word of each IBAN with odd marks in it, taken apart, or with letters for digits."""
    done = 0
    for start in _START.finditer(text):
        country = (start[0] + start["second"]).upper()
        length = _LENGTHS.get(country, 0)
        if not length or start.start() < done:
            continue
        places = _places(text, start.start(), length)
        written = "".join(_character(text[first:last]) for first, last in places)
        iban = _iban(written) if len(written) == length else ""
        if iban:
            done = places[-1][1]
            yield from _joined(text, places, iban)


def _places(text: str, start: int, most: int) -> list[tuple[int, int]]:
    """Where each letter and digit stands, or the word for it, from ``start`` on; none when a word goes on."""
    places = [(start, start + 1)]
    while len(places) < most and (following := _NEXT.match(text, places[-1][1])):
        places.append(following.span("one"))
    end = places[-1][1]
    return [] if text[end : end + 1].isalnum() else places


def _character(written: str) -> str:
    return written if len(written) == 1 else UNITS[written.lower()]


def _iban(written: str) -> str:
    """The IBAN that the characters are, once few of them are read as the digits that they look like."""
    if _passes(written):
        return written
    places = [place for place, character in enumerate(written) if place > 1 and character in SWAPS]
    if not places or len(places) > _MOST_PLACES or sum(map(str.isdigit, written)) < len(written) // 2:
        return ""
    for count in range(1, _MOST_SWAPS + 1):
        for chosen in combinations(places, count):
            read = "".join(SWAPS[c] if place in chosen else c for place, c in enumerate(written))
            if _passes(read):
                return read
    return ""


def _passes(written: str) -> bool:
    number = "".join(str(int(c, 36)) for c in written[4:] + written[:4])
    return int(number) % 97 == 1 and CHECKS["iban"](written)


def _joined(text: str, places: Sequence[tuple[int, int]], iban: str) -> Iterator[Change]:
    done = places[0][0]
    for (first, last), character in zip(places, iban, strict=True):
        if first > done:
            yield Change(done, first, "")
        if text[first:last] != character:
            yield Change(first, last, character)
        done = last
