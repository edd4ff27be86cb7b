"""Decides how clean text becomes what people and recognisers write: case, stops, slips, fillers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from training import lexicon
from training.pieces import Piece

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

KEYS = {
    "a": "sq",
    "e": "wr",
    "i": "uo",
    "o": "ip",
    "n": "bm",
    "t": "ry",
    "s": "ad",
    "r": "et",
    "l": "k",
    "m": "n",
}
FILLERS = (" um", " uh", " like", " you know", " er")


def each(pieces: list[Piece], change: Callable[[str], str]) -> list[Piece]:
    """The pieces with their texts changed."""
    return [Piece(change(piece.text), piece.label) for piece in pieces]


def recase(
    pieces: list[Piece], random_: random.Random, lower: float, upper: float, *, prose: bool = False
) -> list[Piece]:
    """The whole in lower case, in capitals, only the names in lower case (never in prose), or as it is."""
    roll = random_.random()
    if roll < lower:
        return each(pieces, str.lower)
    if roll < lower + upper:
        return each(pieces, str.upper)
    if roll < lower + upper + 0.06:
        low = not prose
        return [Piece(piece.text.lower(), piece.label) if piece.label and low else piece for piece in pieces]
    if roll < lower + upper + 0.09:
        return [
            Piece(piece.text.upper(), piece.label) if piece.label == "PERSON" else piece for piece in pieces
        ]
    if roll < lower + upper + 0.11:
        return each(pieces, lambda text: re.sub(r"\b[a-z]", lambda match: match[0].upper(), text))
    return pieces


def bare(pieces: list[Piece]) -> list[Piece]:
    """As a recogniser writes: lower case, no stops."""
    return each(pieces, lambda text: re.sub(r"[.,;:!?\"()*]+(?=\s|$)|[\"(*]+", "", text).lower())


def typos(pieces: list[Piece], random_: random.Random, rate: float) -> list[Piece]:
    """Slips of the finger at this rate a letter, in names as well."""

    def slip(text: str) -> str:
        out: list[str] = []
        for character in text:
            roll = random_.random()
            if roll < rate and character.isalpha() and character.isascii():
                out.append(
                    random_.choice(
                        ("", character * 2, random_.choice(KEYS.get(character.lower(), character.lower())))
                    )
                )
            else:
                out.append(character)
        return "".join(out) if "".join(out).strip() else text

    return each(pieces, slip)


def hesitate(pieces: list[Piece], random_: random.Random) -> list[Piece]:
    """Fillers between plain words."""

    def stammer(text: str) -> str:
        words = text.split(" ")
        if len(words) < 3:
            return text
        at = random_.randrange(1, len(words) - 1)
        words[at] += random_.choice(FILLERS) if random_.random() < 0.7 else " " + words[at]
        return " ".join(words)

    return [piece if piece.label else Piece(stammer(piece.text)) for piece in pieces]


def reword(pieces: list[Piece], random_: random.Random, share: float) -> list[Piece]:
    """Some plain words become other words of English: what stands around a name varies without end."""

    def other(match: re.Match[str]) -> str:
        return lexicon.word(random_) if random_.random() < share else match[0]

    return [
        piece if piece.label else Piece(re.sub(r"(?<![\w@.'{_])[a-z]{4,}(?![\w@.'}_])", other, piece.text))
        for piece in pieces
    ]


def roughen(
    pieces: list[Piece], random_: random.Random, lower: float, upper: float = 0.03, *, prose: bool = False
) -> list[Piece]:
    """One text as it might really arrive; prose has been read twice before it was printed."""
    if random_.random() < (0.3 if prose else 0.12):
        pieces = reword(pieces, random_, random_.choice((0.1, 0.3)))
    if random_.random() < (0.04 if prose else 0.12):
        pieces = typos(pieces, random_, 0.025)
    if not prose and random_.random() < 0.07:
        pieces = hesitate(pieces, random_)
    if random_.random() < lower / 3:
        return bare(pieces)
    return recase(pieces, random_, lower, upper, prose=prose)
