"""What nodes of a pattern match: which characters, what they begin with, and how many digits.

``re``'s own parser reads a pattern, whose opcodes are followed here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from re import _constants as op  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any, NamedTuple

from hushgate.detection.alphabet import ANY, DIGITS, NEWLINE, NONE, Characters, category, span
from hushgate.detection.structure import REPEATS, inside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ONE_CHARACTER = frozenset({op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN})
LOOKS_BEHIND, LOOKS_AHEAD = -1, 1
"""Which way a look-around looks, as the parser has it."""


def groups_of(nodes: Iterable[Any], flags: int) -> Iterator[tuple[int, Group]]:
    """The groups that can be referred to, by their numbers."""
    for code, argument in nodes:
        here = flags
        if code is op.SUBPATTERN:
            here = (flags | argument[1]) & ~argument[2]
            if argument[0] is not None:
                yield argument[0], Group(here, argument[3])
        for inner in inside((code, argument)):
            yield from groups_of(inner, here)


class Group(NamedTuple):
    """What a group holds, and under which flags."""

    flags: int
    nodes: Any


@dataclass(frozen=True, slots=True)
class Nodes:
    """Reads nodes of the parser's tree under the flags that hold there."""

    flags: int
    groups: Mapping[int, Group] = field(default_factory=dict)
    """Those of the whole pattern."""

    def within(self, group: Any) -> Nodes:  # noqa: ANN401 - the parser's
        """The same inside a group, which may set flags of its own."""
        flags = (self.flags | group[1]) & ~group[2]
        return self if flags == self.flags else replace(self, flags=flags)

    def referred(self, number: int) -> tuple[Nodes, Any] | None:
        """What a reference to a group matches, in either case where that is asked for here."""
        group = self.groups.get(number)
        if group is None:
            return None
        return replace(self, flags=group.flags | self.flags & re.IGNORECASE), group.nodes

    def one_of(self, nodes: Iterable[Any]) -> Characters:
        """The characters that ``nodes`` match alone: what needs more than one character counts for none."""
        nodes = list(nodes)
        if len(nodes) != 1:
            return NONE
        code, argument = nodes[0]
        if code in ONE_CHARACTER:
            return self.characters(code, argument)
        if code is op.SUBPATTERN:
            return self.within(argument).one_of(argument[3])
        found = NONE
        for way in argument[1] if code is op.BRANCH else ():
            found |= self.one_of(way)
        return found

    def reach(self, nodes: Iterable[Any], wanted: Characters, room: int) -> int | None:
        """How far into a match one of ``wanted`` stands at the latest; None: some match has none there."""
        passed = 0
        for code, argument in nodes:
            if passed > room:
                return None
            inside: int | None = None
            if code in ONE_CHARACTER:
                inside, width = (0 if self.characters(code, argument).some <= wanted.some else None), 1
            elif code is op.BRANCH:
                ways = [self.reach(way, wanted, room - passed) for way in argument[1]]
                inside = None if None in ways else max(way for way in ways if way is not None)
                width = max(way.getwidth()[1] for way in argument[1])
            elif code is op.SUBPATTERN:
                inner = self.within(argument)
                inside, width = inner.reach(argument[3], wanted, room - passed), argument[3].getwidth()[1]
            elif code in REPEATS:
                inside = self.reach(argument[2], wanted, room - passed) if argument[0] else None
                width = argument[1] * argument[2].getwidth()[1]
            elif code is op.ASSERT and argument[0] == LOOKS_AHEAD:
                inside, width = self.reach(argument[1], wanted, room - passed), 0
            elif is_assertion((code, argument)):
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
            if code in ONE_CHARACTER:
                found += self.characters(code, argument).some <= DIGITS.some
            elif code is op.BRANCH:
                found += min(map(self.digits, argument[1]))
            elif code is op.SUBPATTERN:
                inner = self.within(argument)
                found += inner.digits(argument[3])
            elif code is op.ATOMIC_GROUP:
                found += self.digits(argument)
            elif code is op.GROUPREF and (reference := self.referred(argument)):
                found += reference[0].digits(reference[1])
            elif code in REPEATS and argument[0]:
                found += argument[0] * self.digits(argument[2])
        return found

    def beginning(self, nodes: Iterable[Any]) -> tuple[Characters, bool]:
        """The characters that a match may begin with, and whether it may have none at all."""
        found = NONE
        for code, argument in nodes:
            if code in ONE_CHARACTER:
                return found | self.characters(code, argument), False
            if is_assertion((code, argument)):
                continue
            if code is op.BRANCH:
                ways = [self.beginning(way) for way in argument[1]]
            elif code is op.SUBPATTERN:
                inner = self.within(argument)
                ways = [inner.beginning(argument[3])]
            elif code in REPEATS:
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
        """The characters that a node of one character matches."""
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


def is_assertion(node: tuple[Any, Any]) -> bool:
    """Whether a node matches no character itself."""
    return node[0] in {op.AT, op.ASSERT, op.ASSERT_NOT}
