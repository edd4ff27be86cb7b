"""Made-up values under what models do to them: restored, reported, left or wrong.

    python benchmarks/surrogates.py [--edits N] [--seed S] [--show N]

A session has 14 people (three families share a surname, half of the names stand in the list that names are
made up from), and telephone numbers, cards, e-mail addresses and dates; each edit writes one of them as a
model would. *Restored*: the text reads as it would with the real value. *Wrong*: another value of the session
stands in it. *Reported*: the send is blocked. *Left*: none of these; something made up goes out.
Beside it, on the same edits: whole values replaced as they are, and without regard to case, which is what
LangChain's reversible anonymizer does with Faker's values (its exact and case-insensitive strategies).
"""

from __future__ import annotations

import argparse
import platform
import random
import re
import time
from collections import Counter
from typing import TYPE_CHECKING

from hushgate.sessions.facts import Known
from hushgate.sessions.session import Session
from hushgate.transformation.people import _NAMES
from hushgate.transformation.rewrite import replace_spans

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FIRST = [
    "Dana",
    "Samuel",
    "Priya",
    "Mateo",
    "Aiko",
    "Noah",
    "Fatima",
    "Chen",
    "Olga",
    "Kwame",
    "Luca",
    "Mary",
    "John",
    "Grace",
    "William",
]
LAST = [
    "Whitfield",
    "Okafor",
    "Larsson",
    "Moreau",
    "Tanaka",
    "Novak",
    "Byrne",
    "Haddad",
    "Sato",
    "Petrov",
    "Smith",
    "Young",
]
LINES = [line.split() for line in _NAMES.read_text().splitlines() if not line.startswith("#")]
LISTED = {kind: [name for _, k, *names in LINES if k == kind for name in names] for kind in ("f", "m", "s")}
Values = list[tuple[str, str]]


def values(draw: random.Random) -> Values:
    """Entities and values of one session."""
    firsts = draw.sample(FIRST, 7) + draw.sample(LISTED["f"] + LISTED["m"], 7)
    lasts = draw.sample(LAST, 5) + draw.sample(LISTED["s"], 6)
    lasts += lasts[:3]
    people = [f"{first} {last}" for first, last in zip(firsts, lasts, strict=True)]
    out = [("PERSON", name) for name in people]
    out += [("EMAIL_ADDRESS", f"{name.lower().replace(' ', '.')}@example.com") for name in people[:5]]
    out += [("PHONE_NUMBER", f"212-555-01{n:02}") for n in draw.sample(range(100), 3)]
    out += [("PHONE_NUMBER", f"+44 7700 900{n:03}") for n in draw.sample(range(1000), 2)]
    out += [("CREDIT_CARD", f"4{n:015}") for n in draw.sample(range(10**15), 3)]
    out += [("DATE_TIME", f"2025-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}") for _ in range(3)]
    return out


def written_out(value: str) -> str:
    """A date of numbers in words."""
    day = time.strptime(value, "%Y-%m-%d")
    return f"{time.strftime('%B', day)} {day.tm_mday}, {day.tm_year}"


Edit = tuple[str, "Callable[[str], str]"]
NAME: Mapping[str, tuple[Edit, ...]] = {
    "as it is": (("PERSON", str),),
    "capitals, small letters": (("PERSON", str.upper), ("PERSON", str.lower)),
    "possessive, plural": (
        ("PERSON", lambda n: f"{n}'s"),
        ("PERSON", lambda n: f"{n}\u2019s"),
        ("PERSON", lambda n: f"the {n.split()[1]}s"),
    ),
    "first name alone": (("PERSON", lambda n: n.split()[0]),),
    "surname alone": (("PERSON", lambda n: f"Ms {n.split()[1]}"), ("PERSON", lambda n: n.split()[1].upper())),
    "turned round": (("PERSON", lambda n: ", ".join(n.split()[::-1])),),
    "markdown, line break": (
        ("PERSON", lambda n: f"**{n}**"),
        ("PERSON", lambda n: n.replace(" ", "\n")),
        ("PERSON", lambda n: "**{}** _{}_".format(*n.split())),
    ),
    "initial": (("PERSON", lambda n: f"{n.split()[0]} {n.split()[1][0]}."),),
}
NUMBER: Mapping[str, tuple[Edit, ...]] = {
    "number as it is": (("PHONE_NUMBER", str), ("CREDIT_CARD", str), ("EMAIL_ADDRESS", str)),
    "other separators": (
        ("PHONE_NUMBER", lambda v: re.sub(r"\D", ".", v) if v[0] != "+" else v.replace(" ", "-")),
        ("PHONE_NUMBER", lambda v: re.sub(r"[ -]", "", v)),
        ("CREDIT_CARD", lambda v: " ".join(v[at : at + 4] for at in range(0, 16, 4))),
        ("CREDIT_CARD", lambda v: "-".join(v[at : at + 4] for at in range(0, 16, 4))),
    ),
    "country code put or left out": (("PHONE_NUMBER", lambda v: f"0{v[4:]}" if v[0] == "+" else f"+1 {v}"),),
    "last four digits": (("CREDIT_CARD", lambda v: f"the card ending in {v[-4:]}"),),
    "address in capitals": (("EMAIL_ADDRESS", str.upper),),
    "date written out": (("DATE_TIME", written_out),),
}
GROUPS = {**NAME, **NUMBER}


def plain(text: str) -> str:
    """What two writings of one value share."""
    return re.sub(r"[\W_]+", "", text).casefold()


def outcome(text: str, expected: str, others: set[str]) -> str:
    """Which of the three a text without a report is."""
    if plain(text) == plain(expected):
        return "restored"
    held = plain(text)
    return "wrong" if any(other in held for other in others if other not in plain(expected)) else "left"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--edits", type=int, default=30_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--show", type=int, default=0)
    asked = parser.parse_args()
    draw = random.Random(asked.seed)
    counts: dict[str, dict[str, Counter[str]]] = {
        group: {who: Counter() for who in ("hushgate", "exact", "any case")} for group in GROUPS
    }
    shown = Counter[str]()
    spent = 0.0
    for _ in range(asked.edits // 300):
        session = Session(draw.randbytes(32))
        real = values(draw)
        for entity, value in real:
            session.learn(Known(value, entity))
        made = {(e, v): session.pseudonym(Known(v, e), surrogate=True) for e, v in real}
        words = {plain(word) for e, v in real if e == "PERSON" for word in v.split()}
        words |= {plain(v) for e, v in real if e != "PERSON"}
        for _ in range(300):
            group = draw.choice(list(GROUPS))
            entity, edit = draw.choice(GROUPS[group])
            value = draw.choice([v for e, v in real if e == entity])
            expected, draft = (f"We have {edit(v)} here." for v in (value, made[entity, value]))
            began = time.process_time()
            standing = session.surrogates.find(draft)
            back = replace_spans(draft, [(r.start, r.end, r.text) for r in standing.restored]).text
            spent += time.process_time() - began
            result = "reported" if standing.unknown else outcome(back, expected, words)
            counts[group]["hushgate"][result] += 1
            if result != "restored" and shown[group] < asked.show:
                shown[group] += 1
                print(f"{group}: {draft!r} -> {back!r}, not {expected!r}")
            for who, flags in (("exact", 0), ("any case", re.IGNORECASE)):
                text = draft
                for (_, v), stand_in in made.items():
                    text = re.sub(re.escape(stand_in), lambda _, v=v: v, text, flags=flags)
                counts[group][who][outcome(text, expected, words)] += 1
    print(f"{platform.machine()}, Python {platform.python_version()}; restored, wrong of each")
    print(f"{'':30}{'edits':>7}{'hushgate':>10}{'reported':>10}{'wrong':>7}{'exact':>9}{'any case':>10}")
    total = {who: Counter[str]() for who in ("hushgate", "exact", "any case")}
    for group, by in [*counts.items(), ("all", total)]:
        ours, size = by["hushgate"], by["hushgate"].total()
        if group != "all":
            for who, count in by.items():
                total[who].update(count)
        shares = [f"{by[who]['restored'] / size:.2%}" for who in ("hushgate", "exact", "any case")]
        print(
            f"{group:30}{size:>7}{shares[0]:>10}{ours['reported']:>10}{ours['wrong']:>7}"
            f"{shares[1]:>9}{shares[2]:>10}"
        )
    print(f"CPU {spent / asked.edits * 1e6:.0f} µs a draft")


if __name__ == "__main__":
    main()
