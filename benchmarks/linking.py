"""Names of one person linked, and two people kept apart: both errors, in generated families and real chats.

    python benchmarks/linking.py [--families N] [--data DIR] [--seed S]

A family: two to four people, most with one surname, some with one first name; their names come in a
conversation whole, by parts, with titles and initials, listed or in small letters. *Wrong merge*: a mention
has the id of somebody else. *Missed link*: a mention that only one person of the family can be has an id
that their whole name has not. *Ambiguous*: what two can be; it should have an id of its own. "early": each
whole name comes before its parts; "late": in any order, so that the other Whitfield may come afterwards.

With DIR: the PERSON values of each labelled conversation in their order. Nobody has labelled who is who:
a link is counted as wrong when two whole names that do not fit each other get one id; missed when a part of
exactly one whole name that came before it gets another id.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from hushgate.sessions.facts import Known
from hushgate.sessions.people import fits, read_name
from hushgate.sessions.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST = {
    "f": ("Dana", "Priya", "Aiko", "Fatima", "Olga", "Ingrid", "Zoe", "Freya", "Maria", "Anne-Marie"),
    "m": ("Sam", "Mateo", "Noah", "Chen", "Kwame", "Luca", "Omar", "Ravi", "James", "Jean-Paul"),
}
LAST = (
    "Whitfield",
    "Okafor",
    "Larsson",
    "O'Brien",
    "García Márquez",
    "van der Berg",
    "James",
    "Lee",
    "Novak",
)
TITLES = {"f": ("Ms", "Mrs.", "Miss"), "m": ("Mr", "Mr.")}


def family(draw: random.Random) -> list[tuple[str, str, str]]:
    """Gender, first and last name of each; no two alike."""
    surname = draw.choice(LAST)
    people: dict[tuple[str, str], str] = {}
    for _ in range(draw.randint(2, 4)):
        gender = draw.choice("fm")
        last = surname if draw.random() < 0.7 else draw.choice(LAST)
        people[draw.choice(FIRST[gender]), last] = gender
    return [(gender, first, last) for (first, last), gender in people.items()]


def writings(person: tuple[str, str, str], draw: random.Random) -> list[str]:
    """Ways to write a person's name, without the whole one."""
    gender, first, last = person
    titled, listed = f"{draw.choice(TITLES[gender])} {last}", f"{last.upper()}, {first}"
    short = f"{first.lower()} {last[0].lower()}."
    parts = [first, first.lower(), last, last.upper()]
    return [*parts, titled, listed, short, f"{first[0]}. {last}", f"{first} {last}".lower()]


def can_be(written: str, people: list[tuple[str, str, str]]) -> list[int]:
    """Who of the family the writing can name, by its letters and its title alone."""
    name = read_name(written)
    return [
        number
        for number, (gender, first, last) in enumerate(people)
        if fits(name, read_name(f"{first} {last}")) and name.gender in {"", gender}
    ]


def token(session: Session, written: str) -> str:
    """The id in the name's token."""
    made = session.pseudonym(Known(written, "PERSON"))
    return made[made.index("PERSON_") + 7 :][:6]


def of_families(count: int, seed: int, *, late: bool) -> Counter[str]:
    """Mentions by what became of them."""
    counts: Counter[str] = Counter()
    for number in range(count):
        draw = random.Random(seed * 10**6 + number)
        people = family(draw)
        whole = [(f"{first} {last}", at) for at, (_, first, last) in enumerate(people)]
        parts = [(w, at) for at, person in enumerate(people) for w in draw.sample(writings(person, draw), 4)]
        draw.shuffle(parts)
        mentions = whole + parts
        if late:
            draw.shuffle(mentions)
        session = Session(draw.randbytes(32))
        ids = [token(session, written) for written, _ in mentions]
        owner = {
            session_id: at for (w, at), session_id in zip(mentions, ids, strict=True) if (w, at) in whole
        }
        for (written, at), session_id in zip(mentions, ids, strict=True):
            if (written, at) in whole:
                counts["wrong merge"] += owner[session_id] != at
                counts["whole names"] += 1
                continue
            single = len(can_be(written, people)) == 1
            kind = "unambiguous" if single else "ambiguous"
            counts[f"{kind} parts"] += 1
            if owner.get(session_id, at) != at:
                counts["wrong merge" if single else "ambiguous, merged with another"] += 1
            elif single and session_id not in owner:
                counts["missed link"] += 1
    return counts


def conversations(data: Path) -> Iterator[list[str]]:
    """The names of each labelled conversation, in their order."""
    for file in sorted(data.glob("*.jsonl")):
        for line in file.open(encoding="utf-8"):
            row = json.loads(line)
            if isinstance(row.get("meta"), dict) and row["meta"].get("turns"):
                spans = sorted((s["start"], s["end"]) for s in row["spans"] if s["type"] == "PERSON")
                if len(spans) > 1:
                    yield [row["text"][start:end] for start, end in spans]


def of_chats(data: Path, seed: int) -> Counter[str]:
    """Names in real conversations by what became of them."""
    counts: Counter[str] = Counter()
    for number, names in enumerate(conversations(data)):
        session = Session(random.Random(seed * 10**6 + number).randbytes(32))
        whole: dict[str, str] = {}
        for written in names:
            name = read_name(written)
            key = " ".join(name.words)
            own = token(session, written)
            counts["names"] += 1
            if len(name.words) > 1:
                counts["wrong merge"] += any(
                    own == other and not (fits(name, read_name(key)) or fits(read_name(key), name))
                    for key, other in whole.items()
                )
                whole[key] = own
            elif len(near := {i for k, i in whole.items() if fits(name, read_name(k))}) == 1:
                counts["parts of one whole name"] += 1
                counts["missed link"] += own not in near
        counts["conversations"] += 1
    return counts


def main() -> None:
    """Reads the arguments, measures, prints."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--families", type=int, default=10_000)
    options.add_argument("--data", type=Path, help="labelled conversations as JSON lines")
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    print(f"{platform.machine()}, Python {platform.python_version()}, seed {given.seed}")
    for late in (False, True):
        counts = of_families(given.families, given.seed, late=late)
        print(f"{given.families} families, {'late' if late else 'early'}: " + written(counts))
    if given.data is None or not any(given.data.glob("*.jsonl")):
        print("no --data DIR with labelled conversations: real chats were not measured")
        return
    print("real chats: " + written(of_chats(given.data, given.seed)))


def written(counts: Counter[str]) -> str:
    """Counts in a line."""
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()))


if __name__ == "__main__":
    main()
