"""Decides what counts as a word of English and no name: Webster's list of 1934, Faker's common words."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from english_words import get_english_words_set
from faker.providers.lorem.en_US import Provider as Common

if TYPE_CHECKING:
    import random


@cache
def words() -> frozenset[str]:
    """All words that stand in lower case in the list (web2, public domain)."""
    listed = get_english_words_set(["web2"])
    return frozenset(
        word for word in listed if word.islower() and word.isalpha() and len(word) > 2
    ) | frozenset(Common.word_list)


@cache
def _ordered() -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(sorted(words())), tuple(
        sorted(word for word in Common.word_list if word.isalpha() and len(word) > 2)
    )


def word(random_: random.Random) -> str:
    """A word, a common one as often as any; now and then with an ending that the list leaves out."""
    every, common = _ordered()
    chosen = random_.choice(common) if random_.random() < 0.7 else random_.choice(every)
    return chosen + random_.choice(("s", "ed", "ing", "ly")) if random_.random() < 0.2 else chosen
