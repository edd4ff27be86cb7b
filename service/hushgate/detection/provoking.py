"""Texts that keep a pattern busy, made from its own loops: what each repeats, and an end that fits nothing.

A matcher that backtracks runs away where a loop can read one run of characters in many ways and what follows
it fails, so that all of them are tried. Such a run is the loop's own body, repeated: a prefix, a pump and a
suffix (Kirrage, Rathnayake, Thielecke, Static Analysis for Regular Expression Denial-of-Service Attacks).
"""

from __future__ import annotations

from re import _compiler as compiler  # type: ignore[attr-defined]
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

from hushgate.detection.structure import REPEATS, inside, parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PUMPED = 400
"""Characters of a repeated body. By then loops in loops are past all bounds; one alone takes microseconds."""

_LIKELY = "a1 -.A_0b/@,:'\"+éx#c!\n\0"
"""Of a class the characters here are tried: loops over different classes have some in common."""
_MOST = 4
"""So many of them."""
_NOTHING_FITS = "\0"
_ONE_CHARACTER = frozenset({op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN})


def provocations(pattern: str) -> Iterator[tuple[str, str]]:
    """What is repeated, and a text of it, for each loop of the pattern. Raises ``re.error``."""
    tree = parsed(pattern)
    seen = set[str]()
    reader = _Reader(tree.state)
    for before, body, rest in reader.loops(list(tree), ""):
        pumps = dict.fromkeys(pump for pump in reader.bodies(body) if pump)
        # What has to follow stands there too, out of reach: without it a matcher may not even begin.
        for end in ("", _NOTHING_FITS + reader.sample(rest, full=True), *reader.refused(rest)):
            for pump in pumps:
                text = before + pump * (PUMPED // len(pump)) + end
                if text not in seen:
                    seen.add(text)
                    yield pump, text


class _Reader:
    """Reads nodes of the parser's tree, with the flags that hold for all of it."""

    def __init__(self, state: Any) -> None:  # noqa: ANN401 - the parser's
        self._state = state

    def loops(
        self, nodes: Sequence[Any], before: str, after: Sequence[Any] = ()
    ) -> Iterator[tuple[str, Sequence[Any], Sequence[Any]]]:
        """For each repetition what is read before it, its body, and the nodes behind it."""
        for index, node in enumerate(nodes):
            rest = [*nodes[index + 1 :], *after]
            if node[0] in REPEATS and node[1][1] > 1:
                yield before, list(node[1][2]), rest
            for inner in inside(node):
                yield from self.loops(list(inner), before, rest)
            before += self.sample([node], full=False)

    def bodies(self, nodes: Sequence[Any]) -> Iterator[str]:
        """What a loop's body may read: little of it, more of it, each of its ways, some of its characters."""
        yield self.sample(nodes, full=False)
        yield self.sample(nodes, full=True)
        if len(nodes) == 1:
            code, argument = nodes[0]
            if code in _ONE_CHARACTER:
                yield from self.some(nodes[0])
            elif code is op.BRANCH:
                for way in argument[1]:
                    yield from self.bodies(list(way))
            else:
                for inner in inside(nodes[0]):
                    yield from self.bodies(list(inner))

    def sample(self, nodes: Iterable[Any], *, full: bool) -> str:
        """A text that the nodes match, but for look-arounds; ``full``: with what they need not have."""
        found = []
        for code, argument in nodes:
            if code in _ONE_CHARACTER:
                found += self.some((code, argument))[:1]
            elif code is op.BRANCH:
                found.append(self.sample(argument[1][-1 if full else 0], full=full))
            elif code is op.SUBPATTERN:
                found.append(self.sample(argument[3], full=full))
            elif code is op.ATOMIC_GROUP:
                found.append(self.sample(argument, full=full))
            elif code in REPEATS:
                least, most, body = argument
                times = min(max(least, full), most, PUMPED)
                found.append(self.sample(body, full=full) * times)
        return "".join(found)[:PUMPED]

    def some(self, node: Any) -> list[str]:  # noqa: ANN401 - the parser's
        """A few characters that a node of one character matches."""
        code, argument = node
        if code is op.LITERAL:
            return [chr(argument)]
        alone = compiler.compile(parser.SubPattern(self._state, [node]), self._state.flags)
        likely = [character for character in _LIKELY if alone.fullmatch(character)]
        items = argument if code is op.IN else ()
        first = [
            item[0] if what is op.RANGE else item for what, item in items if what in {op.LITERAL, op.RANGE}
        ]
        return likely[:_MOST] or [chr(each) for each in first[:1]]

    def refused(self, nodes: Iterable[Any]) -> list[str]:
        """What the first character behind a loop may not be, where it may be nearly any."""
        for node in nodes:
            code, argument = node
            if code is op.NOT_LITERAL:
                return [chr(argument)]
            if code is op.IN and argument[0][0] is op.NEGATE:
                return self.some((op.IN, argument[1:]))[:1]
            if code in _ONE_CHARACTER:
                return []
            for inner in inside(node):
                return self.refused(inner)
        return []
