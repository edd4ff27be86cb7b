"""Decides what counts as a word of English: how common each is, and that it is no name alone."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import faker.providers.lorem as faker_lorem
import names as census
from english_words import get_english_words_set
from faker.providers.lorem.en_US import Provider as Common

if TYPE_CHECKING:
    import random

LATIN = re.compile(r"[A-Za-zÀ-ɏḀ-ỿəƏ]{2,}")
KNOWN, COMMON = 50_000, 8_000
"""How many words of today count, and how many of them are common: most readers meet those every week."""
_ENDINGS = (("ies", "y"), ("es", ""), ("s", ""), ("ed", ""), ("d", ""), ("ing", ""), ("ing", "e"), ("ly", ""))


@cache
def ranks() -> dict[str, int]:
    """Words of today by how common they are, 0 the commonest: the first of SymSpell's list, with inflections.

    It is Google Books' counts (CC-BY-3.0) of the words in SCOWL (MIT-like). Names stand in it too.
    """
    path = files("symspellpy").joinpath("frequency_dictionary_en_82_765.txt")
    lines = path.read_text("utf-8-sig").splitlines()[:KNOWN]
    return {line.split()[0]: at for at, line in enumerate(lines)}


@cache
def words() -> frozenset[str]:
    """All words that stand in lower case in Webster's list of 1934 (web2, public domain) or in Faker's."""
    listed = get_english_words_set(["web2"])
    return frozenset(
        word for word in listed if word.islower() and word.isalpha() and len(word) > 2
    ) | frozenset(Common.word_list)


@cache
def english() -> dict[str, int]:
    """The ranks of the words of today that are no names alone: they or their stems stand in the old list."""
    known = words()
    return {
        word: rank
        for word, rank in ranks().items()
        if len(word) > 2
        and (
            word in known
            or any(
                word.endswith(end) and word.removesuffix(end) + back in known
                for end, back in _ENDINGS
                if len(word) > len(end) + 2
            )
        )
    }


def is_common(word: str) -> bool:
    """Whether it is a common word of English, be it a name as well."""
    return english().get(word.casefold(), COMMON) < COMMON


@cache
def _ordered() -> tuple[tuple[str, ...], tuple[str, ...]]:
    given = {
        line.split()[0].casefold()
        for kind in ("male", "female")
        for line in Path(census.full_path(f"dist.{kind}.first")).read_text(encoding="ascii").splitlines()
    }
    return tuple(word for word in english() if word not in given), tuple(sorted(words() - given))


def word(random_: random.Random) -> str:
    """A word, a common one more often; one in eight from the old list, which hardly anybody knows."""
    today, every = _ordered()
    if random_.random() < 0.88:
        return today[int(len(today) * random_.random() ** 3)]
    return random_.choice(every)


@cache
def _inflected(end: str) -> tuple[str, ...]:
    return tuple(word for word in _ordered()[0] if word.endswith(end) and len(word) > len(end) + 2)


def word_in(random_: random.Random, end: str) -> str:
    """A word of today with this ending, a common one more often."""
    found = _inflected(end)
    return found[int(len(found) * random_.random() ** 2)]


@cache
def _foreign() -> tuple[tuple[str, ...], ...]:
    locales = sorted(module.name for module in pkgutil.iter_modules(faker_lorem.__path__))
    lists = (
        importlib.import_module(f"{faker_lorem.__name__}.{code}").Provider.word_list
        for code in locales
        if code[:2] != "en"
    )
    latin = (tuple(word for word in dict.fromkeys(words_) if LATIN.fullmatch(word)) for words_ in lists)
    return tuple(words_ for words_ in latin if len(words_) > 50)


def foreign(random_: random.Random, **_: bool) -> str:
    """One to three words of another language in Latin letters, in lower case."""
    language = random_.choice(_foreign())
    return " ".join(random_.choice(language).lower() for _ in range(random_.choice((1, 1, 2, 2, 3))))


def misspelt(random_: random.Random) -> str:
    """A common word of English with a slip or two that make it another word than any in the lists."""
    for _ in range(20):
        letters = list(word(random_))
        for _ in range(random_.choice((1, 1, 2))):
            at = random_.randrange(len(letters))
            slip = random_.randrange(4)
            if slip == 0 and len(letters) > 4:
                del letters[at]
            elif slip == 1:
                letters.insert(at, letters[at])
            elif slip == 2:
                letters[at] = random_.choice("aeioust")
            elif at + 1 < len(letters):
                letters[at], letters[at + 1] = letters[at + 1], letters[at]
        wrong = "".join(letters)
        if wrong not in ranks():
            return wrong
    return "teh"
