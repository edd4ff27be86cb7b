"""When a sentence of a text says what one of an internal note says, though it shares few words with it.

A model makes a vector of each; the cosine of two tells how near they are in meaning. A sentence that is
nearer to what every agent says than to the note is no copy. Of a note, only the vectors are kept.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import numpy as np
import regex

from hushgate.detection.views import views
from hushgate.sessions.courtesies import COURTESIES
from hushgate.sessions.notes import Repeat, joined, sentences, tells_enough

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from hushgate.sessions.facts import Note

_MOST = 200
"""Sentences of one note that are remembered so, the first."""
_FEWEST = 4
"""Words of a draft's sentence that can say what a note's does."""
_SAME = 0.9
"""The cosine from which on a note's sentence is one that every agent says."""
_CLAUSE = regex.compile(r"[,:–—]+(?=\s)|\s[-–—]+(?=\s)")


class Model(Protocol):
    """What makes vectors of sentences."""

    name: bytes
    """What no two models share."""

    def __hash__(self) -> int:
        """By which it is one and the same."""

    def vectors(self, sentences: Sequence[str]) -> NDArray[np.int8]:
        """A row for each."""


def meanings(note: str, model: Model) -> tuple[bytes, ...]:
    """What each telling sentence of a note says, as a vector of bytes; not of one that every agent says."""
    told = [note[start:end] for start, end in sentences(note) if tells_enough(note[start:end])][:_MOST]
    if not told:
        return ()
    made = model.vectors(told)
    usual = _cosines(made, _usual(model)).max(axis=1)
    return tuple(row.tobytes() for row, near in zip(made, usual, strict=True) if row.any() and near < _SAME)


class Meanings:
    """What the notes of one session say, ready to be looked for."""

    def __init__(self, notes: Iterable[Note], model: Model) -> None:
        self._model = model
        told = [(note, row) for note in notes if note.model == model.name for row in note.meanings]
        self._notes = [note for note, _ in told]
        self._rows = np.array([np.frombuffer(row, dtype=np.int8) for _, row in told])

    def find(self, text: str, least: float) -> list[Repeat]:
        """The sentences and clauses of the text whose cosine with one of a note is ``least`` or more."""
        if not self._notes:
            return []
        found = [*self._find_in(text, least)]
        for view in views(text):
            for repeat in self._find_in(view.text, least):
                start, end = view.origin(repeat.start, repeat.end)
                found.append(Repeat(start, end, repeat.share, repeat.note, similar=True))
        return joined(found)

    def _find_in(self, text: str, least: float) -> Iterator[Repeat]:
        spans = [span for span in _spans(text) if len(text[slice(*span)].split()) >= _FEWEST]
        if not spans:
            return
        said = self._model.vectors([text[start:end] for start, end in spans])
        near, usual = _cosines(said, self._rows), _cosines(said, _usual(self._model)).max(axis=1)
        for span, row, everyday in zip(spans, near, usual, strict=True):
            best = int(row.argmax())
            if row[best] >= max(least, everyday):
                yield Repeat(*span, round(float(row[best]), 2), self._notes[best], similar=True)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Each sentence, and of one that has several each of its clauses."""
    for start, end in sentences(text):
        yield start, end
        marks = [(mark.start(), mark.end()) for mark in _CLAUSE.finditer(text, start, end)]
        if marks:
            edges = [start, *(at for mark in marks for at in mark), end]
            yield from list(pairwise(edges))[::2]


@lru_cache(maxsize=4)
def _usual(model: Model) -> NDArray[np.int8]:
    return model.vectors(COURTESIES)


def _cosines(some: NDArray[np.int8], others: NDArray[np.int8]) -> NDArray[np.float64]:
    """Of each row with each; sums of whole numbers, so that no answer depends on what is asked beside it."""
    a, b = some.astype(np.float64), others.astype(np.float64)
    lengths = np.sqrt((a * a).sum(axis=1))[:, None] * np.sqrt((b * b).sum(axis=1))[None, :]
    return np.asarray((a @ b.T) / np.where(lengths > 0, lengths, 1.0))
