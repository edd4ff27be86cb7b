"""Decides what the project's own part of the training data is made of: which genres, how many, how rough."""

from __future__ import annotations

import random
import zlib
from typing import TYPE_CHECKING

from training import grammar, noise, phrases
from training.pieces import Piece, Sample, join

if TYPE_CHECKING:
    from collections.abc import Iterator

CAPITALS = 0.045
"""The share of the texts that is in capitals."""
# genre: (share of the texts, share in lower case)
GENRES = {
    "contact": (27, 0.38),
    "agent": (8, 0.10),
    "crm": (10, 0.12),
    "turns": (18, 0.35),
    "speech": (11, 0.30),
    "encyclopedia": (21, 0.03),
    "news": (14, 0.06),
    "letters": (7, 0.05),
    "legal": (7, 0.02),
    "negatives": (13, 0.35),
    "prose": (6, 0.08),
    "sentences": (20, 0.03),
}
PROSE = frozenset({"encyclopedia", "news", "letters", "legal", "prose", "sentences"})


def held_out(template: phrases.Template) -> bool:
    """Whether a template is kept for measuring: one in twelve is."""
    return zlib.crc32(template.text.encode()) % 12 == 5


def samples(count: int, seed: int, *, out: bool = False) -> Iterator[Sample]:
    """So many texts, the same for the same seed; with out, from held-out templates and names alone."""
    random_ = random.Random(seed)
    genres = list(GENRES)
    weights = [GENRES[genre][0] for genre in genres]
    pools = {genre: [one for one in phrases.templates(genre) if held_out(one) == out] for genre in genres}
    weights = [weight if pools[genre] else 0 for genre, weight in zip(genres, weights, strict=True)]
    for _ in range(count):
        genre = random_.choices(genres, weights)[0]
        pieces = grammar.expand(random_.choice(pools[genre]), random_, out=out)
        while random_.random() < (0.45 if genre in PROSE else 0.22) and len(pieces) < 40:
            between = " " if random_.random() < 0.8 else "\n"
            pieces = [
                *pieces,
                Piece(between),
                *grammar.expand(random_.choice(pools[genre]), random_, out=out),
            ]
        sample = join(noise.roughen(pieces, random_, GENRES[genre][1], CAPITALS, prose=genre in PROSE))
        if sample.text.strip():
            yield sample
