"""Decides how a person is written: which names, in which order, with which initials, spelled out or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.names import BLENDED, Region, blend, native, pick, regions

if TYPE_CHECKING:
    import random

MARKETS = ("us", "en_GB", "en_IN", "en_US", "en_IE", "nik", "es_MX", "en_NZ")
ALPHABET = (
    "alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa "
    "quebec romeo sierra tango uniform victor whiskey x-ray yankee zulu"
)
NATO = {word[0]: word for word in ALPHABET.split(" ")}
PARTICLES = (
    "de",
    "van",
    "von",
    "da",
    "di",
    "del",
    "de la",
    "al",
    "bin",
    "le",
    "van der",
    "dos",
    "el",
    "O'",
    "Mac",
    "Mc",
)


def region(random_: random.Random) -> Region:
    """A region: those of English-speaking contact centres more often."""
    everywhere = regions()
    if random_.random() < 0.45:
        code = random_.choice(MARKETS)
        for one in everywhere:
            if one.code == code:
                return one
    return random_.choice(everywhere)


def first(random_: random.Random, *, out: bool, where: Region | None = None) -> str:
    """A first name; nicknames and names that are words of English come often: they are the hard ones."""
    if where is None and random_.random() < 0.18:
        where = next(one for one in regions() if one.code == "nik")
    home = where or region(random_)
    name = pick(random_, home.first, out=out, skew=1.6)
    return name if out or random_.random() > BLENDED else blend(name, pick(random_, home.first, out=out))


def last(random_: random.Random, *, out: bool, where: Region | None = None) -> str:
    """A last name, double now and then."""
    home = where or region(random_)
    name = pick(random_, home.last, out=out, skew=1.8)
    if random_.random() < 0.03:
        name += "-" + pick(random_, home.last, out=out)
    elif random_.random() < 0.02 and " " not in name and "-" not in name:
        name = random_.choice(PARTICLES[:13]) + " " + name
    elif not out and random_.random() < BLENDED:
        name = blend(name, pick(random_, home.last, out=out))
    return name


def full(random_: random.Random, *, out: bool) -> str:
    """First and last name, in one of the shapes that people write."""
    if random_.random() < 0.012:
        home = random_.choice(native())
        one, two = pick(random_, home.first, out=out), pick(random_, home.last, out=out)
        return two + one if home.code[:2] in {"zh", "ja", "ko"} else f"{one} {two}"
    home = region(random_)
    given = first(random_, out=out, where=home)
    family = last(random_, out=out, where=None if random_.random() < 0.2 else home)
    initial = random_.choice("ABCDEFGHJKLMNPRSTW")
    roll = random_.random()
    shapes = (
        (0.78, f"{given} {family}"),
        (0.84, f"{given} {initial}. {family}"),
        (0.88, f"{given} {initial} {family}"),
        (0.91, f"{given} {first(random_, out=out, where=home)} {family}"),
        (0.93, f"{initial}. {family}"),
        (0.936, f"{initial}.{random_.choice('ABCDEJMRST')}. {family}"),
        (0.94, f"{initial} {random_.choice('ABCDEJMRST')} {family}"),
        (0.95, f"{given} {family} {random_.choice(('Jr.', 'Jr', 'III', 'Sr.', 'II'))}"),
        (0.96, f"{given}-{first(random_, out=out, where=home)} {family}"),
        (0.985, f"{given} {family} {last(random_, out=out, where=home)}"),
        (1.01, f"{family} {given}"),
    )
    return next(shape for limit, shape in shapes if roll < limit)


def person(random_: random.Random, *, out: bool) -> str:
    """A person as they give their name: in full, by first name, or by last name."""
    roll = random_.random()
    if roll < 0.55:
        return full(random_, out=out)
    return first(random_, out=out) if roll < 0.88 else last(random_, out=out)


def spelled(random_: random.Random, name: str) -> str:
    """A name letter by letter, as a caller says it and a recogniser writes it."""
    letters = [letter for letter in name if letter.isalpha()][:12] or ["A", "B"]
    if random_.random() < 0.12 and len(letters) > 3:
        del letters[random_.randrange(len(letters))]
    letters = [letter.upper() if random_.random() < 0.99 else letter for letter in letters]
    between = random_.choices((" ", "-", ". ", ", "), (10, 2, 1, 1))[0]
    text = between.join(letters)
    return text.lower() if random_.random() < 0.3 else text


def nato(name: str) -> str:
    """A name in the telephone alphabet."""
    return " ".join(NATO[letter] for letter in name.lower() if letter in NATO) or "alpha"
