"""What must at least be there for a pattern to match: a rewriting that RE2 can run, and never misses.

Every pattern is rewritten to one that matches wherever the pattern does (a superset), over the bytes of
``hushgate.detection.alphabet``. ``re``'s own parser reads its structure, whose opcodes are followed here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from re import _constants as op  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

import re2

from hushgate.detection.alphabet import ANY, DIGITS, LETTERS
from hushgate.detection.automaton import latin_1
from hushgate.detection.nodes import (
    LOOKS_AHEAD,
    LOOKS_BEHIND,
    ONE_CHARACTER,
    Nodes,
    groups_of,
    is_assertion,
)
from hushgate.detection.structure import REPEATS, parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HEAD = 512
"""A pattern is followed only so far, in characters: whatever matches it matches its head."""

BEHIND = 32
"""So many characters before a match may be looked at, too."""

SPREAD = 3
"""``x{2,9}`` is run as ``x{2,}``: counting to nine would cost the automaton a state for each count."""

_BEGIN, _END = "(?m:^)", "(?m:$)"
"""Where a text begins and ends, be it alone or one of many that ``\\n`` joins: none is inside a text."""
_TEXT_EDGES = {op.AT_BEGINNING_STRING: _BEGIN, op.AT_END_STRING: _END}

DIGIT = b"0"


@dataclass(frozen=True, slots=True)
class Superset:
    """What RE2 runs in a pattern's stead, over an ``encoded`` text."""

    text: str
    """Empty when nothing short of running the pattern itself will do. It begins ``BEHIND`` characters before
    the pattern does at the most."""
    also: str
    """What matches, too, wherever the pattern does: up to a look-ahead that wants digits; empty: none."""
    begins: str
    """One that begins where the pattern does, or a character before."""
    first: bytes
    """The bytes that a match may begin with."""
    wordless: bool
    """No match begins with a letter."""
    digits: int
    """So many digits at least stand in what is followed of any match."""


def superset(pattern: str) -> Superset:
    """The least that must be there for ``pattern``, in Python's ``re`` dialect, to match."""
    tree = parsed(pattern)
    reads = Nodes(tree.state.flags, dict(groups_of(tree, tree.state.flags)))
    head = _Head(reads, first=True, last=True)
    text = plain = head.sequence(tree, HEAD).text
    also = replace(head, ahead=True).sequence(tree, HEAD).text if "(?=" in pattern else text
    if re2.compile(plain.encode(), latin_1()).match(b"") is not None:
        text = also = plain = ""  # it matches anywhere
    elif "(?<=" in pattern:
        text = replace(head, behind=True).sequence(tree, HEAD).text
    begin, may_be_empty = reads.beginning(tree)
    digits = reads.digits(tree) if tree.getwidth()[1] <= HEAD else 0
    return Superset(
        text,
        also=also if also != plain else "",
        begins=also or plain,
        first=(ANY if may_be_empty else begin).bytes,
        wordless=not begin.some & LETTERS,
        digits=max(digits, int(reads.reach(tree, DIGITS, HEAD) is not None)),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    text: str
    width: int
    """The most characters that the original matches here."""
    cut: bool = False
    """It matches only how the pattern goes on from here, not all of that: nothing may follow."""


@dataclass(frozen=True, slots=True)
class _Head:
    """Rewrites nodes of the parser's tree under the flags that hold there."""

    reads: Nodes
    first: bool
    """A match of the whole pattern begins where these nodes begin."""
    last: bool
    """It ends where they end."""
    ahead: bool = False
    """Where a look-ahead wants more digits than what follows it, follow the look-ahead alone."""
    behind: bool = False
    """Where a match begins, follow a look-behind, too."""

    def sequence(self, nodes: Iterable[Any], room: int) -> _Part:
        """As much of the nodes as fits into ``room`` characters."""
        nodes = list(getattr(nodes, "data", nodes))  # a tree's own list; to go through the tree takes longer
        consuming = [index for index, node in enumerate(nodes) if not is_assertion(node)]
        before, after = (nodes[: consuming[0]], nodes[consuming[-1] + 1 :]) if consuming else (nodes, [])
        consuming = consuming or [0]
        edges = (
            (self.looked_behind(before) or self.edge(before, LOOKS_BEHIND)) if self.first else "",
            self.edge(after, LOOKS_AHEAD) if self.last else "",
        )
        texts = [edges[0]]
        width = 0
        for index, (code, argument) in enumerate(nodes):
            # An edge takes up the one character beside the match: what is inside may not ask for it again.
            here = self.at(
                first=self.first and index <= consuming[0] and not edges[0],
                last=self.last and index >= consuming[-1] and not edges[1],
            )
            if self.ahead and here.wants_digits(nodes[index:], room - width):
                inner = here.at(first=here.first, last=False).sequence(argument[1], room - width)
                return _Part("".join((*texts, inner.text)), width + inner.width, cut=True)
            if self.last and index > consuming[-1] and code is op.ASSERT and argument[0] == LOOKS_AHEAD:
                # Nothing follows but what is looked at: it follows.
                inner = self.followed(argument[1], room - width)
                return _Part("".join((*texts, inner.text)), width + inner.width, cut=True)
            part = here.node(code, argument, room - width)
            texts.append(part.text)
            width += part.width
            if part.cut:
                return _Part("".join(texts), width, cut=True)
        texts.append(edges[1])
        return _Part("".join(texts), width)

    def followed(self, nodes: Iterable[Any], room: int) -> _Part:
        """Nodes with no edge of the match beside them."""
        return self.at(first=False, last=False).sequence(nodes, room)

    def at(self, *, first: bool, last: bool) -> _Head:
        """The same at another place of a match. There are a hundred thousand: most are the place itself."""
        if first == self.first and last == self.last:
            return self
        return replace(self, first=first, last=last)

    def looked_behind(self, assertions: Iterable[Any]) -> str:
        """What stands before a match, where a look-behind says so."""
        for code, argument in assertions if self.behind else ():
            if code is op.ASSERT and argument[0] == LOOKS_BEHIND and argument[1].getwidth()[1] <= BEHIND:
                return f"(?:{self.followed(argument[1], BEHIND).text})"
        return ""

    def wants_digits(self, nodes: Sequence[Any], room: int) -> bool:
        """Whether the first of the nodes is a look-ahead to more digits than the others want."""
        code, argument = nodes[0]
        if code is not op.ASSERT or argument[0] != LOOKS_AHEAD:
            return False
        ahead, behind = (
            max(self.reads.digits(each), 1) if self.reads.reach(each, DIGITS, room) is not None else 0
            for each in (argument[1], nodes[1:])
        )
        return ahead > behind

    def edge(self, assertions: Sequence[Any], direction: int) -> str:
        """The character next to a match, where assertions of one character speak of it, or the text's end."""
        found = ANY
        for code, argument in assertions:
            if code is op.ASSERT_NOT and argument[0] == direction:
                found &= ~self.reads.one_of(argument[1])
        if found == ANY:
            return ""
        return f"(?:{_BEGIN}|{found})" if direction == LOOKS_BEHIND else f"(?:{found}|{_END})"

    def node(self, code: Any, argument: Any, room: int) -> _Part:  # noqa: ANN401 - the parser's
        found = _Part("", 0, cut=True)  # conditions: the head is what came before
        if code in ONE_CHARACTER and room:
            found = _Part(str(self.reads.characters(code, argument)), 1)
        elif is_assertion((code, argument)):
            found = _Part(self.boundary(argument) if code is op.AT else "", 0)
        elif code is op.BRANCH:
            found = self.branch(argument[1], room)
        elif code is op.SUBPATTERN:
            found = replace(self, reads=self.reads.within(argument)).group(argument[3], room)
        elif code is op.ATOMIC_GROUP:
            found = self.group(argument, room)
        elif code in REPEATS:
            found = self.repeat(argument, room)
        elif code is op.GROUPREF and (reference := self.reads.referred(argument)):
            reads, nodes = reference
            found = replace(self, reads=reads).followed(nodes, room)
        return found

    def boundary(self, place: Any) -> str:  # noqa: ANN401 - the parser's
        if place in _TEXT_EDGES:
            return _TEXT_EDGES[place]
        if self.reads.flags & re.ASCII:  # then what is beyond ASCII is no part of a word, and here it may be
            return ""
        return {op.AT_BOUNDARY: r"\b", op.AT_NON_BOUNDARY: r"\B"}.get(place, "")

    def group(self, nodes: Iterable[Any], room: int) -> _Part:
        inner = self.sequence(nodes, room)
        return _Part(f"(?:{inner.text})", inner.width, inner.cut)

    def branch(self, ways: Sequence[Iterable[Any]], room: int) -> _Part:
        parts = [self.sequence(way, room) for way in ways]
        texts = dict.fromkeys(part.text for part in parts)
        return _Part(
            f"(?:{'|'.join(texts)})", max(part.width for part in parts), any(part.cut for part in parts)
        )

    def repeat(self, argument: Any, room: int) -> _Part:  # noqa: ANN401 - the parser's
        least, most, nodes = argument
        inner = self.followed(nodes, room)
        if inner.cut:
            return _Part(f"(?:{inner.text})" if least else "", inner.width if least else 0, cut=True)
        if not inner.width:
            return _Part("", 0)
        fits = room // inner.width
        if most > fits:
            times = min(least, fits)
            return _Part(f"(?:{inner.text}){{{times}}}" if times else "", times * inner.width, cut=True)
        end = "" if most - least > SPREAD else most
        return _Part(f"(?:{inner.text}){{{least},{end}}}", most * inner.width)
