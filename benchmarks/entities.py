"""How well each kind of entity is found in each set, and beside stock Presidio on the entities that it has.

    python benchmarks/entities.py --data DIR [--part held|read|all] [--no-names] [--texts N]

DIR holds sets as JSON lines with a manifest.json that says which of their types are complete. Counted by
overlap, as ``hushgate evaluate`` does, with its types; a set with turns is looked at turn by turn.
``strict`` counts the same findings without two allowances of those types: that an ACCOUNT_ID is found as a
US_BANK_NUMBER and the other way round, and a POSTCODE in the STREET_ADDRESS around it. ``held`` is the fifth
of each set, by a hash of the id, whose misses were not looked at while the rules of answers, addresses, ages
and groups were written; the other four are ``read``. Texts of one conversation or template stand in both.

Presidio is stock AnalyzerEngine on the shipped name model, so that both sides read the same names. For
both, a street's address is a LOCATION and a date of birth a DATE_TIME; labels that Presidio has no entity
for are left out.
"""

from __future__ import annotations

import argparse
import logging
import platform
import random
import sys
import warnings
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import spacy
from speed import stock

from hushgate.assembly import load_detector, load_policies
from hushgate.finding import Finding
from hushgate.policy.counting import counted
from hushgate.settings import NO_NAMES, Settings, shipped
from hushgate.settle import settle
from hushgate.tuning.labelled import Labelled, read_labelled
from hushgate.tuning.running import findings
from hushgate.tuning.scope import UNSAID, read_scopes
from hushgate.tuning.scoring import Counts, expected, score
from hushgate.tuning.types import read_types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

KINDS = {
    "ids": [
        "CREDIT_CARD",
        "US_BANK_NUMBER",
        "US_SSN",
        "US_ROUTING_NUMBER",
        "IBAN_CODE",
        "DRIVER_LICENSE",
        "PIN",
        "POLICY_ID",
        "CLAIM_ID",
        "ORDER_ID",
        "BOOKING_ID",
        "ACCOUNT_ID",
        "PAYMENT_ID",
        "CASE_ID",
        "USERNAME",
        "LICENSE_PLATE",
        "UNTYPED_ID",
    ],
    "proofs": ["SECURITY_ANSWER", "ACCESS_CODE", "PASSWORD"],
    "contact": ["EMAIL_ADDRESS", "PHONE_NUMBER"],
    "address": ["STREET_ADDRESS", "POSTCODE"],
    "dates": ["DATE_TIME"],
}
SETS = (
    "natcs_utterances",
    "natcs_spoken_turns",
    "tau_outbound_messages",
    "tau_instructions",
    "abcd_utterances",
    "abcd_conversations",
    "star_utterances",
    "star_conversations",
    "multidogo_utterances",
    "multidogo_conversations",
    "evi_spoken_utterances",
    "presidio_synth",
)
COMPARED = "presidio_synth"
SAME = {
    "STREET_ADDRESS": "LOCATION",
    "DATE_OF_BIRTH": "DATE_TIME",
    "DRIVER_LICENSE": "US_DRIVER_LICENSE",
}
LEFT_OUT = frozenset({"POSTCODE", "TITLE"})
"""Labels of the compared set that Presidio has no entity for."""


def part_of(text: Labelled) -> str:
    """``held`` or ``read``."""
    return "held" if int(sha256(text.name.encode()).hexdigest(), 16) % 5 == 0 else "read"


def texts_of(file: Path, part: str, most: int) -> list[Labelled]:
    """The texts of a part of a set, at most so many, drawn by chance but always the same."""
    fit = [
        each for each in read_labelled(file) if isinstance(each, Labelled) and part in {"all", part_of(each)}
    ]
    random.Random(0).shuffle(fit)
    return fit[:most]


def added(tally: Counter[tuple[str, str]], rows: Iterable[tuple[str, Counts]]) -> None:
    """The counts of a text, added to those of the others."""
    for entity, counts in rows:
        for field, number in counts._asdict().items():
            tally[entity, field] += number


def figures(tally: Counter[tuple[str, str]], entities: Sequence[str]) -> tuple[float, float, float, int]:
    """Precision, recall, F1 and the number of labels of these entities together; NaN for nothing."""
    total = {field: sum(tally[entity, field] for entity in entities) for field in Counts._fields}
    nan = float("nan")
    precision = total["right"] / total["predicted"] if total["predicted"] else nan
    recall = total["found"] / total["support"] if total["support"] else nan
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else nan, total["support"]


def by_set(data: Path, part: str, most: int, settings: Settings) -> None:
    """The table of kinds by set."""
    detector, (policy, *_), types = load_detector(settings), load_policies(settings), read_types()
    scopes = read_scopes(data)
    plain = {label: meaning for label, meaning in types.by_label.items() if label != "POSTCODE"}
    strict = replace(types, by_label=plain, groups=())
    print(
        f"| set | texts | {' | '.join(f'{kind} F1 (P, R, labels)' for kind in KINDS)} | ids strict "
        "| address strict |"
    )
    print("|---" * (len(KINDS) + 4) + "|")
    for name in SETS:
        file = data / f"{name}.jsonl"
        if not file.exists():
            continue
        tally: Counter[tuple[str, str]] = Counter()
        strictly: Counter[tuple[str, str]] = Counter()
        scope = scopes.get(file.name, UNSAID)
        texts = texts_of(file, part, most)
        for text in texts:
            found = settle(counted(text.text, findings(text, detector), policy, policy.thresholds))
            for counts, meanings in ((tally, types), (strictly, strict)):
                wanted = expected(text, scope, meanings, scope.precise(meanings))
                added(counts, score(wanted, found).counts)
        cells = []
        for entities in KINDS.values():
            precision, recall, f1, support = figures(tally, entities)
            cells.append(f"{f1:.3f} ({precision:.2f}, {recall:.2f}, {support})" if support else "")
        for kind in ("ids", "address"):
            *_, f1, support = figures(strictly, KINDS[kind])
            cells.append(f"{f1:.3f}" if support else "")
        print(f"| {name} | {len(texts)} | {' | '.join(cells)} |", flush=True)


def renamed(text: Labelled) -> Labelled:
    """The text with its labels as both sides are asked for them; what is left out is ignored."""
    labels = [replace(each, type=SAME.get(each.type, each.type)) for each in text.labels]
    out = [(each.start, each.end) for each in labels if each.type in LEFT_OUT]
    return replace(
        text,
        labels=tuple(each for each in labels if each.type not in LEFT_OUT),
        ignored=(*text.ignored, *out),
    )


def beside_presidio(data: Path, part: str, most: int, settings: Settings) -> None:
    """Both sides on all entities of the compared set that Presidio has."""
    file = data / f"{COMPARED}.jsonl"
    if not file.exists():
        return
    engine = stock(spacy.load(shipped("models") / "en_names"))
    detector, (policy, *_), types = load_detector(settings), load_policies(settings), read_types()
    entities = set(engine.get_supported_entities("en"))

    def ours(text: Labelled) -> list[Finding]:
        return [*settle(counted(text.text, findings(text, detector), policy, policy.thresholds))]

    def theirs(text: Labelled) -> list[Finding]:
        results = engine.analyze(text.text, "en", score_threshold=0.4)
        return [*settle(Finding(r.start, r.end, r.entity_type, r.score, "presidio") for r in results)]

    texts = [renamed(text) for text in texts_of(file, part, most)]
    labelled = {label.type for text in texts for label in text.labels}
    compared = sorted(labelled & entities)
    print(f"\n{COMPARED}, {part}: {len(texts)} texts, {len(compared)} entities\n")
    print("| entity | labels | hushgate P | R | F1 | Presidio P | R | F1 |")
    print("|---" * 8 + "|")
    scope = replace(UNSAID, complete=frozenset(compared))
    tallies = []
    sides: tuple[Callable[[Labelled], list[Finding]], ...] = (ours, theirs)
    for side in sides:
        tally: Counter[tuple[str, str]] = Counter()
        for text in texts:
            found = [
                replace(each, entity=SAME.get(each.entity, each.entity))
                for each in side(text)
                if SAME.get(each.entity, each.entity) in compared
            ]
            wanted = expected(text, scope, replace(types, by_label={}), frozenset(compared))
            added(tally, score(wanted, found).counts)
        tallies.append(tally)
    for name, group in [*((entity, [entity]) for entity in compared), ("**all**", compared)]:
        cells = [figures(tally, group) for tally in tallies]
        numbers = " | ".join(f"{value:.3f}" for cell in cells for value in cell[:3])
        print(f"| {name} | {cells[0][3]} | {numbers} |")


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--data", type=Path, required=True, help="where the sets are")
    options.add_argument("--part", choices=("held", "read", "all"), default="held")
    options.add_argument("--texts", type=int, default=3000, help="texts of a set at the most")
    options.add_argument("--no-names", action="store_true", help="leave the name model out")
    given = options.parse_args()
    if not any((given.data / f"{name}.jsonl").exists() for name in SETS):
        sys.exit("entities needs --data DIR with the sets as JSON lines; there is none: nothing was measured")
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    settings = Settings.read(names=NO_NAMES if given.no_names else None)
    print(f"{platform.machine()}, Python {platform.python_version()}\n")
    by_set(given.data, given.part, given.texts, settings)
    beside_presidio(given.data, given.part, given.texts, settings)


if __name__ == "__main__":
    main()
