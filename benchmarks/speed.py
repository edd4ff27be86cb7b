"""How long detection takes, beside stock Presidio on the same texts and entities in the same run.

    python benchmarks/speed.py [--seconds S] [--stock-most N] [--model PATH]

Prints, for 200 characters to 1 MB: milliseconds of CPU at p50 of hushgate's patterns, all and those for
Presidio's entities alone, and nanoseconds a byte; beside it Presidio's AnalyzerEngine with its default
recognizers for those entities, on a tokenizer alone (the fastest that it runs with) and on a pipeline built
as ``en_core_web_sm`` is (which it runs even for patterns), and both ratios. Then clean log lines in MB/s, one
at a time, many at once, and redacted, where most differ in their digits alone and where each has a word of
its own; then the same with names and how the time is split, each side on the given model, and each on a
pipeline as above.
"""

from __future__ import annotations

import argparse
import gc
import logging
import platform
import random
import statistics
import time
import warnings
from functools import partial
from pathlib import Path
from string import ascii_lowercase
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import spacy

import hushgate
from hushgate import Redactor
from hushgate.assembly import load_detector, pack_files
from hushgate.detection.alphabet import encoded
from hushgate.detection.packs import read_packs
from hushgate.detection.patterns import Patterns
from hushgate.settings import NO_NAMES, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from presidio_analyzer import AnalyzerEngine

SHIPPED = Path(hushgate.__file__).parent / "models" / "en_names"
MODEL_MOST = 100_000
"""The longest text that Presidio gets with a model: spaCy refuses more than a million characters."""
SIZES = (200, 1_000, 10_000, 100_000, 1_000_000)
SENTENCES = (
    "Hi, I ordered a glass kettle on the 3rd of May and it still has not arrived, could you have a look?",
    "My order number is A-2093148 and the tracking page has said the same thing since Monday morning.",
    "You can reach me on 212-555-0188 or at dana.whitfield@example.com, evenings are best for me.",
    "I paid with the card 4111 1111 1111 1111, and the bank says that 59.90 was taken twice.",
    "Thanks for your help so far, the last agent was very kind but could not see the delivery notes.",
    "The app shows version 4.12.1 and error 503 whenever I open the returns page on my phone.",
    "I would rather have a refund than another replacement, this is the second one that came broken.",
    "Please send it to 12 Rose Lane, Springfield, IL 62704 instead, my neighbour can take it in.",
)


def text_of(size: int, seed: int = 7) -> str:
    """So many characters of a contact centre's messages."""
    draw = random.Random(seed)
    parts: list[str] = []
    while sum(map(len, parts)) + len(parts) < size:
        parts.append(draw.choice(SENTENCES))
    return " ".join(parts)[:size]


def log_lines(count: int, *, different: bool = False) -> list[str]:
    """Clean log lines: levels, modules, durations, counts; nothing personal.

    ``different``: each has a word of its own; else they differ in their module and their numbers.
    """
    draw = random.Random(11)
    modules = ("billing.invoice", "auth.session", "orders.sync", "web.access", "queue.worker")
    return [
        f'level=info module={draw.choice(modules)} msg="finished batch" items={draw.randrange(900)} '
        f"took={draw.random():.3f}s status=ok retries={draw.randrange(4)}"
        + (f" queue={''.join(draw.choices(ascii_lowercase, k=9))}" if different else "")
        for _ in range(count)
    ]


def medians(calls: Sequence[Callable[[], object]], seconds: float) -> list[float]:
    """Milliseconds of CPU at the median of each, called in turn for so many seconds, each at least once."""
    for call in calls:
        call()
    took: list[list[float]] = [[] for _ in calls]
    end = time.perf_counter() + seconds
    while not took[0] or time.perf_counter() < end:
        for each, call in zip(took, calls, strict=True):
            at = time.process_time()
            call()
            each.append((time.process_time() - at) * 1000)
    return [statistics.median(each) for each in took]


def _each(find: Callable[[str], object], texts: Sequence[str]) -> None:
    for text in texts:
        find(text)


def stock(nlp: spacy.language.Language) -> AnalyzerEngine:
    """Presidio as it comes, on a spaCy pipeline."""
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import SpacyNlpEngine

    engine = SpacyNlpEngine(models=[{"lang_code": "en", "model_name": "given"}])
    engine.nlp = {"en": nlp}
    return AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])


def pipeline() -> spacy.language.Language:
    """The networks of spaCy's ``en_core_web_sm`` 3.8, the smallest model that Presidio names, untrained.

    It takes their time, less a lemmatizer's and an attribute ruler's; what it finds is of no use. Sizes are
    those of the model's published ``config.cfg`` and ``meta.json``.
    """
    affixes = ["NORM", "PREFIX", "SUFFIX", "SHAPE"]
    shared = {"@architectures": "spacy.Tok2VecListener.v1", "width": 96}
    moves = {"@architectures": "spacy.TransitionBasedParser.v2", "hidden_width": 64, "maxout_pieces": 2}
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec", config={"model": _tok2vec([*affixes, "SPACY", "IS_SPACE"])})
    tagger = nlp.add_pipe(
        "tagger", config={"model": {"@architectures": "spacy.Tagger.v2", "tok2vec": shared}}
    )
    parser = nlp.add_pipe("parser", config={"model": {**moves, "state_type": "parser", "tok2vec": shared}})
    entities = nlp.add_pipe(
        "ner", config={"model": {**moves, "state_type": "ner", "tok2vec": _tok2vec(affixes)}}
    )
    for pipe, labels in ((tagger, 50), (parser, 45)):
        for label in range(labels):
            pipe.add_label(f"L{label}")
    for label in _LABELS.split():
        entities.add_label(label)
    nlp.initialize()
    return nlp


_LABELS = (
    "CARDINAL DATE EVENT FAC GPE LANGUAGE LAW LOC MONEY NORP ORDINAL ORG PERCENT PERSON PRODUCT QUANTITY TIME"
    " WORK_OF_ART"
)


def _tok2vec(attributes: list[str]) -> dict[str, object]:
    rows = [5000, 1000, 2500, 2500, 50, 50][: len(attributes)]
    embed = {"width": 96, "attrs": attributes, "rows": rows, "include_static_vectors": False}
    encode = {"width": 96, "depth": 4, "window_size": 1, "maxout_pieces": 3}
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {"@architectures": "spacy.MultiHashEmbed.v2", **embed},
        "encode": {"@architectures": "spacy.MaxoutWindowEncoder.v2", **encode},
    }


def with_names(model: Path, seconds: float) -> None:
    """Prints milliseconds of processor time for a text of 200 characters, of each part and of Presidio."""
    detector = load_detector(Settings(names=str(model)))
    patterns, names = detector._patterns, detector._names
    engine = stock(spacy.load(model))
    parts: dict[str, Callable[[str], object]] = {
        "whole": detector.find,
        "prefilter": lambda text: patterns.prefilter.match(encoded(text)),
        "patterns": patterns.find,
        "names": lambda text: names.find_many([text], "en"),
        "Presidio": lambda text: engine.analyze(text, "en"),
    }
    texts = [text_of(200, seed) for seed in range(64)]
    for part in parts.values():
        for text in texts:
            part(text)
    took: dict[str, list[float]] = {name: [] for name in parts}
    end = time.perf_counter() + 5 * seconds
    while time.perf_counter() < end:
        for name, part in parts.items():
            at = time.process_time()
            for text in texts:
                part(text)
            took[name].append((time.process_time() - at) * 1000 / len(texts))
    least = {name: min(times) for name, times in took.items()}
    rules = least["patterns"] - least["prefilter"]
    split = f"prefilter {least['prefilter']:.3f}, rules {rules:.3f}, names {least['names']:.3f}"
    ratio = f"{least['Presidio'] / least['whole']:.1f}x"
    print(
        f"with names of {model.name}, 200 characters: {least['whole']:.3f} ms ({split}); "
        f"Presidio {least['Presidio']:.2f} ms: {ratio}"
    )


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--seconds", type=float, default=5.0, help="how long each line is measured")
    options.add_argument(
        "--stock-most", type=int, default=SIZES[-1], help="the longest text that Presidio gets"
    )
    options.add_argument("--model", type=Path, help="a spaCy model; the shipped one if not given")
    given = options.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    rules, _ = read_packs(pack_files(Settings()))
    patterns = Patterns(rules)
    engine = stock(spacy.blank("en"))
    modelled = stock(pipeline())
    entities = sorted(
        set(engine.get_supported_entities("en")) - {"PERSON", "LOCATION", "ORGANIZATION", "NRP"}
    )
    same = Patterns([rule for rule in rules if rule.entity in entities])
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    print(f"{machine}; {len(rules)} rules, {len(same.rules)} for Presidio's {len(entities)} entities")
    print(
        f"{'characters':>10} {'all ms':>9} {'same ms':>9} {'ns a byte':>10}"
        f" {'Presidio, tokenizer':>20} {'ratio':>7} {'Presidio, sm':>16} {'ratio':>7}"
    )
    engines = ((patterns.find, SIZES[-1]), (same.find, SIZES[-1]))
    theirs = ((engine, SIZES[-1]), (modelled, MODEL_MOST))
    engines += tuple(
        (partial(each.analyze, language="en", entities=entities), min(most, given.stock_most))
        for each, most in theirs
    )
    rows = {size: [text_of(size, seed) for seed in range(max(1, min(64, 32_000 // size)))] for size in SIZES}
    asked = [(size, place) for size in SIZES for place, (_, most) in enumerate(engines) if size <= most]
    calls = [partial(_each, engines[place][0], rows[size]) for size, place in asked]
    # All in turns: a machine that others use is faster and slower by the minute.
    took = dict(zip(asked, medians(calls, given.seconds * len(SIZES)), strict=True))
    for size, texts in rows.items():
        every, ours, *stocks = (took[size, place] / len(texts) for place in range(4) if (size, place) in took)
        print(f"{size:>10,} {every:>9.3f} {ours:>9.3f} {every * 1e6 / size:>10.0f}", end="")
        for each, width in zip(stocks, (20, 16), strict=False):
            print(f" {each:>{width}.2f} {f'{each / ours:.0f}x':>7}", end="")
        print()
    redactor = Redactor.load(names=False)
    gc.freeze()  # as the server and the filter do; Presidio's models would be gone through, too
    for kind, different in (("their digits differ", False), ("a word of each differs", True)):
        lines = log_lines(20_000, different=different)
        size = sum(len(line) + 1 for line in lines)
        nothing = [""] * len(lines)
        calls = [
            lambda t=lines: [patterns.find(line) for line in t],
            lambda t=lines, n=nothing: patterns.find_many(t, n, n),
            lambda t=lines: redactor.redact_many(t),
        ]
        alone, together, redacted = (size / took / 1000 for took in medians(calls, given.seconds))
        print(
            f"clean log lines, {size // len(lines)} characters, {kind}: {alone:.1f} MB/s one at a time,"
            f" {together:.1f} MB/s together, {redacted:.1f} MB/s redacted (Redactor)"
        )
    if given.model != Path(NO_NAMES):
        with_names(given.model or SHIPPED, given.seconds)
        with TemporaryDirectory() as folder:
            pipeline().to_disk(Path(folder) / "sm")
            with_names(Path(folder) / "sm", given.seconds)


if __name__ == "__main__":
    main()
