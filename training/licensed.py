"""Decides which licensed texts the model learns from, with which fresh values, and which are held out."""

from __future__ import annotations

import json
import random
import re
import zlib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from training import lexicon, noise, orgs, people, slots
from training.names import places
from training.pieces import UNKNOWN, Piece, Sample, cut, join

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = ("PERSON", "LOCATION", "ORGANIZATION")


@dataclass(frozen=True, slots=True)
class Source:
    """A file: how often a record is used in a pass, what it labels in full, how much is lower-cased."""

    file: str
    share: float
    complete: tuple[str, ...] = ("PERSON",)
    lower: float = 0.15
    fresh: float = 0.9
    turns: bool = False


# What may be trained on, by licence; share-alike files are for measuring alone, and so is tab_court_cases.
SOURCES = (
    Source("natcs_utterances.jsonl", 6.0, lower=0.35),
    Source("natcs_spoken_turns.jsonl", 12.0, lower=0.3),
    Source("abcd_utterances.jsonl", 2.0, lower=0.3),
    Source("restaurant8k_utterances.jsonl", 2.0, lower=0.3),
    Source("multidogo_utterances.jsonl", 0.7, lower=0.0, fresh=0.7),
    Source("star_utterances.jsonl", 0.5, lower=0.25, fresh=0.95),
    Source("slurp_utterances.jsonl", 0.7, lower=0.0, fresh=0.8),
    Source("nlupp_utterances.jsonl", 0.7, complete=NAMES, lower=0.2, fresh=0.5),
    Source("evi_spoken_utterances.jsonl", 0.12, lower=0.2, fresh=0.0),
    Source("piianon_formats.jsonl", 0.8, lower=0.05, fresh=0.95),
    Source("piianon_adversarial.jsonl", 0.3, lower=0.1, fresh=0.7),
    Source("pii_syn_nano.jsonl", 3.0, fresh=0.8),
    Source("tau_transcripts.jsonl", 0.5, lower=0.1, fresh=0.98, turns=True),
    Source("tau_instructions.jsonl", 1.5, lower=0.1, fresh=0.98),
    Source("tau_outbound_messages.jsonl", 0.8, lower=0.1, fresh=0.98),
    Source("clean_banking77.jsonl", 1.0, lower=0.3),
    Source("clean_natcs_turns.jsonl", 1.0, lower=0.3),
    Source("ner_btc.jsonl", 1.6, complete=NAMES, lower=0.12, fresh=0.5),
    Source("ner_wnut17.jsonl", 1.0, complete=NAMES, lower=0.12, fresh=0.4),
)
CODES = frozenset(
    ["ID", "IDs", "AM", "PM", "EST", "PST", "OK", "DOB", "SSN", "PIN", "ATM", "CRM", "HAT", "FAQ", "TV", "PC"]
)
SPELLED = re.compile(r"(?:\w[\s.,-]+){2,}\w\.?")


def read(path: Path) -> list[dict[str, Any]]:
    """The records of a file, turns of a conversation not yet cut apart."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def held_out(record: dict[str, Any]) -> bool:
    """Whether a record is kept for measuring: one conversation in five is, whole."""
    meta = record.get("meta") or {}
    key = str(
        meta.get("conv") or meta.get("user_id") or meta.get("speaker") or meta.get("template") or record["id"]
    )
    return zlib.crc32(f"{record['source']}|{key}".encode()) % 5 == 2


def _fresh(value: str, label: str, before: str, random_: random.Random, *, out: bool) -> str:
    """Another value of the same kind and shape."""
    if label == "LOCATION":
        kind = "crossing" if " and " in value else "place" if random_.random() < 0.4 else "city"
        new = slots.FILLERS[kind][1](random_, out=out)
    elif label == "ORGANIZATION":
        kind = random_.choices(("org", "company", "venue"), (5, 2, 3))[0]
        new = slots.FILLERS[kind][1](random_, out=out)
    elif SPELLED.fullmatch(value):
        new = people.spelled(random_, random_.choice((people.last, people.first))(random_, out=out))
    elif re.search(r"\s", value.strip()):
        new = people.full(random_, out=out)
    elif re.search(r"\b(last ?name|surname|family|mrs?|ms|dr|miss|sir)\b\W*(is|it's)?\W*$", before.lower()):
        new = people.last(random_, out=out)
    else:
        new = people.first(random_, out=out) if random_.random() < 0.8 else people.last(random_, out=out)
    if value.islower():
        return new.lower()
    return new.upper() if value.isupper() and len(value) > 3 else new


@cache
def _unambiguous() -> tuple[re.Pattern[str], frozenset[str]]:
    """Well-known names that are no words, where sets leave them unlabelled; and the organisations."""
    known = {name for names_ in orgs.known().values() for name in names_}
    lands = {*places().countries, *places().cities[:900], *places().states[:51]}
    clear = {
        name
        for name in known | lands
        if len(name) > 3
        and name.lower() not in lexicon.words()
        and name not in {"Jordan", "Chelsea", "Austin", "Santos", "Virginia", "Georgia", "Israel", "Dallas"}
    }
    ordered = sorted(clear, key=len, reverse=True)
    return re.compile(r"(?<![\w@.])(?:" + "|".join(map(re.escape, ordered)) + r")(?![\w@])"), frozenset(known)


def _spans(record: dict[str, Any], complete: tuple[str, ...]) -> list[tuple[int, int, str]]:
    text = record["text"]
    spans = []
    for span in record["spans"]:
        kind = span["type"]
        label = (
            kind
            if kind in NAMES
            else UNKNOWN
            if kind in {"STREET_ADDRESS", "TITLE", "NRP", "SECURITY_ANSWER", "MISC"}
            else ""
        )
        if label:
            start, end = span["start"], span["end"]
            if (
                label == "LOCATION"
                and "LOCATION" not in complete
                and text[start:end].islower()
                and "multidogo" not in record["source"]
            ):
                label = UNKNOWN  # "home", "the airport": slots of an assistant, not names of places
            if label == "PERSON" and text[start:end].endswith(("'s", "’s")):
                end -= 2
            spans.append((start, end, label))
    spans += [(start, end, UNKNOWN) for start, end, *_ in (record.get("meta") or {}).get("ignore", ())]
    if set(complete) != set(NAMES):
        pattern, known = _unambiguous()
        taken = [(start, end) for start, end, _ in spans]
        for match in pattern.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                spans.append(
                    (match.start(), match.end(), "ORGANIZATION" if match[0] in known else "LOCATION")
                )
        taken = [(start, end) for start, end, _ in spans]
        for match in re.finditer(r"(?<![.!?:\n*\"]\s)(?<!^)(?<![\w'])[A-Z][\w&'.-]*\w", text):
            if (
                not any(start < match.end() and match.start() < end for start, end in taken)
                and match[0].lower() not in lexicon.words()
                and match[0] not in CODES
                and not re.search(r"\d", match[0])
                and not match[0].startswith("I'")
            ):
                spans.append(
                    (match.start(), match.end(), UNKNOWN)
                )  # may be a place or an organisation that nobody labelled
    return spans


def refreshed(
    record: dict[str, Any], source: Source, random_: random.Random, *, out: bool = False
) -> list[Piece]:
    """The record as pieces, with fresh values: the same value by the same throughout."""
    pieces = cut(record["text"], _spans(record, source.complete))
    replace = random_.random() < source.fresh
    new: dict[str, str] = {}
    made: list[Piece] = []
    before = ""
    for piece in pieces:
        text = piece.text
        if replace and piece.label in NAMES:
            if not new.get(text):
                new[text] = _fresh(text, piece.label, before, random_, out=out)
            text = new[text]
        made.append(Piece(text, piece.label))
        before = (before + text)[-30:]
    return made


def turns(record: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A conversation's turns, each as a record of its own; very long ones are left out."""
    for _, start, end in record["meta"]["turns"]:
        if 0 < end - start < 2500:
            spans = [
                {**span, "start": span["start"] - start, "end": span["end"] - start}
                for span in record["spans"]
                if start <= span["start"] and span["end"] <= end
            ]
            yield {**record, "text": record["text"][start:end], "spans": spans, "meta": {}}


def samples(data: Path, seed: int) -> Iterator[Sample]:
    """One pass over all that is there and may be learnt from, in the order of SOURCES."""
    random_ = random.Random(seed)
    for source in SOURCES:
        path = data / source.file
        if not path.is_file():
            continue
        records = [record for record in read(path) if not held_out(record)]
        if source.turns:
            records = [turn for record in records for turn in turns(record)]
        for record in records:
            again = int(source.share) + (random_.random() < source.share % 1)
            if not record["spans"] and source.share < 1 and random_.random() < 0.5:
                continue
            for _ in range(again):
                pieces = noise.roughen(refreshed(record, source, random_), random_, source.lower, 0.02)
                sample = join(pieces)
                if sample.text.strip():
                    yield sample
