"""Recall of values given as a bare answer: addresses, post codes, telephones of eight countries, and numbers.

    python benchmarks/bare.py [--values N] [--seed S] [--show N] [--no-names]

Values are Faker's, of the country's own locale, so that none is of any data set; each is written as people
type an answer: with its commas, on lines, in small letters without marks, after a few words; asked for (in
English and the country's language) and not asked for. A cell is the share of values that a finding of their
entity overlaps ("typed", of all); "hidden" is the share of their letters and digits that any finding covers.
Below: answers that hold nothing, to the same questions, and how many of them are altered.
"""

from __future__ import annotations

import argparse
import logging
import platform
import random
import re
import warnings
from collections import Counter
from typing import TYPE_CHECKING

from faker import Faker

from hushgate.assembly import load_detector, load_policies
from hushgate.policy.counting import counted
from hushgate.settings import NO_NAMES, Settings
from hushgate.settle import settle

if TYPE_CHECKING:
    from collections.abc import Callable

LOCALES = {
    "US": "en_US",
    "UK": "en_GB",
    "CA": "en_CA",
    "AU": "en_AU",
    "DE": "de_DE",
    "FR": "fr_FR",
    "ES": "es_ES",
    "IN": "en_IN",
}
OWN_QUESTIONS = {
    ("DE", "address"): "Wie lautet Ihre Adresse?",
    ("FR", "address"): "Quelle est votre adresse ?",
    ("ES", "address"): "¿Cuál es su dirección?",
    ("DE", "postcode"): "Ihre Postleitzahl bitte?",
    ("FR", "postcode"): "Votre code postal ?",
    ("ES", "postcode"): "¿Su código postal?",
    ("DE", "phone"): "Ihre Telefonnummer?",
    ("FR", "phone"): "Votre numéro de téléphone ?",
    ("ES", "phone"): "¿Su número de teléfono?",
}
QUESTIONS = {
    "address": (
        "What's your address?",
        "Where shall we deliver it to?",
        "Could you confirm the billing address on file?",
        "Which address do you live at now?",
    ),
    "postcode": ("And the zip code?", "What is your postcode?", "Postal code, please."),
    "phone": ("What's the best number to reach you?", "And a contact number, please?", "Your mobile?"),
    "email": ("And your e-mail address?", "Which email should I send it to?"),
    "order": ("Do you have the order number?", "What's the order ID?"),
    "booking": ("What's your booking reference?", "May I have the confirmation code?"),
    "account": ("What's your account number?", "Can I take your account number, please?"),
}
ENTITIES = {
    "address": {"STREET_ADDRESS"},
    "postcode": {"POSTCODE", "STREET_ADDRESS"},
    "phone": {"PHONE_NUMBER"},
    "email": {"EMAIL_ADDRESS"},
    "order": {"ORDER_ID"},
    "booking": {"BOOKING_ID"},
    "account": {"US_BANK_NUMBER", "ACCOUNT_ID"},
}
NOTHING = """
yes please
no that's fine
2 large ones
the blue one
around 45 minutes
it was 3 weeks ago
12 items in total
at 5 pm
I paid 129.99
4 people
size 42
100 dollars
the 15 inch one
I don't have it here
same as last time
not sure, can you look it up?
it hasn't changed
on the 3rd floor I think
I moved 2 months ago
why do you need that
about 20 miles away
can you hold on
both of them
7 nights and 2 rooms
since 2019
maybe 3 or 4
it's the usual one
the main street is closed
my street has no lights
I ordered 3 and got 2
5 stars from me
I live near the station
room 12 was cold
gate 7
in 10 minutes
20 percent off
the second one
I already gave it twice
version 12
2 adults, 1 child
business class
the one with free shipping
it says error 404
I was charged 59.90 twice
for the whole year
a one way ticket
you have it on file
top 100
bus 219
half past 3
""".strip().splitlines()


def flat(text: str) -> str:
    """Small letters, no marks, one line."""
    return re.sub(r"\s+", " ", re.sub(r"[,.\n]", " ", text.lower())).strip()


WRITINGS: dict[str, Callable[[str, random.Random], tuple[str, str]]] = {
    "as written": lambda value, _: (value.replace("\n", ", "), ""),
    "lines": lambda value, _: (value, ""),
    "small letters": lambda value, _: (flat(value), ""),
    "after words": lambda value, draw: (
        value.replace("\n", ", "),
        draw.choice(("Sure, it's ", "it's ", "yes ", "ok so that's ", "My new one is ", "it would be ")),
    ),
}


LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def email(fake: Faker, draw: random.Random) -> str:
    """An address as it is written, as it is said, or with spaces at its sign."""
    name = fake.user_name()
    host = draw.choice(("gmail.com", "example.org", "mail.example.com", "outlook.com"))
    return draw.choice((f"{name}@{host}", f"{name} at {host.replace('.', ' dot ')}", f"{name} @ {host}"))


def order(_: Faker, draw: random.Random) -> str:
    """Seven to ten digits, or a letter and digits."""
    letter, digits = draw.choice("ABW"), draw.randrange(10**5, 10**8)
    return draw.choice((str(draw.randrange(10**6, 10**10)), f"#{letter}{digits}"))


def booking(_: Faker, draw: random.Random) -> str:
    """A record locator, or two letters and digits."""
    letter, digits = draw.choice(LETTERS[:20]), draw.randrange(10**4, 10**6)
    return draw.choice(("".join(draw.choices(LETTERS, k=6)), f"{letter}Q{digits}"))


VALUES: dict[str, Callable[[Faker, random.Random], str]] = {
    "address": lambda fake, draw: fake.address() if draw.random() < 0.6 else fake.street_address(),
    "postcode": lambda fake, _: fake.postcode(),
    "phone": lambda fake, _: fake.phone_number(),
    "email": email,
    "order": order,
    "booking": booking,
    "account": lambda _, draw: str(draw.randrange(10**7, 10**12)),
}
"""A value of each kind, as its country writes it."""


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--values", type=int, default=40, help="values of each kind, country and writing")
    options.add_argument("--seed", type=int, default=23)
    options.add_argument("--show", type=int, default=0, help="misses of each row to show")
    options.add_argument("--no-names", action="store_true", help="leave the name model out")
    given = options.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    detector = load_detector(Settings.read(names=NO_NAMES if given.no_names else None))
    policy, *_ = load_policies(Settings.read())
    print(f"{platform.machine()}, Python {platform.python_version()}, seed {given.seed}\n")
    columns = [f"{name}, {way}" for name in WRITINGS for way in ("asked", "alone")]
    print("| value | " + " | ".join(columns) + " | typed | hidden |")
    print("|---" * (len(columns) + 3) + "|")
    for kind, questions in QUESTIONS.items():
        for country in LOCALES if kind in {"address", "postcode", "phone"} else ("US",):
            draw = random.Random(f"{given.seed} {kind} {country}")
            fake = Faker(LOCALES[country])
            fake.seed_instance(draw.random())
            tally: Counter[str] = Counter()
            misses: list[str] = []
            cells = []
            for writing in WRITINGS.values():
                for asked in (True, False):
                    before = tally["typed"]
                    for _ in range(given.values):
                        value, head = writing(VALUES[kind](fake, draw), draw)
                        own = OWN_QUESTIONS.get((country, kind))
                        question = (
                            (own if own and draw.random() < 0.5 else draw.choice(questions)) if asked else ""
                        )
                        text = head + value
                        found = settle(
                            counted(
                                text,
                                detector.find_many([text], questions=[question])[0],
                                policy,
                                policy.thresholds,
                            )
                        )
                        typed = any(f.entity in ENTITIES[kind] and f.end > len(head) for f in found)
                        tally["typed"] += typed
                        tally["letters"] += sum(map(str.isalnum, value))
                        covered = "".join(text[max(f.start, len(head)) : f.end] for f in found)
                        tally["covered"] += sum(map(str.isalnum, covered))
                        if not typed:
                            misses.append(f"{question!r} {text!r} {[f.rule for f in found]}")
                    cells.append(f"{(tally['typed'] - before) / given.values:.2f}")
            count = given.values * len(columns)
            print(
                f"| {kind} {country} | {' | '.join(cells)} | {tally['typed'] / count:.3f}"
                f" | {tally['covered'] / tally['letters']:.3f} |",
                flush=True,
            )
            for miss in random.Random(0).sample(misses, min(given.show, len(misses))):
                print("   ", miss)
    altered = Counter[str]()
    every = [question for questions in QUESTIONS.values() for question in questions] + [""]
    for question in every:
        for text in NOTHING:
            found = detector.find_many([text], questions=[question])[0]
            for each in {f.rule for f in settle(counted(text, found, policy, policy.thresholds))}:
                altered[each] += 1
                if given.show:
                    print("   ", repr(question), repr(text), each)
    total = len(every) * len(NOTHING)
    print(f"\nanswers that hold nothing: {altered.total()} of {total} altered {dict(altered)}")


if __name__ == "__main__":
    main()
