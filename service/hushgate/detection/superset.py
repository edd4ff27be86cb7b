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

from hushgate.detection.alphabet import (
    ANY,
    DIGITS,
    LETTERS,
    NEWLINE,
    NONE,
    Characters,
    category,
    span,
)
from hushgate.detection.automaton import latin_1
from hushgate.detection.structure import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HEAD = 512
"""A pattern is followed only so far, in characters: whatever matches it matches its head."""

SPREAD = 3
"""``x{2,9}`` is run as ``x{2,}``: counting to nine would cost the automaton a state for each count."""

_ONE_CHARACTER = {op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN}
_REPEATS = {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}
_BEHIND, _AHEAD = -1, 1

_BEGIN, _END = "(?m:^)", "(?m:$)"
"""Where a text begins and ends, be it alone or one of many that ``\\n`` joins: none is inside a text."""
_TEXT_EDGES = {op.AT_BEGINNING_STRING: _BEGIN, op.AT_END_STRING: _END}

DIGIT = b"0"


@dataclass(frozen=True, slots=True)
class Superset:
    """What RE2 runs in a pattern's stead, over an ``encoded`` text."""

    text: str
    """Empty when nothing short of running the pattern itself will do."""
    also: str
    """What matches, too, wherever the pattern does: up to a look-ahead that wants digits; empty: none."""
    first: bytes
    """The bytes that a match may begin with."""
    wordless: bool
    """No match begins with a letter."""
    digits: int
    """So many digits at least stand in what is followed of any match."""


def superset(pattern: str) -> Superset:
    """The least that must be there for ``pattern``, in Python's ``re`` dialect, to match."""
    tree = parsed(pattern)
    head = _Head(tree.state.flags, first=True, last=True)
    text = head.sequence(tree, HEAD).text
    also = replace(head, ahead=True).sequence(tree, HEAD).text if "(?=" in pattern else text
    begin, may_be_empty = head.beginning(tree)
    anywhere = re2.compile(text.encode(), latin_1()).match(b"") is not None
    if anywhere:
        text = also = ""
    digits = head.digits(tree) if tree.getwidth()[1] <= HEAD else 0
    return Superset(
        text,
        also=also if also != text else "",
        first=(ANY if may_be_empty else begin).bytes,
        wordless=not begin.some & LETTERS,
        digits=max(digits, int(head.reach(tree, DIGITS, HEAD) is not None)),
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

    flags: int
    first: bool
    """A match of the whole pattern begins where these nodes begin."""
    last: bool
    """It ends where they end."""
    ahead: bool = False
    """Where a look-ahead wants more digits than what follows it, follow the look-ahead alone."""

    def sequence(self, nodes: Iterable[Any], room: int) -> _Part:
        """As much of the nodes as fits into ``room`` characters."""
        nodes = list(getattr(nodes, "data", nodes))  # a tree's own list; to go through the tree takes longer
        consuming = [index for index, node in enumerate(nodes) if not _is_assertion(node)] or [0]
        before, after = nodes[: consuming[0]], nodes[consuming[-1] + 1 :]
        edges = (
            self.edge(before, _BEHIND) if self.first else "",
            self.edge(after, _AHEAD) if self.last else "",
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
            part = here.node(code, argument, room - width)
            texts.append(part.text)
            width += part.width
            if part.cut:
                return _Part("".join(texts), width, cut=True)
        texts.append(edges[1])
        return _Part("".join(texts), width)

    def at(self, *, first: bool, last: bool) -> _Head:
        """The same at another place of a match. There are a hundred thousand: most are the place itself."""
        if first == self.first and last == self.last:
            return self
        return _Head(self.flags, first=first, last=last, ahead=self.ahead)

    def under(self, added: int, removed: int) -> _Head:
        """The same under a group's flags."""
        flags = (self.flags | added) & ~removed
        return self if flags == self.flags else _Head(flags, self.first, self.last, self.ahead)

    def wants_digits(self, nodes: Sequence[Any], room: int) -> bool:
        """Whether the first of the nodes is a look-ahead to more digits than the others want."""
        code, argument = nodes[0]
        if code is not op.ASSERT or argument[0] != _AHEAD:
            return False
        ahead, behind = (
            max(self.digits(each), 1) if self.reach(each, DIGITS, room) is not None else 0
            for each in (argument[1], nodes[1:])
        )
        return ahead > behind

    def edge(self, assertions: Sequence[Any], direction: int) -> str:
        """The character next to a match, where assertions of one character speak of it, or the text's end."""
        found = ANY
        for code, argument in assertions:
            if code is op.ASSERT_NOT and argument[0] == direction:
                found &= ~self.one_of(argument[1])
        if found == ANY:
            return ""
        return f"(?:{_BEGIN}|{found})" if direction == _BEHIND else f"(?:{found}|{_END})"

    def one_of(self, nodes: Iterable[Any]) -> Characters:
        """The characters that ``nodes`` match alone: what needs more than one character counts for none."""
        nodes = list(nodes)
        if len(nodes) != 1:
            return NONE
        code, argument = nodes[0]
        if code in _ONE_CHARACTER:
            return self.characters(code, argument)
        if code is op.SUBPATTERN:
            return self.under(*argument[1:3]).one_of(argument[3])
        found = NONE
        for way in argument[1] if code is op.BRANCH else ():
            found |= self.one_of(way)
        return found

    def node(self, code: Any, argument: Any, room: int) -> _Part:  # noqa: ANN401 - the parser's
        found = _Part("", 0, cut=True)  # references and conditions: the head is what came before
        if code in _ONE_CHARACTER and room:
            found = _Part(str(self.characters(code, argument)), 1)
        elif _is_assertion((code, argument)):
            found = _Part(self.boundary(argument) if code is op.AT else "", 0)
        elif code is op.BRANCH:
            found = self.branch(argument[1], room)
        elif code is op.SUBPATTERN:
            found = self.under(*argument[1:3]).group(argument[3], room)
        elif code is op.ATOMIC_GROUP:
            found = self.group(argument, room)
        elif code in _REPEATS:
            found = self.repeat(argument, room)
        return found

    def boundary(self, place: Any) -> str:  # noqa: ANN401 - the parser's
        if place in _TEXT_EDGES:
            return _TEXT_EDGES[place]
        if self.flags & re.ASCII:  # then what is beyond ASCII is no part of a word, and here it may be
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
        inner = self.at(first=False, last=False).sequence(nodes, room)
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

    def reach(self, nodes: Iterable[Any], wanted: Characters, room: int) -> int | None:
        """How far into a match one of ``wanted`` stands at the latest; None: some match has none there."""
        passed = 0
        for code, argument in nodes:
            if passed > room:
                return None
            inside: int | None = None
            if code in _ONE_CHARACTER:
                inside, width = (0 if self.characters(code, argument).some <= wanted.some else None), 1
            elif code is op.BRANCH:
                ways = [self.reach(way, wanted, room - passed) for way in argument[1]]
                inside = None if None in ways else max(way for way in ways if way is not None)
                width = max(way.getwidth()[1] for way in argument[1])
            elif code is op.SUBPATTERN:
                inner = self.under(*argument[1:3])
                inside, width = inner.reach(argument[3], wanted, room - passed), argument[3].getwidth()[1]
            elif code in _REPEATS:
                inside = self.reach(argument[2], wanted, room - passed) if argument[0] else None
                width = argument[1] * argument[2].getwidth()[1]
            elif code is op.ASSERT and argument[0] == _AHEAD:
                inside, width = self.reach(argument[1], wanted, room - passed), 0
            elif _is_assertion((code, argument)):
                width = 0
            else:
                return None
            if inside is not None:
                return passed + inside if passed + inside <= room else None
            passed += width
        return None

    def digits(self, nodes: Iterable[Any]) -> int:
        """How many digits a match of the nodes has at least."""
        found = 0
        for code, argument in nodes:
            if code in _ONE_CHARACTER:
                found += self.characters(code, argument).some <= DIGITS.some
            elif code is op.BRANCH:
                found += min(map(self.digits, argument[1]))
            elif code is op.SUBPATTERN:
                inner = self.under(*argument[1:3])
                found += inner.digits(argument[3])
            elif code is op.ATOMIC_GROUP:
                found += self.digits(argument)
            elif code in _REPEATS and argument[0]:
                found += argument[0] * self.digits(argument[2])
        return found

    def beginning(self, nodes: Iterable[Any]) -> tuple[Characters, bool]:
        """The characters that a match may begin with, and whether it may have none at all."""
        found = NONE
        for code, argument in nodes:
            if code in _ONE_CHARACTER:
                return found | self.characters(code, argument), False
            if _is_assertion((code, argument)):
                continue
            if code is op.BRANCH:
                ways = [self.beginning(way) for way in argument[1]]
            elif code is op.SUBPATTERN:
                inner = self.under(*argument[1:3])
                ways = [inner.beginning(argument[3])]
            elif code in _REPEATS:
                first, none = self.beginning(argument[2])
                ways = [(first, none or not argument[0])]
            else:
                return ANY, True
            for first, _ in ways:
                found |= first
            if not any(none for _, none in ways):
                return found, False
        return found, True

    def characters(self, code: Any, argument: Any) -> Characters:  # noqa: ANN401 - the parser's
        if code is op.ANY:
            return ANY if self.flags & re.DOTALL else ~NEWLINE
        if code is op.LITERAL:
            return span(argument, argument, self.flags)
        if code is op.NOT_LITERAL:
            return ~span(argument, argument, self.flags)
        found = NONE
        for what, item in argument:
            if what is op.LITERAL:
                found |= span(item, item, self.flags)
            elif what is op.RANGE:
                found |= span(item[0], item[1], self.flags)
            elif what is op.CATEGORY:
                found |= category(item, self.flags)
        return ~found if argument[0][0] is op.NEGATE else found


def _is_assertion(node: tuple[Any, Any]) -> bool:
    return node[0] in {op.AT, op.ASSERT, op.ASSERT_NOT}
