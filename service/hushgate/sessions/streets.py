"""Which house an address names: the number, and the words of its street."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

_STREETS = re.compile(
    r"(?i)(?:r(?:oa)?d|st(?:r(?:eet|asse|aße)?)?|ave(?:nue)?|dr(?:ive)?|la?ne?|ter(?:race)?|c(?:our)?t|close|cres(?:cent)?"
    r"|pl(?:ace|atz)?|boulevard|blvd|way|sq(?:uare)?|cir(?:cle)?|parkway|pkwy|highway|hwy|trai?l|gardens|grove|mews|row"
    r"|walk|weg)\.?"
)
"""What a street's name ends with and may be left out, or written short."""


@dataclass(frozen=True, slots=True)
class House:
    """The first line of an address."""

    number: str = field(repr=False)
    names: list[str] = field(repr=False)
    """All words of the street, in order."""

    @property
    def named(self) -> list[str]:
        """Without the word for a street."""
        return self.names[:-1] if self.names and is_street(self.names[-1]) else self.names


def first_line(address: str) -> str:
    """What stands before the town."""
    return re.split(r"[,\n]", address, maxsplit=1)[0]


def house(address: str) -> House | None:
    """The house, where the first line has words and one number."""
    words = first_line(address).split()
    numbers = [word for word in words if any(map(str.isdecimal, word))]
    names = [word for word in words if word.strip(".").isalpha()]
    return House(numbers[0], names) if names and len(numbers) == 1 else None


@lru_cache(maxsize=4096)
def is_street(word: str) -> bool:
    """Whether it is only a word for a street."""
    return _STREETS.fullmatch(word) is not None
