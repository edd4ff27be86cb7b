"""Decides how a labelled text is held while it is made: as pieces, so that rewriting breaks no offset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

UNKNOWN = "?"
"""The label of a piece of which nobody has said whether it is a name: the model is not taught on it."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text with one label: PERSON, LOCATION, ORGANIZATION, UNKNOWN, or "" for plain words."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A text with its spans (start, end, label): offsets are code points, half-open."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


def join(pieces: Iterable[Piece]) -> Sample:
    """The text that the pieces make, and where the labelled ones lie in it."""
    parts: list[str] = []
    spans: list[tuple[int, int, str]] = []
    at = 0
    for piece in pieces:
        if piece.label and piece.text.strip():
            lead = len(piece.text) - len(piece.text.lstrip())
            spans.append((at + lead, at + len(piece.text.rstrip()), piece.label))
        parts.append(piece.text)
        at += len(piece.text)
    return Sample("".join(parts), tuple(spans))


def cut(text: str, spans: Iterable[tuple[int, int, str]]) -> list[Piece]:
    """The pieces of a text with these spans; spans that overlap an earlier one are left out."""
    pieces: list[Piece] = []
    at = 0
    for start, end, label in sorted(spans):
        if start < at or end <= start:
            continue
        if start > at:
            pieces.append(Piece(text[at:start]))
        pieces.append(Piece(text[start:end], label))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return pieces
