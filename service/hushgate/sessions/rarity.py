"""How much a value tells: whether finding it in a sentence means that it came from the record.

The unit is decimal digits of surprise: a random digit counts 1, a word 9 minus its Zipf frequency, which is
log10 of how often it stands in a billion words (Van Heuven et al. 2014, as wordfreq gives it).
"""

from __future__ import annotations

import re
from functools import lru_cache

import wordfreq

TELLING = 8.0
"""What an untyped value must reach to be looked for at all: a rare word, two uncommon ones, eight digits."""
COMMON = 4.7
"""A word below this is as common as "may", "gold" or "reading": alone it tells nothing."""

_PART = re.compile(r"[^\W\d_]+|\d+")


def surprise(value: str) -> float:
    """Decimal digits of surprise in the value."""
    return sum(_of_part(part) for part in _PART.findall(value.casefold()))


@lru_cache(maxsize=65536)
def _of_part(part: str) -> float:
    if part.isdigit():
        return float(len(part))
    return 9.0 - wordfreq.zipf_frequency(part, "en", wordlist="small")


def is_common(value: str) -> bool:
    """Whether the value is one word, without digits, that any sentence may hold."""
    return value.isalpha() and surprise(value) < COMMON
