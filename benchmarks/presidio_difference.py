"""What only Presidio finds and what only hushgate finds, of the entities that both have, and why.

    python benchmarks/presidio_difference.py --data DIR [--texts N]

DIR holds sets as JSON lines with ``text`` and ``spans``. Presidio is stock AnalyzerEngine on a tokenizer with
every result that it reports, whatever its score; hushgate is the shipped packs with every finding that it
reports. Neither has a name model. A finding is one engine's alone when no finding of the other touches it,
whatever its entity. Each gets the first class below that code can show. Counts alone are printed.
"""

from __future__ import annotations

import argparse
import json
import logging
import platform
import re
import sys
import time
import warnings
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import spacy
from speed import stock

from hushgate.assembly import load_rules
from hushgate.detection.candidates import Candidates, Outcome
from hushgate.detection.checks import CHECKS
from hushgate.detection.matcher import Matcher
from hushgate.detection.patterns import Patterns
from hushgate.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hushgate.detection.rule import Rule

NAMES = frozenset({"PERSON", "LOCATION", "ORGANIZATION", "NRP"})
LONGEST = 5_000
"""Characters of a text that is looked at: longer ones would make the comparison theirs alone."""
NEAR = 200
"""Characters on either side of a span that any rule looks at."""
CHECK = {
    "CREDIT_CARD": "luhn",
    "IBAN_CODE": "iban",
    "US_SSN": "us_ssn",
    "US_ITIN": "us_itin",
    "MEDICAL_LICENSE": "us_dea",
    "US_NPI": "us_npi",
    "UK_NHS": "nhs",
    "IP_ADDRESS": "ip",
    "MAC_ADDRESS": "mac",
    "PHONE_NUMBER": "phone",
}
"""The check that a value of an entity has to pass."""
NUMBERS = re.compile("CARD|SSN|ITIN|BANK|LICENSE|PASSPORT|NHS|NPI|PHONE|IBAN|MBI|NINO|NUMBER")
REASON = {
    Outcome.WORD_MISSING: "no word for it near",
    Outcome.SCORE_TOO_LOW: "no context",
    Outcome.CHECK_FAILED: "fails a rule's check",
}


class Spot(NamedTuple):
    """A span that an engine reports."""

    start: int
    end: int
    entity: str
    by: str
    score: float


def texts(data: Path, most: int) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """The texts of every set, and where their authors marked something."""
    for file in sorted(data.glob("*.jsonl")):
        with file.open(encoding="utf-8") as lines:
            rows = (json.loads(line) for line in lines)
            fit = (row for row in rows if row.get("text") and len(row["text"]) <= LONGEST)
            for row in islice(fit, most):
                yield row["text"], [(span["start"], span["end"]) for span in row.get("spans", ())]


def touches(spot: Spot, spans: Iterable[tuple[int, int]]) -> bool:
    """Whether one of the spans shares a character with it."""
    return any(start < spot.end and spot.start < end for start, end in spans)


class Explained:
    """Why the other engine is silent, as far as code can tell."""

    def __init__(self, rules: Iterable[Rule], patterns: Patterns) -> None:
        self._candidates = Candidates(patterns)
        self._matcher = Matcher(list(rules))
        self._rules = {rule.id: rule for rule in rules}

    def only_presidio(self, text: str, spot: Spot, marked: list[tuple[int, int]]) -> str:
        """Why hushgate does not report what Presidio does."""
        value = text[spot.start : spot.end]
        if touches(spot, marked):
            return "labelled: missed"
        if NUMBERS.search(spot.entity) and not any(map(str.isdigit, value)):
            return "ordinary words"
        if re.search(r"[0-9][-./,:_]?\Z", text[: spot.start]) or re.match(
            r"[-./,:_]?[0-9]", text[spot.end :]
        ):
            return "part of a longer number"
        check = CHECK.get(spot.entity)
        if check and not CHECKS[check](value):
            return "fails its check"
        first = max(0, spot.start - NEAR)
        near = spot._replace(start=spot.start - first, end=spot.end - first)
        candidates = self._candidates.of(text[first : spot.end + NEAR])
        touching = [each for each in candidates if touches(near, [(each.start, each.end)])]
        same = [each for each in touching if each.entity == spot.entity] or touching
        for outcome, reason in REASON.items():
            if any(each.outcome is outcome for each in same):
                return reason
        return "below 0.4 at Presidio, too" if spot.score < 0.4 else "no rule of that form"

    def only_hushgate(self, text: str, spot: Spot, marked: list[tuple[int, int]]) -> str:
        """What made hushgate report what Presidio does not."""
        if touches(spot, marked):
            return "labelled: found"
        as_it_stands = ((each.start, each.end, each.rule) for each in self._matcher.find(text))
        if (spot.start, spot.end, spot.by) not in as_it_stands:
            return "disguised"
        rule = self._rules[spot.by]
        if rule.checksum:
            return "passes its check"
        if rule.requires or "(?P<value>" in rule.pattern:
            return "named by words"
        return "by its form"


def table(first: str, counts: Counter[tuple[str, str, str]], most: int) -> None:
    """Who found it, by the most findings, and the classes."""
    classes = [name for name, _ in Counter({key[2]: 0 for key in counts}).items()]
    total = {name: sum(n for key, n in counts.items() if key[2] == name) for name in classes}
    classes.sort(key=lambda name: -total[name])
    rows = Counter()
    for (by, entity, _), count in counts.items():
        rows[by, entity] += count
    print(f"| {first} | entity | {' | '.join(classes)} | all |")
    print("|---" * (len(classes) + 3) + "|")
    for (by, entity), count in rows.most_common(most):
        cells = [str(counts[by, entity, name] or "") for name in classes]
        print(f"| {by} | {entity} | {' | '.join(cells)} | {count} |")
    print(f"| **all** | | {' | '.join(str(total[name]) for name in classes)} | {rows.total()} |")


def main() -> None:
    """Compares and prints."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--data", type=Path, required=True, help="where the sets are")
    options.add_argument("--texts", type=int, default=400, help="texts of a set at the most")
    options.add_argument("--rows", type=int, default=40, help="rows of a table at the most")
    given = options.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    if not any(given.data.glob("*.jsonl")):
        sys.exit("presidio_difference needs --data DIR with JSON lines; there is none: nothing was compared")
    rules = load_rules(Settings())
    patterns, engine = Patterns(rules), stock(spacy.blank("en"))
    explained = Explained(rules, patterns)
    both = sorted({rule.entity for rule in rules} & set(engine.get_supported_entities("en")) - NAMES)
    theirs, ours, shared = Counter(), Counter(), Counter()
    count, began = 0, time.perf_counter()
    for text, marked in texts(given.data, given.texts):
        count += 1
        found = [Spot(f.start, f.end, f.entity, f.rule, f.score) for f in patterns.find(text)]
        results = [
            Spot(r.start, r.end, r.entity_type, r.recognition_metadata["recognizer_name"], r.score)
            for r in engine.analyze(text, "en", entities=both, return_decision_process=False)
        ]
        spans = [(spot.start, spot.end) for spot in found]
        for spot in results:
            if not touches(spot, spans):
                theirs[spot.by, spot.entity, explained.only_presidio(text, spot, marked)] += 1
            elif any(each.entity == spot.entity and touches(spot, [each[:2]]) for each in found):
                shared["by both, as the same entity"] += 1
            else:
                shared["by both, as different entities"] += 1
        spans = [(spot.start, spot.end) for spot in results]
        for spot in found:
            if spot.entity in both and not touches(spot, spans):
                ours[spot.by, spot.entity, explained.only_hushgate(text, spot, marked)] += 1
    print(
        f"{platform.machine()}, Python {platform.python_version()}; {count:,} texts; {len(both)} entities: ",
        end="",
    )
    print(f"{', '.join(both)}\n")
    print(f"Presidio's results: {', '.join(f'{n:,} {name}' for name, n in sorted(shared.items()))}, ", end="")
    print(f"{theirs.total():,} by Presidio alone; by hushgate alone: {ours.total():,}")
    print("\nOnly Presidio:\n")
    table("recognizer", theirs, given.rows)
    print("\nOnly hushgate:\n")
    table("rule", ours, given.rows)
    print(f"\n{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
