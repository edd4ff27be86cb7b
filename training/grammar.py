r"""Decides what a template means: `{slot}` is filled, `<a|b|>` is a choice, `\<` is a plain bracket."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from training.phrases import Template, macros, split
from training.pieces import Piece
from training.slots import FILLERS, PERSON

if TYPE_CHECKING:
    import random

CHOICE = re.compile(r"(?<!\\)<((?:[^<>\\]|\\.)*)(?<!\\)>")
SLOT = re.compile(r"\{([A-Za-z_]\w*)\}")


def expand(template: Template, random_: random.Random, *, out: bool = False) -> list[Piece]:
    """The pieces of one text that this template stands for; with out, from held-out names."""
    text = template.text.replace("\\n", "\n")
    while match := CHOICE.search(text):
        text = text[: match.start()] + random_.choice(split(match[1])) + text[match.end() :]
    text = text.replace("\\<", "<").replace("\\>", ">")
    pieces: list[Piece] = []
    _fill(text, random_, pieces, out=out)
    return _initials(pieces)


def _fill(text: str, random_: random.Random, pieces: list[Piece], *, out: bool) -> None:
    at = 0
    for match in SLOT.finditer(text):
        if match.start() > at:
            pieces.append(Piece(text[at : match.start()]))
        at = match.end()
        name = match[1]
        if name in FILLERS:
            label, make = FILLERS[name]
            pieces.append(Piece(make(random_, out=out), label))
        elif name in macros():
            choice = random_.choice(macros()[name]).replace("\\n", "\n")
            while inner := CHOICE.search(choice):
                choice = choice[: inner.start()] + random_.choice(split(inner[1])) + choice[inner.end() :]
            _fill(choice, random_, pieces, out=out)
        else:
            raise ValueError(f"no slot and no macro is called {name}")
    if at < len(text):
        pieces.append(Piece(text[at:]))


def _initials(pieces: list[Piece]) -> list[Piece]:
    """Initials written beside a name belong to it: "{first} {I}. {last}" is one person."""
    merged: list[Piece] = []
    for piece in pieces:
        if (
            piece.label == PERSON
            and len(merged) > 1
            and not merged[-1].label
            and len(merged[-1].text) < 4
            and re.fullmatch(r"\.? ?", merged[-1].text)
            and re.fullmatch(r"[A-Z]", merged[-2].text)
            and not merged[-2].label
        ):
            initial = merged[-2].text + merged[-1].text
            del merged[-2:]
            while (
                len(merged) > 1
                and merged[-1].text in {" ", ". "}
                and (merged[-2].label == PERSON or re.fullmatch("[A-Z]", merged[-2].text))
            ):
                initial = merged[-2].text + merged[-1].text + initial
                del merged[-2:]
            merged.append(Piece(initial + piece.text, PERSON))
        elif (
            piece.label == PERSON
            and len(merged) > 1
            and merged[-1].text == " "
            and merged[-2].label == PERSON
            and not re.fullmatch(r"(\w\W+)*\w", piece.text)
            and " " not in merged[-2].text
        ):
            merged[-2:] = [Piece(f"{merged[-2].text} {piece.text}", PERSON)]
        else:
            merged.append(piece)
    return merged
