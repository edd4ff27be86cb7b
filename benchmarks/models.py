"""Compares kinds of name model: the shipped spaCy pipeline, a CRF, a small convolutional network.

The rivals learn from the first texts of training/, see the same word classes, and are scored alike.
    python benchmarks/models.py DATA [--texts 30000] [--most 400]
Needs the training extra; the network is left out where torch is not installed.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
import zlib
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parents[1]))

import pycrfsuite
import spacy
from training.evaluate import MODEL, finder, measure, parts
from training.pieces import UNKNOWN
from training.train import stream

from training import gazetteer

SETS = (
    "natcs_utterances",
    "multidogo_utterances",
    "restaurant8k_utterances (fresh names)",
    "tau_outbound_messages",
    "clean_natcs_turns",
    "presidio_synth",
    "ner_wikigold",
    "ner_uner_ewt",
)
LABELS = ("PERSON", "LOCATION", "ORGANIZATION")
TAGS = ("O", *(f"{head}-{label}" for label in LABELS for head in "BI"))
TURNS = (
    "hi my name is dana whitfield and i would like to check the balance of my account",
    "Thanks Priya, your order was sent to 12 Oak Street in Denver on Monday by FedEx already, okay",
)


def tags(doc, spans):
    """A BIO tag for each token; None where nobody labelled."""
    out = ["O"] * len(doc)
    for start, end, label in spans:
        span = doc.char_span(start, end, alignment_mode="expand")
        for at, token in enumerate(span or ()):
            out[token.i] = None if label == UNKNOWN else f"{'I' if at else 'B'}-{label}"
    return out


def spans_of(doc, names):
    """The spans that a run of tags means."""
    found = []
    for token, tag in zip(doc, names, strict=True):
        end = token.idx + len(token)
        if tag[0] == "B" or (
            tag[0] == "I" and not (found and found[-1][3] == token.i - 1 and found[-1][2] == tag[2:])
        ):
            found.append([token.idx, end, tag[2:], token.i])
        elif tag[0] == "I":
            found[-1][1], found[-1][3] = end, token.i
    return [(start, end, label) for start, end, label, _ in found]


def features(doc):
    """What the CRF sees of each token: itself and two neighbours on either side."""
    words = [
        (
            token.lower_,
            token.norm_ if token.norm_.startswith(gazetteer.MARK) else "-",
            token.shape_,
            token.prefix_,
            token.suffix_,
        )
        for token in doc
    ]
    rows = []
    for at, (lower, norm, shape, _prefix, suffix) in enumerate(words):
        row = [
            "b",
            f"w={lower}",
            f"n={norm}",
            f"s={shape}",
            f"p={lower[:3]}",
            f"x={suffix}",
            f"y={lower[-2:]}",
        ]
        for step in (-2, -1, 1, 2):
            near = words[at + step] if 0 <= at + step < len(words) else ("_", "_", "_", "_", "_")
            row += [f"{step}w={near[0]}", f"{step}n={near[1]}", f"{step}s={near[2]}"]
        rows.append(row)
    return rows


def crf(nlp, samples):
    """A trained CRF as a function from texts to spans, and its size."""
    trainer = pycrfsuite.Trainer(
        algorithm="lbfgs", params={"c1": 0.2, "c2": 0.02, "max_iterations": 60}, verbose=False
    )
    for sample in samples:
        doc = nlp.make_doc(sample.text)
        rows = features(doc)
        trainer.append(rows, [tag or "O" for tag in tags(doc, sample.spans)])
    path = Path(tempfile.mkdtemp()) / "crf"
    trainer.train(str(path))
    tagger = pycrfsuite.Tagger()
    tagger.open(str(path))

    def find(texts):
        docs = [nlp.make_doc(text) for text in texts]
        return [spans_of(doc, tagger.tag(features(doc))) if len(doc) else [] for doc in docs]

    return find, path.stat().st_size


def network(nlp, samples, passes=3, width=96):
    """A trained convolutional network as a function from texts to spans, and its size; None without torch."""
    try:
        import torch
    except ImportError:
        return None
    torch.manual_seed(7)
    torch.set_num_threads(1)
    rows = (4000, 4000, 1000, 2500, 500)

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = torch.nn.ModuleList(torch.nn.Embedding(count, width) for count in rows)
            self.convs = torch.nn.ModuleList(
                torch.nn.Conv1d(width, 2 * width, 3, padding=1) for _ in range(4)
            )
            self.norms = torch.nn.ModuleList(torch.nn.LayerNorm(width) for _ in range(4))
            self.out = torch.nn.Linear(width, len(TAGS))
            self.drop = torch.nn.Dropout(0.15)

        def forward(self, keys):
            state = self.drop(sum(table(keys[..., at]) for at, table in enumerate(self.embed)))
            for conv, norm in zip(self.convs, self.norms, strict=True):
                step = torch.nn.functional.glu(conv(state.transpose(1, 2)), dim=1).transpose(1, 2)
                state = norm(state + self.drop(step))
            return self.out(state)

    def keys(doc):
        return [
            [
                zlib.crc32(value.encode()) % count
                for value, count in zip(
                    (token.norm_, token.lower_, token.prefix_, token.suffix_, token.shape_), rows, strict=True
                )
            ]
            for token in doc
        ]

    def padded(lists, fill):
        longest = max(len(one) for one in lists)
        return torch.tensor([one + [fill] * (longest - len(one)) for one in lists])

    net = Net()
    steps = passes * (len(samples) // 64 + 1)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.002)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.02, total_iters=steps)
    random_ = random.Random(7)
    ready = []
    for sample in samples:
        doc = (
            nlp.make_doc(sample.text)[:200].as_doc() if len(sample.text) > 1000 else nlp.make_doc(sample.text)
        )
        gazetteer.forget(doc, random_, 0.35)
        known = [span for span in sample.spans if span[1] <= len(doc.text)]
        ready.append((keys(doc), [-100 if tag is None else TAGS.index(tag) for tag in tags(doc, known)]))
    ready = [one for one in ready if one[0]]
    for _ in range(passes):
        random_.shuffle(ready)
        for at in range(0, len(ready), 64):
            batch = ready[at : at + 64]
            scores = net(padded([one[0] for one in batch], [0] * len(rows)))
            loss = torch.nn.functional.cross_entropy(
                scores.flatten(0, 1), padded([one[1] for one in batch], -100).flatten()
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    net.eval()

    @torch.no_grad()
    def find(texts):
        docs = [nlp.make_doc(text) for text in texts]
        return [
            spans_of(doc, [TAGS[at] for at in net(torch.tensor([keys(doc)]))[0].argmax(-1).tolist()])
            if len(doc)
            else []
            for doc in docs
        ]

    return find, 4 * sum(weights.numel() for weights in net.parameters())


def milliseconds(find):
    """The median time of one 17-word turn alone, in milliseconds."""
    for _ in range(20):
        find([TURNS[0]])
    times = []
    for at in range(200):
        start = time.perf_counter()
        find([TURNS[at % 2]])
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def main():
    """Trains, measures, prints a table in Markdown."""
    parser = argparse.ArgumentParser(description="compare kinds of name model")
    parser.add_argument("data", type=Path)
    parser.add_argument("--texts", type=int, default=30_000)
    parser.add_argument("--most", type=int, default=400)
    parser.add_argument("--rivals", default="spacy,crf,network", help="which rows to make")
    args = parser.parse_args()
    shipped = spacy.load(MODEL)
    samples = stream(args.data, 45_000, 7)[: args.texts]
    words = spacy.blank("en")
    words.vocab.lookups = gazetteer.table(gazetteer.classes(gazetteer.plain_words(samples)))
    size = sum(path.stat().st_size for path in (MODEL / "ner").rglob("*") if path.is_file())

    def alone(texts):
        return [
            [(span.start_char, span.end_char, span.label_) for span in shipped(text).ents] for text in texts
        ]

    asked = args.rivals.split(",")
    rivals = (
        [("spaCy tok2vec + NER (shipped)", finder(shipped), alone, size, None)] if "spacy" in asked else []
    )
    for name, make in (("CRF, 60 iterations", crf), ("convolutions, 3 passes", network)):
        start = time.perf_counter()
        made = make(words, samples) if make.__name__ in asked else None
        if made:
            rivals.append((name, made[0], made[0], made[1], time.perf_counter() - start))
    chosen = [part for part in parts(args.data, args.most) if part.name in SETS]
    print("| model | " + " | ".join(part.name for part in chosen) + " | ms a turn | weights | training |")
    print("|---" * (len(chosen) + 4) + "|")
    for name, find, single, weight, took in rivals:
        cells = []
        for part in chosen:
            one = measure(find, part)["PERSON"]
            cells.append(
                f"{one.f1:.3f}" if one.counts.support else f"{100 * one.alarmed / one.texts:.2f} % alarmed"
            )
        trained = f"{took:.0f} s" if took else "see the card"
        print(
            f"| {name} | "
            + " | ".join(cells)
            + f" | {milliseconds(single):.2f} | {weight / 1e6:.1f} MB | {trained} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
