"""Decides how the name model is trained: what it is fed, how long, how fast it learns."""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import random
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import spacy
from spacy.training import Example
from spacy.util import filter_spans
from thinc.api import Adam, Config, NumpyOps, fix_random_seed, set_current_ops

from hushgate.detection.spacy_model import part_structure
from training import gazetteer, generator, licensed
from training.evaluate import MODEL, finder, parts, report
from training.pieces import UNKNOWN, Sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spacy.language import Language

HERE = Path(__file__).parent
VERSION = "1.4.0"
FORGET = 0.25
BATCH_WORDS = (350, 1500)  # small batches learn fast at the start, large ones settle at the end
RATE, WARM = 0.0025, 300
AGAIN = 0.4
"""Of the rate, where a trained model goes on learning: then batches are large from the start."""
CAUTION = 0.75
"""Added to the score of the move that takes a word for no name: chosen on held-out parts, after training."""


def fingerprint(data: Path | None) -> str:
    """SHA-256 over all that the model is made from: this folder but evaluate.py, and the licensed files."""
    digest = hashlib.sha256()
    own = sorted(
        path
        for path in HERE.rglob("*")
        if path.suffix in {".py", ".txt", ".cfg"} and path.name != "evaluate.py"
    )
    used = [data / source.file for source in licensed.SOURCES] if data else []
    for path in [*own, *used]:
        if path.is_file():
            digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def stream(data: Path | None, made: int, seed: int) -> list[Sample]:
    """One pass of training texts, shuffled: the generator's, and the licensed ones where there are any."""
    samples = list(generator.samples(made, seed))
    if data:
        samples += licensed.samples(data, seed)
    random.Random(seed).shuffle(samples)
    return samples


def example(nlp: Language, sample: Sample, random_: random.Random) -> Example:
    """A text as spaCy learns from it; what nobody labelled is left open."""
    reference, predicted = nlp.make_doc(sample.text), nlp.make_doc(sample.text)
    gazetteer.forget(predicted, random_, FORGET)
    spans = [
        reference.char_span(start, end, label, alignment_mode="expand") for start, end, label in sample.spans
    ]
    kept = filter_spans([span for span in spans if span is not None and span.text.strip()])
    known = [span for span in kept if span.label_ != UNKNOWN]
    reference.set_ents(known, missing=[span for span in kept if span.label_ == UNKNOWN], default="outside")
    return Example(predicted, reference)


def batches(samples: list[Sample], words: float) -> Iterator[list[Sample]]:
    """Runs of texts of about this many words together."""
    batch: list[Sample] = []
    size = 0
    for sample in samples:
        batch.append(sample)
        size += len(sample.text) // 5 + 1
        if size >= words:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def train(
    data: Path | None,
    *,
    made: int,
    passes: int,
    seed: int,
    minutes: float = 1e9,
    quiet: bool = False,
    start: Path | None = None,
) -> Language:
    """A trained pipeline; the same arguments and data give the same model, unless the time runs out first.

    ``start``: a model of the same build, which goes on learning.
    """
    set_current_ops(NumpyOps(use_blis=False))  # numpy's own products take half the time of thinc's
    fix_random_seed(seed)
    config = Config().from_disk(HERE / "config.cfg")
    nlp = spacy.blank("en", config={"nlp": {"lang": "en"}})
    part_structure(nlp)
    first = stream(data, made, seed)
    plain = gazetteer.plain_words(first)
    nlp.vocab.lookups = gazetteer.table(gazetteer.classes(plain))
    nlp.add_pipe("ner", config={"model": config["components"]["ner"]["model"]})
    random_ = random.Random(seed)
    nlp.initialize(lambda: [example(nlp, sample, random_) for sample in first[:400]])
    rate, smallest = RATE, BATCH_WORDS[0]
    if start:
        nlp.get_pipe("ner").from_disk(start / "ner", exclude=["vocab"])
        calm(nlp, -CAUTION)
        rate, smallest = AGAIN * RATE, BATCH_WORDS[1]
    fix_random_seed(seed)
    optimizer = Adam(rate, L2=0.01, grad_clip=1.0, use_averages=True)
    started, seen = time.monotonic(), 0
    step = 0
    for at in range(passes):
        samples = first if not at else stream(data, made, seed + at)
        loss = 0.0
        runs = list(batches(samples, min(BATCH_WORDS[1], smallest * 1.7**at)))
        for done, batch in enumerate(runs):
            elapsed = max((at + done / len(runs)) / passes, (time.monotonic() - started) / (60 * minutes))
            step += 1
            optimizer.learn_rate = rate * min(1.0, step / WARM) * max(0.02, 1 - elapsed)
            losses = nlp.update(
                [example(nlp, sample, random_) for sample in batch],
                sgd=optimizer,
                drop=config["training"]["dropout"],
            )
            loss += losses["ner"]
            seen += len(batch)
            if elapsed >= 1:
                break
        if not quiet:
            print(
                f"pass {at + 1} of {passes}: {seen} texts, loss {loss / max(1, len(samples)):.3f} a text,",
                f"{time.monotonic() - started:.0f} s",
                flush=True,
            )
        if elapsed >= 1:
            break
    with nlp.use_params(optimizer.averages):
        weights = nlp.to_bytes(exclude=["vocab"])
    nlp.from_bytes(weights, exclude=["vocab"])
    calm(nlp, CAUTION)
    nlp.vocab.lookups = gazetteer.table(gazetteer.classes(plain, every=True), shipped=True)
    return nlp


def calm(nlp: Language, by: float) -> None:
    """Has a name be surer by so much before it is found; spaCy's network holds a bias for each move."""
    recognizer = nlp.get_pipe("ner")
    moves, upper = recognizer.moves, recognizer.model.layers[-1]
    biases = upper.get_param("b")
    biases[[move for move in range(moves.n_moves) if moves.get_class_name(move) == "O"]] += by
    upper.set_param("b", biases)


def describe(nlp: Language, data: Path | None, settings: dict[str, Any]) -> None:
    """Writes down in the model's meta.json what it was made from."""
    used = [source.file for source in licensed.SOURCES if data and (data / source.file).is_file()]
    nlp.meta.update(
        name="names",
        version=VERSION,
        license="Apache-2.0",
        author="the hushgate authors",
        description="PERSON, LOCATION and ORGANIZATION in contact-centre text",
        performance={},
    )
    nlp.meta["hushgate"] = {
        "trained_from": ["generator", *used],
        "data_sha256": fingerprint(data),
        "settings": settings,
        "trained_on": datetime.now(UTC).date().isoformat(),
    }


def save(nlp: Language, out: Path) -> None:
    """Writes the model, without the words that training has seen: no finding needs them."""
    nlp.to_disk(out)
    (out / "vocab" / "strings.json").write_text(json.dumps(sorted(licensed.NAMES)), encoding="utf-8")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="train hushgate's name model")
    parser.add_argument(
        "--data", type=Path, help="folder of the licensed sets; without it the generator alone is used"
    )
    parser.add_argument("--out", type=Path, default=MODEL)
    parser.add_argument("--made", type=int, default=56_000, help="generated texts a pass")
    parser.add_argument("--passes", type=int, default=4)
    parser.add_argument(
        "--minutes",
        type=float,
        default=1e9,
        help="stop early, for a trial; the result then depends on the machine",
    )
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--start", type=Path, help="a model of the same build, which goes on learning")
    args = parser.parse_args()
    data = args.data if args.data and args.data.is_dir() else None
    if data is None:
        print(
            "DATA is missing: training from the generator alone; figures on licensed sets are left out.",
            flush=True,
        )
    nlp = train(
        data, made=args.made, passes=args.passes, seed=args.seed, minutes=args.minutes, start=args.start
    )
    settings = {"made": args.made, "passes": args.passes, "seed": args.seed}
    if args.start:
        earlier = json.loads((args.start / "meta.json").read_text(encoding="utf-8"))
        settings["start"] = earlier["hushgate"]["settings"]
    describe(nlp, data, settings)
    save(nlp, args.out)
    size = sum(path.stat().st_size for path in args.out.rglob("*") if path.is_file())
    print(f"wrote {args.out}, {size / 1e6:.1f} MB; {json.dumps(nlp.meta['hushgate'])}", flush=True)
    if data:
        report(finder(spacy.load(args.out)), itertools.islice(parts(data, 600), 40))


if __name__ == "__main__":
    main()
