"""Decides what a template means: `{slot}` is filled, `<a|b|>` is one of its choices, `\\<` is a plain bracket."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from training import orgs, people
from training.names import pick, places
from training.pieces import Piece

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

TEMPLATES = Path(__file__).parent / "templates"
CHOICE = re.compile(r"(?<!\\)<((?:[^<>\\]|\\.)*)(?<!\\)>")
SLOT = re.compile(r"\{([A-Za-z_]\w*)\}")
Filler = tuple[str, "Callable[..., str]"]


@dataclass(frozen=True, slots=True)
class Template:
    """A line of a template file: its text, and the genre that the file stands for."""

    genre: str
    text: str


def _lines(name: str) -> list[str]:
    lines = (TEMPLATES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@cache
def templates(genre: str) -> tuple[Template, ...]:
    """All templates of a genre, which is a file of training/templates."""
    return tuple(Template(genre, line) for line in _lines(genre))


@cache
def macros() -> dict[str, tuple[str, ...]]:
    """Words that templates share."""
    found: dict[str, tuple[str, ...]] = {}
    for line in _lines("words"):
        name, _, choices = line.partition(": ")
        found[name] = tuple(_split(choices))
    return found


def _split(choices: str) -> list[str]:
    """The choices between bars that stand outside angle brackets."""
    parts, depth, start = [], 0, 0
    for at, character in enumerate(choices):
        depth += (character == "<") - (character == ">")
        if character == "|" and not depth:
            parts.append(choices[start:at])
            start = at + 1
    return [*parts, choices[start:]]


def _city(random_: random.Random, *, out: bool) -> str:
    if random_.random() < 0.012:
        return pick(random_, places().states, out=out)
    return pick(random_, places().cities, out=out, skew=3.0)


def _country(random_: random.Random, *, out: bool) -> str:
    if random_.random() < 0.25:
        return random_.choice(("the United States", "the UK", "USA", "U.S.", "UK", "US", "England", "Scotland", "Wales", "Great Britain",
                               "West Germany", "the Netherlands", "the Soviet Union", "Korea", "Russia", "the United Arab Emirates", "UAE",
                               "Czechoslovakia", "Yugoslavia", "Palestine", "Vietnam", "Iran", "Syria", "Taiwan")).removeprefix("the ")
    return pick(random_, places().countries, out=out)


def _place(random_: random.Random, *, out: bool) -> str:
    city, name = _city(random_, out=out), people.last(random_, out=out)
    return random_.choice((
        city, city, _country(random_, out=out), pick(random_, places().states, out=out, skew=2.0), f"{city} Airport", f"{name} Park", f"{name} Lake", f"Lake {name}", f"{name} Beach",
        f"{name} Square", f"{city} Station", f"{name} Island", f"{name} County", f"Mount {name}", f"{name} River", f"{name} Bridge", f"North {city}",
        f"{random_.choice(('South', 'East', 'West', 'New', 'Old', 'Upper', 'Lower', 'Central', 'Port', 'Fort', 'San', 'Santa', 'St.'))} {name}", f"{name} Bay", f"{name} Valley",
        random_.choice(("Europe", "Asia", "Africa", "North America", "South America", "Middle East", "Latin America", "Balkans", "Caribbean", "Siberia", "Scandinavia", "Manhattan",
                        "Brooklyn", "Broadway", "Hollywood", "Wall Street", "Silicon Valley", "Bavaria", "Tuscany", "Catalonia", "Normandy", "Kashmir", "Bengal", "Gaza", "West Bank")),
    ))


def _street(random_: random.Random, *, out: bool) -> str:
    return f"{people.last(random_, out=out)} {random_.choice(('Street', 'Avenue', 'Road', 'Drive', 'St', 'Rd', 'Ave', 'Boulevard', 'Highway'))}"


def _nature(*forms: str) -> Callable[..., str]:
    def name(random_: random.Random, *, out: bool) -> str:
        return random_.choice(forms).format(people.last(random_, out=out) if random_.random() < 0.6 else _city(random_, out=out))
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
        return orgs.well_known(random_, out=out, kind=kind) if random_.random() < share else own(random_, out=out)
    return name


def _school(random_: random.Random, *, out: bool) -> str:
    while True:
        name = orgs.body(random_, out=out)
        if re.search("Univ|College|School|Institute|State|Academy", name):
            return name


def _low(own: Callable[..., str]) -> Callable[..., str]:
    def name(random_: random.Random, *, out: bool) -> str:
        return re.sub(r"\W", "", own(random_, out=out).lower()) or "x"
    return name


PERSON, LOCATION, ORGANIZATION = "PERSON", "LOCATION", "ORGANIZATION"
FILLERS: dict[str, Filler] = {
    "person": (PERSON, people.person), "full": (PERSON, people.full), "first": (PERSON, people.first), "last": (PERSON, people.last),
    "SPELL": (PERSON, lambda r, *, out: people.spelled(r, r.choice((people.last, people.first))(r, out=out))),
    "NATO": (PERSON, lambda r, *, out: people.nato(people.last(r, out=out)[:9])),
    "city": (LOCATION, _city), "country": (LOCATION, _country), "place": (LOCATION, _place),
    "state": (LOCATION, lambda r, *, out: pick(r, places().states, out=out, skew=2.0)),
    "stateab": (LOCATION, lambda r, *, out: r.choice(macros()["stateab"])),
    "river": (LOCATION, _nature("River {}", "{} River", "{}", "{} Creek")), "mountain": (LOCATION, _nature("Mount {}", "{} Peak", "Mt. {}", "{}")),
    "sea": (LOCATION, _nature("{} Sea", "Gulf of {}", "Lake {}", "{} Bay", "Atlantic Ocean", "Black Sea", "Mediterranean", "North Sea", "Pacific")),
    "stadium": (LOCATION, _nature("{} Stadium", "{} Park", "Estadio {}", "{} Arena", "{} Field", "{} Road", "Stade de {}")),
    "museum": (ORGANIZATION, _nature("{} Museum", "{} Gallery", "Museum of {}", "National Gallery", "Louvre", "British Museum", "{} Museum of Art")),
    "org": (ORGANIZATION, _org), "company": (ORGANIZATION, _either(orgs.company, "industry", 0.12)), "team": (ORGANIZATION, orgs.team),
    "band": (ORGANIZATION, orgs.band), "school": (ORGANIZATION, _either(_school, "school", 0.25)), "bank": (ORGANIZATION, _known("bank")),
    "media": (ORGANIZATION, _known("media")), "wire": (ORGANIZATION, lambda r, *, out: r.choice(macros()["wire"])),
    "public": (ORGANIZATION, _either(orgs.body, "public", 0.6)),
    "hospital": (ORGANIZATION, _nature("{} Hospital", "{} Clinic", "{} Medical Center", "St. {} Hospital", "{} General")),
    "lowfirst": ("", _low(people.first)), "lowlast": ("", _low(people.last)), "last_plain": ("", people.last), "sname_": ("", _street),
    "I": ("", lambda r, *, out: r.choice("ABCDEFGHJKLMNPRSTW")),
}


def expand(template: Template, random_: random.Random, *, out: bool = False) -> list[Piece]:
    """The pieces of one text that this template stands for; with out, from held-out names."""
    text = template.text.replace("\\n", "\n")
    while match := CHOICE.search(text):
        text = text[: match.start()] + random_.choice(_split(match[1])) + text[match.end():]
    text = text.replace("\\<", "<").replace("\\>", ">")
    pieces: list[Piece] = []
    _fill(text, random_, pieces, out=out)
    return _initials(pieces)


def _fill(text: str, random_: random.Random, pieces: list[Piece], *, out: bool) -> None:
    at = 0
    for match in SLOT.finditer(text):
        if match.start() > at:
            pieces.append(Piece(text[at : match.start()]))
        at = match.end()
        name = match[1]
        if name in FILLERS:
            label, make = FILLERS[name]
            pieces.append(Piece(make(random_, out=out), label))
        elif name in macros():
            choice = random_.choice(macros()[name])
            while inner := CHOICE.search(choice):
                choice = choice[: inner.start()] + random_.choice(_split(inner[1])) + choice[inner.end():]
            _fill(choice, random_, pieces, out=out)
        else:
            raise ValueError(f"no slot and no macro is called {name}")
    if at < len(text):
        pieces.append(Piece(text[at:]))


def _initials(pieces: list[Piece]) -> list[Piece]:
    """Initials written beside a name belong to it: "{first} {I}. {last}" is one person."""
    merged: list[Piece] = []
    for piece in pieces:
        if (piece.label == PERSON and len(merged) > 1 and not merged[-1].label and len(merged[-1].text) < 4
                and re.fullmatch(r"\.? ?", merged[-1].text) and re.fullmatch(r"[A-Z]", merged[-2].text) and not merged[-2].label):
            initial = merged[-2].text + merged[-1].text
            del merged[-2:]
            while len(merged) > 1 and merged[-1].text in {" ", ". "} and (merged[-2].label == PERSON or re.fullmatch("[A-Z]", merged[-2].text)):
                initial = merged[-2].text + merged[-1].text + initial
                del merged[-2:]
            merged.append(Piece(initial + piece.text, PERSON))
        elif (piece.label == PERSON and len(merged) > 1 and merged[-1].text == " " and merged[-2].label == PERSON
                and not re.fullmatch(r"(\w\W+)*\w", piece.text) and " " not in merged[-2].text):
            merged[-2:] = [Piece(f"{merged[-2].text} {piece.text}", PERSON)]
        else:
            merged.append(piece)
    return merged
