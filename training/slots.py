"""Decides what fills a slot of a template, and which label that carries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from training import lexicon, orgs, people
from training.names import BLENDED, blend, pick, places
from training.phrases import macros

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

Filler = tuple[str, "Callable[..., str]"]


def _city(random_: random.Random, *, out: bool) -> str:
    roll = random_.random()
    if roll < 0.012:
        return pick(random_, places().states, out=out)
    if roll < 0.35:
        return pick(random_, places().cities[:700], out=out)
    if roll < 0.42:
        return pick(random_, places().towns, out=out)
    city = pick(random_, places().cities, out=out, skew=3.0)
    return city if out or random_.random() > BLENDED else blend(city, pick(random_, places().cities, out=out))


def _village(random_: random.Random, *, out: bool) -> str:
    """A place that few have heard of; one in five is in no list."""
    pool = places().towns if random_.random() < 0.3 else places().villages
    name = pick(random_, pool, out=out)
    return name if out or random_.random() > 0.2 else blend(name, pick(random_, pool, out=out))


def _region(random_: random.Random, *, out: bool) -> str:
    return pick(random_, places().regions, out=out)


def _crossing(random_: random.Random, *, out: bool) -> str:
    """A street corner as riders name it: both streets are one place."""
    one, two = (
        random_.choice(
            (
                people.last(random_, out=out),
                lexicon.word(random_).capitalize(),
                random_.choice(macros()["sname"]),
                f"{random_.randint(1, 99)}th",
                random_.choice(("1st", "2nd", "3rd", "5th", "Broadway", "Center", "Market")),
            )
        )
        for _ in range(2)
    )
    kind = random_.choice(("", "", "", " St", " Street", " Ave", " Avenue"))
    return f"{one}{kind} {random_.choice(('and', 'and', 'and', '&'))} {two}{kind}"


def _country(random_: random.Random, *, out: bool) -> str:
    if random_.random() < 0.25:
        return random_.choice(
            (
                "the United States",
                "the UK",
                "USA",
                "U.S.",
                "UK",
                "US",
                "England",
                "Scotland",
                "Wales",
                "Great Britain",
                "West Germany",
                "the Netherlands",
                "the Soviet Union",
                "Korea",
                "Russia",
                "the United Arab Emirates",
                "UAE",
                "Czechoslovakia",
                "Yugoslavia",
                "Palestine",
                "Vietnam",
                "Iran",
                "Syria",
                "Taiwan",
            )
        ).removeprefix("the ")
    return pick(random_, places().countries, out=out)


def _place(random_: random.Random, *, out: bool) -> str:
    city, name = _city(random_, out=out), people.last(random_, out=out)
    return random_.choice(
        (
            city,
            city,
            _country(random_, out=out),
            pick(random_, places().states, out=out, skew=2.0),
            _building(random_, out=out),
            f"{city} Airport",
            f"{name} Park",
            f"{name} Lake",
            f"Lake {name}",
            f"{name} Beach",
            f"{name} Square",
            f"{city} Station",
            f"{name} Island",
            f"{name} County",
            f"Mount {name}",
            f"{name} River",
            f"{name} Bridge",
            f"North {city}",
            f"{random_.choice(macros()['direction'])} {name}",
            f"{name} Bay",
            f"{name} Valley",
            _region(random_, out=out),
            _region(random_, out=out),
            _village(random_, out=out),
            _village(random_, out=out),
            random_.choice(
                (
                    "Europe",
                    "Asia",
                    "Africa",
                    "North America",
                    "South America",
                    "Middle East",
                    "Latin America",
                    "Balkans",
                    "Caribbean",
                    "Siberia",
                    "Scandinavia",
                    "Manhattan",
                    "Brooklyn",
                    "Broadway",
                    "Hollywood",
                    "Wall Street",
                    "Silicon Valley",
                    "Bavaria",
                    "Tuscany",
                    "Catalonia",
                    "Normandy",
                    "Kashmir",
                    "Bengal",
                    "Gaza",
                    "West Bank",
                )
            ),
        )
    )


def _building(random_: random.Random, *, out: bool) -> str:
    name = people.last(random_, out=out) if random_.random() < 0.6 else _city(random_, out=out)
    return f"{name} {random_.choice(macros()['buildings'])}"


def _nature(*forms: str) -> Callable[..., str]:
    def name(random_: random.Random, *, out: bool) -> str:
        return random_.choice(forms).format(
            people.last(random_, out=out) if random_.random() < 0.6 else _city(random_, out=out)
        )

    return name


def _known(kind: str) -> Callable[..., str]:
    def name(random_: random.Random, *, out: bool) -> str:
        return orgs.well_known(random_, out=out, kind=kind)

    return name


def _org(random_: random.Random, *, out: bool) -> str:
    roll = random_.random()
    if roll < 0.42:
        return orgs.well_known(random_, out=out)
    return orgs.company(random_, out=out) if roll < 0.72 else orgs.body(random_, out=out)


def _either(own: Callable[..., str], kind: str, share: float) -> Callable[..., str]:
    def name(random_: random.Random, *, out: bool) -> str:
        return (
            orgs.well_known(random_, out=out, kind=kind)
            if random_.random() < share
            else own(random_, out=out)
        )

    return name


def _school(random_: random.Random, *, out: bool) -> str:
    while True:
        name = orgs.body(random_, out=out)
        if re.search("Univ|College|School|Institute|State|Academy", name):
            return name


def _plain_firm(random_: random.Random, *, out: bool) -> str:
    """A company that is called by a bare name: only the words around it tell that it is none of a person."""
    roll = random_.random()
    if roll < 0.3:
        return people.last(random_, out=out)
    if roll < 0.45:
        return f"{people.first(random_, out=out)} {people.last(random_, out=out)}"
    if roll < 0.6:
        one, two = people.last(random_, out=out), people.last(random_, out=out)
        return blend(one, two)
    if roll < 0.75:
        return lexicon.word(random_).capitalize()
    return orgs.coined(random_) if roll < 0.9 else f"{people.last(random_, out=out)}'s"


def _past(random_: random.Random, **_: bool) -> str:
    """A verb as stories have it: "was", "left", "opened"."""
    return random_.choice(macros()["past"]) if random_.random() < 0.35 else lexicon.word_in(random_, "ed")


def _stage(random_: random.Random, *, out: bool) -> str:
    """A name that a performer has chosen."""
    word, first = lexicon.word(random_).capitalize(), people.first(random_, out=out)
    return random_.choice(
        (f"DJ {word}", f"DJ {first}", f"MC {word}", f"Lil {first}", f"Big {first}", f"{first} {word}")
    )


def _code(random_: random.Random, **_: bool) -> str:
    """A booking code, which may be letters alone, and then may read like a word."""
    letters, digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
    length = random_.choice((5, 6, 6, 6, 6, 7, 8))
    roll = random_.random()
    if roll < 0.15:
        half = lexicon.word(random_)[:3]
        return (half + half).upper()
    return "".join(random_.choices(letters if roll < 0.6 else letters + digits, k=length))


def _account(random_: random.Random, **_: bool) -> str:
    """An account's code of eight to twelve letters and digits, often of letters alone."""
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + ("" if random_.random() < 0.5 else "0123456789")
    return "".join(random_.choices(signs, k=random_.choice((8, 9, 10, 10, 10, 10, 11, 12))))


def _upper(own: Callable[..., str]) -> Callable[..., str]:
    def name(random_: random.Random, *, out: bool) -> str:
        return own(random_, out=out).upper()

    return name


def _low(own: Callable[..., str]) -> Callable[..., str]:
    def name(random_: random.Random, *, out: bool) -> str:
        return re.sub(r"\W", "", own(random_, out=out).lower()) or "x"

    return name


PERSON, LOCATION, ORGANIZATION = "PERSON", "LOCATION", "ORGANIZATION"
FILLERS: dict[str, Filler] = {
    "person": (PERSON, people.person),
    "full": (PERSON, people.full),
    "first": (PERSON, people.first),
    "last": (PERSON, people.last),
    "SPELL": (PERSON, lambda r, *, out: people.spelled(r, r.choice((people.last, people.first))(r, out=out))),
    "INITIALS": (
        PERSON,
        lambda r, **_: f"{r.choice('ABCDEFGHJKLMNPRSTW')}.{r.choice('ABCDEFGHJKLMNPRSTW')}.",
    ),
    "NATO": (PERSON, lambda r, *, out: people.nato(people.last(r, out=out)[:9])),
    "city": (LOCATION, _city),
    "country": (LOCATION, _country),
    "place": (LOCATION, _place),
    "state": (LOCATION, lambda r, *, out: pick(r, places().states, out=out, skew=2.0)),
    "stateab": (LOCATION, lambda r, **_: r.choice(macros()["stateab"])),
    "river": (LOCATION, _nature("River {}", "{} River", "{}", "{} Creek")),
    "mountain": (LOCATION, _nature("Mount {}", "{} Peak", "Mt. {}", "{}")),
    "sea": (
        LOCATION,
        _nature(
            "{} Sea",
            "Gulf of {}",
            "Lake {}",
            "{} Bay",
            "Atlantic Ocean",
            "Black Sea",
            "Mediterranean",
            "North Sea",
            "Pacific",
        ),
    ),
    "stadium": (
        LOCATION,
        _nature("{} Stadium", "{} Park", "Estadio {}", "{} Arena", "{} Field", "{} Road", "Stade de {}"),
    ),
    "museum": (
        ORGANIZATION,
        _nature(
            "{} Museum",
            "{} Gallery",
            "Museum of {}",
            "National Gallery",
            "Louvre",
            "British Museum",
            "{} Museum of Art",
        ),
    ),
    "org": (ORGANIZATION, _org),
    "court": (ORGANIZATION, orgs.court),
    "company": (ORGANIZATION, _either(orgs.company, "industry", 0.12)),
    "firm": (ORGANIZATION, _plain_firm),
    "venue": (ORGANIZATION, orgs.venue),
    "homes": (ORGANIZATION, orgs.homes),
    "village": (LOCATION, _village),
    "region": (LOCATION, _region),
    "crossing": (LOCATION, _crossing),
    "team": (ORGANIZATION, orgs.team),
    "band": (ORGANIZATION, orgs.band),
    "school": (ORGANIZATION, _either(_school, "school", 0.25)),
    "bank": (ORGANIZATION, _known("bank")),
    "media": (ORGANIZATION, _known("media")),
    "shop": (ORGANIZATION, _known("shop")),
    "wire": (ORGANIZATION, lambda r, **_: r.choice(macros()["wire"])),
    "public": (ORGANIZATION, _either(orgs.body, "public", 0.6)),
    "hospital": (
        ORGANIZATION,
        _nature("{} Hospital", "{} Clinic", "{} Medical Center", "St. {} Hospital", "{} General"),
    ),
    "lowfirst": ("", _low(people.first)),
    "lowlast": ("", _low(people.last)),
    "last_plain": ("", people.last),
    "first_plain": ("", people.first),
    "LAST": (PERSON, _upper(people.last)),
    "FIRST": (PERSON, _upper(people.first)),
    "CITY": (LOCATION, _upper(_city)),
    "stage": (PERSON, _stage),
    "designer": (ORGANIZATION, _known("namesake")),
    "code6": ("", _code),
    "misspelt": ("", lambda r, **_: lexicon.misspelt(r)),
    "Misspelt": ("", lambda r, **_: lexicon.misspelt(r).capitalize()),
    "Slang": ("", lambda r, **_: r.choice(macros()["slang"]).capitalize()),
    "code10": ("", _account),
    "verbed": ("", _past),
    "ing": ("", lambda r, **_: lexicon.word_in(r, "ing")),
    "ly": ("", lambda r, **_: lexicon.word_in(r, "ly")),
    "lexw": ("", lambda r, **_: lexicon.word(r)),
    "Lexw": ("", lambda r, **_: lexicon.word(r).capitalize()),
    "LEXW": ("", lambda r, **_: lexicon.word(r).upper()),
    "forw": ("", lexicon.foreign),
    "Forw": ("", lambda r, **_: lexicon.foreign(r).capitalize()),
    "building": (LOCATION, _building),
    "I": ("", lambda r, **_: r.choice("ABCDEFGHJKLMNPRSTW")),
}
