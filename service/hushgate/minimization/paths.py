"""The language in which a policy names the fields of a record.

    customer.first_name     a key in a key             order.items[*].name     any index
    order.items[0].id       an index                   order.**                everything below
    payment.*.brand         any key                    **.internal_notes       anywhere
    ["party.plan"].day      a key that holds signs

Plain keys are compared without case, ``_``, ``-`` and spaces, for every CRM has its own habit:
``first_name`` is also ``firstName`` and ``First Name``. A quoted key is compared as it is.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from hushgate.document import PLAIN_KEY

if TYPE_CHECKING:
    from hushgate.document import Path


class Kind(IntEnum):
    """What a segment names; of two patterns that match, the one that is higher first is the more specific."""

    DEEP = 0
    """Any number of segments; at the end of a pattern at least one."""
    ANY_KEY = 1
    ANY_INDEX = 2
    INDEX = 3
    KEY = 4
    """A key as ``fold`` makes it."""
    EXACT_KEY = 5


class Segment(NamedTuple):
    """One step of a pattern."""

    kind: Kind
    name: str | int = ""
    """The key, of KEY and EXACT_KEY; the index, of INDEX."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern as written, and its steps. Equal steps are the same pattern, however they are written."""

    text: str = field(compare=False)
    segments: tuple[Segment, ...]

    @property
    def rank(self) -> tuple[Kind, ...]:
        """Compared as tuples are, segment by segment: the greater is the more specific."""
        return tuple(segment.kind for segment in self.segments)

    @property
    def deep(self) -> bool:
        """Whether the pattern ends with ``**``."""
        return self.segments[-1].kind is Kind.DEEP

    def below(self) -> Pattern:
        """The pattern of everything below."""
        return Pattern(f"{self.text}.**", (*self.segments, Segment(Kind.DEEP)))


def fold(key: str) -> str:
    """``key`` without what tells one CRM's spelling of it from another's."""
    return key.replace("_", "").replace("-", "").replace(" ", "").casefold() or key


def key_names(pattern: Pattern) -> dict[str, str]:
    """Each key that the pattern names, folded or (in quotes) as it is: how the pattern writes it."""
    names, at = {}, 0
    while at < len(pattern.text):
        begin = at
        segment, at = _step(pattern.text, at)
        if segment.kind in {Kind.KEY, Kind.EXACT_KEY}:
            names[str(segment.name)] = pattern.text[begin:at].lstrip(".")
    return names


def quoted(text: str) -> str:
    """The key that stands in quotes, as JSON writes text. Raises ValueError."""
    key: str = json.loads(text)
    return key


_HINT = 'a key that holds signs or spaces is written ["…"]'
_BRACKET = re.compile(r'\[(?:(?P<any>\*)|(?P<index>[0-9]{1,9})|(?P<quoted>"(?:[^"\\]|\\.)*"))\]')


@lru_cache(maxsize=4096)
def parse_pattern(text: str) -> Pattern:
    """The pattern that ``text`` writes. Raises ValueError with a sentence that says where it is wrong."""
    return _parsed(text)


def written_path(text: str) -> Path:
    """The path of a field as ``document.path_text`` writes it; its keys may be data, and are not kept."""
    return tuple(segment.name for segment in _parsed(text).segments)


def _parsed(text: str) -> Pattern:
    if not text:
        raise ValueError("a path cannot be empty")
    segments: list[Segment] = []
    at = 0
    while at < len(text):
        segment, at = _step(text, at)
        if segment.kind is Kind.DEEP and segments and segments[-1].kind is Kind.DEEP:
            raise ValueError(f"** stands twice in a row at {_place(at - 1)}")
        segments.append(segment)
    return Pattern(text, tuple(segments))


def _place(at: int) -> str:
    return f"character {at + 1}"


def _step(text: str, at: int) -> tuple[Segment, int]:
    return _bracket(text, at) if text[at] == "[" else _key(text, at)


def _bracket(text: str, at: int) -> tuple[Segment, int]:
    found = _BRACKET.match(text, at)
    if not found:
        raise ValueError(
            f"the [ at {_place(at)} must hold a number, * or a key in double quotes, and end with ]"
        )
    if found["any"]:
        return Segment(Kind.ANY_INDEX), found.end()
    if found["index"]:
        return Segment(Kind.INDEX, int(found["index"])), found.end()
    try:
        key = json.loads(found["quoted"])
    except json.JSONDecodeError:
        raise ValueError(
            f"the key in quotes at {_place(at + 1)} is not written as JSON writes text"
        ) from None
    return Segment(Kind.EXACT_KEY, key), found.end()


def _key(text: str, at: int) -> tuple[Segment, int]:
    if at:
        if text[at] != ".":
            raise ValueError(f"a . or a [ must stand at {_place(at)}; {_HINT}; * and ** stand for whole keys")
        at += 1
    for stars, kind in (("**", Kind.DEEP), ("*", Kind.ANY_KEY)):
        if text.startswith(stars, at):
            return Segment(kind), at + len(stars)
    plain = PLAIN_KEY.match(text, at)
    if not plain:
        raise ValueError(f"a key is missing at {_place(at)}; {_HINT}")
    return Segment(Kind.KEY, fold(plain[0])), plain.end()
