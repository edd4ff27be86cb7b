"""Decides how the name model is measured: held-out parts, sets that it never learns from, fresh values."""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import spacy

from hushgate.detection.network import Network
from hushgate.detection.spacy_model import part_structure
from hushgate.finding import Finding
from hushgate.tuning.labelled import Label, Labelled
from hushgate.tuning.scope import Scope
from hushgate.tuning.scoring import Counts, expected, score
from hushgate.tuning.types import Types
from training import gazetteer, generator, licensed
from training.pieces import Sample, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from spacy.language import Language

    Span = tuple[int, int, str]
    Find = Callable[[Sequence[str]], list[list[Span]]]

AWAY = (
    "presidio_synth.jsonl",
    "ner_wikigold.jsonl",
    "tab_court_cases.jsonl",
    "ner_uner_ewt.jsonl",
    "sgd_utterances.jsonl",
)
FRESH = (
    "natcs_utterances.jsonl",
    "tau_outbound_messages.jsonl",
    "restaurant8k_utterances.jsonl",
    "abcd_utterances.jsonl",
    "star_utterances.jsonl",
    "multidogo_utterances.jsonl",
)
TYPES = Types({"SECURITY_ANSWER": None})
"""An answer may be a name (a mother's, a pet's): to call it one is no false alarm, and no hit."""
MODEL = Path(__file__).parents[1] / "service" / "hushgate" / "models" / "en_names"


@dataclass(frozen=True, slots=True)
class Part:
    """A named set of records, and which types count there in full."""

    name: str
    records: list[dict[str, Any]]
    complete: tuple[str, ...]


def _record(sample: Sample) -> dict[str, Any]:
    spans = [
        {"start": start, "end": end, "type": label}
        for start, end, label in sample.spans
        if label in licensed.NAMES
    ]
    ignored = [[start, end] for start, end, label in sample.spans if label not in licensed.NAMES]
    return {"text": sample.text, "spans": spans, "meta": {"ignore": ignored}}


def parts(data: Path, most: int = 10**9) -> Iterator[Part]:
    """The sets to measure on, in the order of the report; `most` records of each at the most."""
    manifest = (
        json.loads((data / "manifest.json").read_text(encoding="utf-8"))
        if (data / "manifest.json").is_file()
        else {}
    )
    files = [(source.file, source) for source in licensed.SOURCES] + [(file, None) for file in AWAY]
    for file, source in files:
        if not (data / file).is_file():
            continue
        complete = tuple(
            kind for kind in licensed.NAMES if kind in manifest.get(file, {}).get("complete_types", ())
        )
        if file.startswith(
            "tab_"
        ):  # one annotator, quasi-identifiers alone: the other types are labelled in part
            complete = ("PERSON",)
        records = [
            record for record in licensed.read(data / file) if source is None or licensed.held_out(record)
        ]
        kept = random.Random(7).sample(records, min(most, len(records)))
        yield Part(file.removesuffix(".jsonl"), kept, complete)
        if source is not None and file in FRESH:
            random_ = random.Random(11)
            whole = licensed.Source(file, 1.0, complete=licensed.NAMES, fresh=1.0)
            fresh = []
            for record in kept:
                pieces = licensed.refreshed(record, whole, random_, out=True)
                new = _record(join(pieces))
                new["meta"]["ignore"] += (
                    [] if "ignore" not in (record.get("meta") or {}) else new["meta"]["ignore"]
                )
                fresh.append(new)
            yield Part(file.removesuffix(".jsonl") + " (fresh names)", fresh, complete)
    made = [_record(sample) for sample in generator.samples(min(most, 2000), 99, out=True)]
    yield Part("generator (held-out templates, names)", made, licensed.NAMES)


@dataclass(slots=True)
class Tally:
    """What is counted of one type in one set, as `hushgate evaluate` counts it."""

    counts: Counts = field(default_factory=Counts)
    texts: int = 0
    alarmed: int = 0
    """Texts with a false alarm."""
    wrong: list[str] = field(default_factory=list, repr=False)
    """Misses and false alarms in context."""

    def add(self, labelled: Labelled, kind: str, findings: list[Finding]) -> None:
        """Count one text's labels and findings of this type."""
        kinds = frozenset({kind})
        text = labelled.text
        wanted = expected(labelled, Scope(kinds), TYPES, kinds)
        scored = score(wanted, findings)
        counts = dict(scored.counts).get(kind, Counts())
        self.counts = Counts(*map(sum, zip(self.counts, counts, strict=True)))
        self.texts += 1
        self.alarmed += bool(scored.alarms)
        spans = [("missed", miss.truth.start, miss.truth.end) for miss in scored.misses]
        spans += [("wrong", alarm.finding.start, alarm.finding.end) for alarm in scored.alarms]
        self.wrong += [f"{how} {text[s:e]!r} in {text[max(0, s - 50) : e + 30]!r}" for how, s, e in spans]

    @property
    def recall(self) -> float:
        """Of the true spans, the share that some finding of this type overlaps."""
        return _share(self.counts.found, self.counts.support)

    @property
    def precision(self) -> float:
        """Of the findings, the share that overlaps a true span of this type."""
        return _share(self.counts.right, self.counts.predicted)

    @property
    def f1(self) -> float:
        """The harmonic mean of the two."""
        return _share(2 * self.recall * self.precision, self.recall + self.precision)

    @property
    def strict(self) -> float:
        """F1 of spans with exactly the true borders."""
        return _share(2 * self.counts.right_strictly, self.counts.support + self.counts.predicted)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def measure(find: Find, part: Part) -> dict[str, Tally]:
    """A tally by type."""
    tallies = {kind: Tally() for kind in licensed.NAMES}
    for record, spans in zip(part.records, find([record["text"] for record in part.records]), strict=True):
        labels = tuple(Label(**{key: span[key] for key in Label.__slots__}) for span in record["spans"])
        ignored = tuple((start, end) for start, end, *_ in (record.get("meta") or {}).get("ignore", ()))
        labelled = Labelled(record["text"], labels, ignored, "", "", 0)
        for kind, tally in tallies.items():
            findings = [Finding(start, end, kind, 1.0, "") for start, end, label in spans if label == kind]
            tally.add(labelled, kind, findings)
    return tallies


def row(part: Part, tallies: dict[str, Tally]) -> str:
    """One line of the report: R, P, F1 (exact F1) by type; recall alone where labels are not complete."""
    cells = [f"{part.name:40} {len(part.records):5}"]
    for kind in licensed.NAMES:
        one = tallies[kind]
        if not one.counts.support and kind in part.complete:
            cells.append(
                f"{kind[:3]} false alarms in {100 * one.alarmed / max(1, one.texts):.2f}% of texts   "
            )
        elif not one.counts.support:
            cells.append(f"{kind[:3]} -" + " " * 27)
        elif kind in part.complete:
            cells.append(
                f"{kind[:3]} R {one.recall:.3f} P {one.precision:.3f} F {one.f1:.3f} ({one.strict:.3f})"
            )
        else:
            cells.append(f"{kind[:3]} R {one.recall:.3f}" + " " * 21)
    return " | ".join(cells)


def finder(nlp: Language) -> Find:
    """A spaCy pipeline as a function from texts to spans; run as the service runs it, where it can be."""
    if network := Network.of(nlp):
        return network.find

    def find(texts: Sequence[str]) -> list[list[Span]]:
        return [
            [(entity.start_char, entity.end_char, entity.label_) for entity in doc.ents]
            for doc in nlp.pipe(texts, batch_size=128)
        ]

    return find


def report(find: Find, chosen: Iterable[Part], misses: int = 0) -> None:
    """Prints the table, and some misses of each set where asked."""
    for part in chosen:
        tallies = measure(find, part)
        print(row(part, tallies), flush=True)
        for kind in part.complete if misses else ():
            wrong = tallies[kind].wrong
            for line in random.Random(3).sample(wrong, min(misses, len(wrong))):
                print("   ", kind[:3], line)


def main() -> None:
    """The command line: `python -m training.evaluate DATA`."""
    parser = argparse.ArgumentParser(description="measure the name model")
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--most", type=int, default=10**9)
    parser.add_argument("--misses", type=int, default=0)
    parser.add_argument("--only", default="", help="only sets whose name holds this")
    parser.add_argument("--unknown", action="store_true", help="without the held-out names in the gazetteer")
    args = parser.parse_args()
    chosen = (part for part in parts(args.data, args.most) if args.only in part.name)
    nlp = spacy.load(args.model)
    part_structure(nlp)  # as where it runs
    if args.unknown:
        gazetteer.without_held_out(nlp)
    report(finder(nlp), chosen, args.misses)


if __name__ == "__main__":
    main()
