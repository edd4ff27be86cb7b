"""What a text says in letters and digits alone, whatever case and separators they are written with."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress
from operator import sub
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDEST_GAP = 8
"""How far apart two neighbouring letters or digits of one value may stand, in code points."""
_DIGIT = re.compile(r"\d+")


@dataclass(frozen=True)
class Bare:
    """A text's letters and digits, folded, each with the offset that it comes from."""

    text: str = field(repr=False)
    offsets: tuple[int, ...]

    @cached_property
    def gaps(self) -> list[int]:
        """Before which of them something else stands, in order."""
        steps = map(sub, self.offsets[1:], self.offsets)
        return [at for at, step in enumerate(steps, start=1) if step > 1]

    @cached_property
    def wide(self) -> list[int]:
        """Before which of them stands more than one value has between two of its own."""
        return [at for at in self.gaps if self.offsets[at] - self.offsets[at - 1] > _WIDEST_GAP]


def bare(text: str) -> Bare:
    """The text so; of compatible characters, the plain ones."""
    if text.isascii():
        counting = list(map(str.isalnum, text))
        return Bare("".join(compress(text.lower(), counting)), tuple(compress(range(len(text)), counting)))
    pairs = [
        (c, at)
        for at, original in enumerate(text)
        for c in unicodedata.normalize("NFKC", original).casefold()
        if c.isalnum()
    ]
    return Bare("".join(c for c, _ in pairs), tuple(at for _, at in pairs))


def digits_of(text: str) -> str:
    """The text's digits, of whatever script."""
    return "".join(c for c in text if c.isdecimal())


def digit_runs(text: str) -> Iterator[tuple[int, int, str]]:
    """Digits that stand together, single separators between them allowed: span and digits."""
    start = end = -1
    for at, c in ((each.start(), each.group()) for each in _DIGIT.finditer(text)):
        if start >= 0 and (at - end > 1 or (at > end and text[end].isalpha())):
            yield start, end, digits_of(text[start:end])
            start = -1
        start = at if start < 0 else start
        end = at + len(c)
    if start >= 0:
        yield start, end, digits_of(text[start:end])
