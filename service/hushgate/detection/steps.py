"""How many steps a matcher that backtracks takes at one place of a text at most: few need no clock.

A way is one reading of a text by a part of a pattern. Ways multiply along a pattern, and only ways that what
follows can go on from count: ``[a-z]{1,9}`` before a digit has one, before a letter nine. What follows is
known by the characters that it can begin with, ``_AHEAD`` of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, reduce
from operator import and_, or_
from re import _constants as op  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any, NamedTuple

from hushgate.detection.nodes import LOOKS_AHEAD, ONE_CHARACTER, Nodes
from hushgate.detection.structure import REPEATS, parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_AHEAD = 6
_LOST = 20
"""Steps until a way that goes no further is given up: within ``_AHEAD`` characters."""

_MOST = 100
"""The logarithm of what is no bound any more."""

_END = 1 << 0x80
"""In a set of characters, the bit that says that the text may end there; each other is an ASCII code."""
_ANY = (_END << 1) - 1

_WORD = sum(1 << code for code in range(0x80) if chr(code).isalnum() or code == ord("_"))
_BOUNDARY = (op.AT, op.AT_BOUNDARY)

Ahead = tuple[int, ...]
"""For each of the next characters, which it can be."""
_ANYTHING: Ahead = (_ANY,) * _AHEAD


class _Cost(NamedTuple):
    """Of a part of a pattern, from one place of any text."""

    ways: float
    """From which what follows may go on, at most."""
    steps: float
    """To try them all."""


_ONE = _Cost(1, 1)
_ENDLESS = _Cost(math.inf, math.inf)


def steps(pattern: str) -> float:
    """At most so many at one place of a text in ASCII, roughly; ``inf`` where there is no bound."""
    tree = parsed(pattern)
    return _Reader(Nodes(tree.state.flags), {}).sequence(list(tree), _ANYTHING).steps


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads nodes of the parser's tree under the flags that hold there."""

    reads: Nodes
    known: dict[tuple[int, int, Ahead], Ahead]
    """What was said of a node before, by its identity."""

    def within(self, argument: Any) -> _Reader:  # noqa: ANN401 - the parser's
        return _Reader(self.reads.within(argument), self.known)

    def sequence(self, nodes: Sequence[Any], after: Ahead) -> _Cost:
        ways, steps = 1.0, 1.0
        behind = self.aheads(nodes, after)
        for place, node in enumerate(nodes):
            cost = self.node(node, behind[place + 1])
            steps += ways * cost.steps
            ways *= cost.ways
        return _Cost(ways, steps)

    def node(self, node: Any, after: Ahead) -> _Cost:  # noqa: ANN401 - the parser's
        code, argument = node
        found = _ENDLESS
        if code in ONE_CHARACTER or code in {op.AT, op.GROUPREF}:
            found = _ONE
        elif code in {op.ASSERT, op.ASSERT_NOT}:
            found = _Cost(1, self.sequence(list(argument[1]), _ANYTHING).steps)
        elif code is op.ATOMIC_GROUP:
            found = _Cost(1, self.sequence(list(argument), after).steps)
        elif code is op.SUBPATTERN:
            found = self.within(argument).sequence(list(argument[3]), after)
        elif code is op.BRANCH:
            found = self.branch([list(way) for way in argument[1]], after)
        elif code in REPEATS and argument[1] is not op.MAXREPEAT:
            found = self.repeat(argument, after)
            if code is op.POSSESSIVE_REPEAT:
                found = _Cost(1, found.steps)
        return found

    def branch(self, branches: Sequence[Sequence[Any]], after: Ahead) -> _Cost:
        costs = [self.sequence(each, after) for each in branches]
        aheads = [self.begun(each, after) for each in branches]
        # Beside one of the branches, all that can go on with the same text.
        ways = max(
            1.0,
            *(
                sum(cost.ways for cost, other in zip(costs, aheads, strict=True) if not _apart(one, other))
                for one in aheads
            ),
        )
        return _Cost(ways, sum(cost.steps + _LOST * cost.ways for cost in costs))

    def repeat(self, argument: Any, after: Ahead) -> _Cost:  # noqa: ANN401 - the parser's
        least, most, nodes = argument
        body = list(nodes)
        again = self.repeated(body, 0, most, after)
        inner = self.sequence(body, _either((again, after)) if most > 1 else after)
        begun = _sum(inner.ways, 0, most - 1)
        ended = _sum(inner.ways, least, most)
        one = _apart(self.begun(body, again), after)
        return _Cost(_power(inner.ways, most) if one else ended, begun * inner.steps + ended * _LOST)

    def aheads(self, nodes: Sequence[Any], after: Ahead) -> list[Ahead]:
        """What the next characters can be before each of the nodes, and behind them all."""
        found = [after]
        for place in range(len(nodes) - 1, -1, -1):
            node, behind = nodes[place], found[-1]
            if node == _BOUNDARY and not self.last(nodes[:place]) & ~_WORD:
                behind = (behind[0] & ~_WORD, *behind[1:])
            found.append(self.ahead(node, behind))
        return found[::-1]

    def begun(self, nodes: Iterable[Any], after: Ahead) -> Ahead:
        """What the next characters can be where the nodes begin."""
        return self.aheads(list(nodes), after)[0]

    def last(self, nodes: Sequence[Any]) -> int:
        """Which characters the nodes may end with."""
        if not nodes:
            return _ANY
        code, argument = nodes[-1]
        found = _ANY
        if code in ONE_CHARACTER:
            found = _bits(self.reads.characters(code, argument).some)
        elif code is op.SUBPATTERN:
            found = self.within(argument).last(list(argument[3]))
        elif code is op.BRANCH:
            found = reduce(or_, (self.last(list(way)) for way in argument[1]))
        elif code in REPEATS:
            found = self.last(list(argument[2])) | (0 if argument[0] else self.last(nodes[:-1]))
        return found

    def ahead(self, node: Any, after: Ahead) -> Ahead:  # noqa: ANN401 - the parser's
        key = id(node), self.reads.flags, after
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self.looked(node, after)
        return found

    def looked(self, node: Any, after: Ahead) -> Ahead:  # noqa: ANN401 - the parser's
        code, argument = node
        found = after
        if code in ONE_CHARACTER:
            found = (_bits(self.reads.characters(code, argument).some), *after[:-1])
        elif code is op.ASSERT and argument[0] == LOOKS_AHEAD:
            found = tuple(map(and_, after, self.begun(argument[1], _ANYTHING)))
        elif code is op.ASSERT_NOT and argument[0] == LOOKS_AHEAD:
            found = (after[0] & ~_bits(self.reads.one_of(argument[1]).whole), *after[1:])
        elif code is op.SUBPATTERN:
            found = self.within(argument).begun(argument[3], after)
        elif code is op.ATOMIC_GROUP:
            found = self.begun(argument, after)
        elif code is op.BRANCH:
            found = _either([self.begun(way, after) for way in argument[1]])
        elif code in REPEATS:
            found = self.repeated(list(argument[2]), argument[0], argument[1], after)
        elif code in {op.GROUPREF, op.GROUPREF_EXISTS}:
            found = _ANYTHING
        return found

    def repeated(self, body: Sequence[Any], least: int, most: int, after: Ahead) -> Ahead:
        """What the next characters can be where a loop begins."""
        found = after
        for times in range(min(most, _AHEAD), 0, -1):
            before = self.begun(body, found)
            found = _either((before, after)) if least < times else before
        return found


@cache
def _bits(codes: frozenset[int]) -> int:
    return sum(1 << code for code in codes if code < 0x80)


def _either(aheads: Sequence[Ahead]) -> Ahead:
    return tuple(reduce(or_, each) for each in zip(*aheads, strict=True))


def _apart(one: Ahead, other: Ahead) -> bool:
    """Whether no text can go on in both ways."""
    return not all(map(and_, one, other))


def _power(ways: float, times: int) -> float:
    return ways**times if times * math.log(ways) < _MOST else math.inf


def _sum(ways: float, first: int, last: int) -> float:
    """Ways of ways, each as often as from ``first`` to ``last``."""
    if ways == 1:
        return float(max(last - first + 1, 1))
    return (
        (_power(ways, last + 1) - ways**first) / (ways - 1) if _power(ways, last + 1) < math.inf else math.inf
    )
