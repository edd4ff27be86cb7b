"""Decides which templates and which shared words there are: the lines of training/templates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Template:
    """A line of a template file: its text, and the genre that the file stands for."""

    genre: str
    text: str


def _lines(name: str) -> list[str]:
    lines = (TEMPLATES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@cache
def templates(genre: str) -> tuple[Template, ...]:
    """All templates of a genre, which is a file of training/templates."""
    return tuple(Template(genre, line) for line in _lines(genre))


@cache
def macros() -> dict[str, tuple[str, ...]]:
    """Words that templates share."""
    found: dict[str, tuple[str, ...]] = {}
    for line in _lines("words"):
        name, _, choices = line.partition(": ")
        found[name] = tuple(split(choices))
    return found


def split(choices: str) -> list[str]:
    """The choices between bars that stand outside angle brackets."""
    parts, depth, start = [], 0, 0
    for at, character in enumerate(choices):
        depth += (character == "<") - (character == ">")
        if character == "|" and not depth:
            parts.append(choices[start:at])
            start = at + 1
    return [*parts, choices[start:]]
