"""Decides what organisations are called: the well-known ones, and ones put together as such names are."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from training import lexicon
from training.names import held_out, pick, places, regions

if TYPE_CHECKING:
    import random

LISTS = Path(__file__).parent / "lists"


def _read(name: str, between: str) -> dict[str, tuple[str, ...]]:
    lines = (LISTS / name).read_text(encoding="utf-8").splitlines()
    pairs = (line.split(":", 1) for line in lines if line and not line.startswith("#"))
    return {kind: tuple(word.strip() for word in words.split(between)) for kind, words in pairs}


WORDS = _read("organization_words.txt", ";")
LETTERS = "ABCDEFGHIJKLMNOPRSTUVW"


@cache
def known() -> dict[str, tuple[str, ...]]:
    """Well-known organisations, by kind."""
    return _read("organizations.txt", ",")


def well_known(random_: random.Random, *, out: bool, kind: str = "") -> str:
    """A well-known organisation of a kind, or of any."""
    return pick(random_, known()[kind or random_.choice(sorted(known()))], out=out)


def _word(random_: random.Random, kind: str) -> str:
    return random_.choice(WORDS[kind])


def _last(random_: random.Random, *, out: bool) -> str:
    return pick(random_, random_.choice(regions()).last, out=out, skew=1.5)


def _city(random_: random.Random, *, out: bool) -> str:
    return pick(random_, places().cities, out=out, skew=2.0)


def coined(random_: random.Random) -> str:
    """A made-up company name of one word or two."""
    while True:
        stem, tail = _word(random_, "stem"), random_.choice(WORDS["stem"] + WORDS["tail"] * 2)
        word = stem.capitalize() + (tail.capitalize() if random_.random() < 0.35 else tail)
        if not held_out(word):
            return word


def acronym(random_: random.Random) -> str:
    """Two to five capital letters, now and then with full stops."""
    letters = random_.choices(LETTERS, k=random_.choice((2, 3, 3, 3, 4, 4, 5)))
    return "".join(letter + "." for letter in letters) if random_.random() < 0.08 else "".join(letters)


def company(random_: random.Random, *, out: bool) -> str:
    """A company's name: after people, places, or made up."""
    last, city, brand = _last(random_, out=out), _city(random_, out=out), coined(random_)
    suffix, trade = _word(random_, "suffix"), _word(random_, "trade")
    return random_.choice(
        (
            f"{last} {suffix}",
            f"{last} {suffix}",
            f"{pick(random_, regions()[0].first, out=out)} {last} {suffix}",
            f"{pick(random_, regions()[0].first, out=out)} {last} {trade}",
            f"{last}, {_last(random_, out=out)} and {_last(random_, out=out)}",
            f"{last}-{_last(random_, out=out)}",
            f"{last} & {_last(random_, out=out)}",
            f"{last} and {_last(random_, out=out)}",
            f"{last} {trade}",
            f"{city} {trade}",
            f"{brand} {trade}",
            f"{brand} {suffix}",
            f"{_word(random_, 'adjective')} {trade}",
            f"{_word(random_, 'adjective')} {trade} {suffix}",
            f"{last}'s",
            f"{last}'s {trade}",
            f"The {city} {trade}",
            f"{brand}",
            f"{brand}",
            f"{brand} {coined(random_)}",
            f"{city} {trade} {suffix}",
            f"{acronym(random_)} {suffix}",
            f"{acronym(random_)} {trade}",
            f"{brand}.com",
            f"{last} {trade} {suffix}",
            f"Bank of {city}",
        )
    )


def body(random_: random.Random, *, out: bool) -> str:
    """A public body, party, school, hospital or society."""
    city, last, adjective = _city(random_, out=out), _last(random_, out=out), _word(random_, "adjective")
    country = pick(random_, places().countries, out=out)
    state = pick(random_, places().states, out=out)
    return random_.choice(
        (
            f"{adjective} {_word(random_, 'body')}",
            f"{adjective} {_word(random_, 'adjective')} {_word(random_, 'body')}",
            f"{city} {_word(random_, 'body')}",
            f"{last} {_word(random_, 'body')}",
            f"{_word(random_, 'body')} of {country}",
            f"{country} {_word(random_, 'body')}",
            f"Ministry of {_word(random_, 'field')}",
            f"Department of {_word(random_, 'field')}",
            f"{adjective} Department of {_word(random_, 'field')}",
            f"University of {city}",
            f"University of {state}",
            f"{city} University",
            f"{state} State University",
            f"{state} State",
            f"{last} University",
            f"{last} College",
            f"St. {last}'s College",
            f"{city} High School",
            f"{last} Elementary School",
            f"{last} High School",
            f"{city} College",
            f"{city} School of Art",
            f"{city} General Hospital",
            f"St {last} Hospital",
            f"{last} Memorial Hospital",
            f"{city} City Council",
            f"{city} Police Department",
            f"{city} Police",
            f"{adjective} Institute of {_word(random_, 'study')}",
            f"{last} Institute",
            f"{last} Foundation",
            f"{city} Court",
            f"{city} District Court",
            f"{city} Court of Appeal",
            f"{random_.randint(1, 40)}th Infantry Division",
            f"{random_.randint(4, 99)}th Regiment",
            acronym(random_),
            acronym(random_),
            f"{adjective} Council of {random_.choice(('Churches', 'Europe', 'Ministers', 'Trent'))}",
            f"{last} Society",
            f"Friends of {city}",
        )
    )


def court(random_: random.Random, *, out: bool) -> str:
    """A court, a prosecutor or another office of the law."""
    city, kind = _city(random_, out=out), _word(random_, "court")
    state = pick(random_, places().states, out=out, skew=2.0)
    return random_.choice(
        (
            f"{city} {kind} Court",
            f"{city} {kind} Court",
            f"{kind} Court",
            f"{kind} {_word(random_, 'court')} Court",
            f"{kind} Court of {city}",
            f"{state} {kind} Court",
            f"Court of {_word(random_, 'bench')}",
            f"{city} Court of {_word(random_, 'bench')}",
            f"{_word(random_, 'adjective')} Court of {_word(random_, 'bench')}",
            f"{city} {_word(random_, 'law')}",
            f"{_word(random_, 'law')}",
            f"{kind} {_word(random_, 'law')}",
        )
    )


def venue(random_: random.Random, *, out: bool) -> str:
    """A hotel, restaurant, bar or shop, as guests call it."""
    last, city, given = (
        _last(random_, out=out),
        _city(random_, out=out),
        pick(random_, regions()[0].first, out=out),
    )
    one, two = lexicon.word(random_).capitalize(), lexicon.word(random_).capitalize()
    foreign = lexicon.foreign(random_).title()
    kind = _word(random_, random_.choice(("inn", "eatery")))
    return random_.choice(
        (
            f"{one} {kind}",
            f"{last} {kind}",
            f"{city} {kind}",
            f"{given}'s {kind}",
            f"{last}'s",
            f"{given}'s",
            f"The {one}",
            f"The {one} {two}",
            f"The {one} and {two}",
            f"The {one} {kind}",
            f"{one} & {two}",
            f"{one} {two} {kind}",
            f"{one}",
            f"{foreign}",
            f"{foreign} {kind}",
            f"{_word(random_, 'sign')} {one} {kind}",
            f"{_word(random_, 'house')} {last}",
            f"{_word(random_, 'chain')} {_word(random_, 'inn')}",
            f"{_word(random_, 'chain')} {city}",
            f"{coined(random_)}",
        )
    )


def homes(random_: random.Random, *, out: bool) -> str:
    """A block of flats as agents rent it."""
    one, last, city = lexicon.word(random_).capitalize(), _last(random_, out=out), _city(random_, out=out)
    kind, park = _word(random_, "homes"), _word(random_, "estate")
    return random_.choice(
        (
            f"{one} {kind}",
            f"{last} {kind}",
            f"{city} {kind}",
            f"{one} {park} {kind}",
            f"{last} {park}",
            f"{one} {park}",
            f"The {one} at {city}",
            f"{random_.choice(('North', 'South', 'East', 'West'))} {one} {kind}",
        )
    )


def team(random_: random.Random, *, out: bool) -> str:
    """A sports team or club, in full or as fans say it."""
    city, beast = _city(random_, out=out), _word(random_, "beast")
    return random_.choice(
        (
            f"{city} {beast}",
            f"{city} {_word(random_, 'club')}",
            f"{city} {_word(random_, 'club')}",
            beast,
            f"FC {city}",
            f"Real {city}",
            f"Sporting {city}",
            f"{city} {beast}",
            f"{pick(random_, places().states, out=out)} {beast}",
            well_known(random_, out=out, kind="team"),
        )
    )


def band(random_: random.Random, *, out: bool) -> str:
    """A band, an orchestra or a label."""
    plural, last = _word(random_, "plural"), _last(random_, out=out)
    return random_.choice(
        (
            f"The {plural}",
            f"The {_word(random_, 'stem').capitalize()} {plural}",
            f"{_word(random_, 'stem').capitalize()} {plural}",
            f"The {last} {random_.choice(('Band', 'Trio', 'Quartet', 'Brothers', 'Sisters'))}",
            f"{_city(random_, out=out)} {random_.choice(('Symphony', 'Philharmonic', 'Orchestra', 'Choir'))}",
            f"{_word(random_, 'stem').capitalize()} {last}",
            f"{lexicon.word(random_).capitalize()} {lexicon.word(random_).capitalize()}",
            f"{lexicon.word(random_).capitalize()} {last}",
            f"{pick(random_, regions()[0].first, out=out)} {last}",
            f"The {lexicon.word(random_).capitalize()}s",
            f"{lexicon.word(random_).capitalize()} of {lexicon.word(random_).capitalize()}",
            f"{random_.randint(2, 99)} {lexicon.word(random_).capitalize()}s",
            f"{lexicon.word(random_).capitalize()}",
            f"{last} Records",
            f"{coined(random_)} Records",
            well_known(random_, out=out, kind="band"),
            coined(random_),
        )
    )
