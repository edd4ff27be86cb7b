"""How far a pattern can reach, read from its structure: what lets a long text be searched in parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from re import _compiler as compiler  # type: ignore[attr-defined]
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

REPEATS = frozenset({op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT})
_ASSERTIONS = {op.AT, op.ASSERT, op.ASSERT_NOT}


@dataclass(frozen=True, slots=True)
class Structure:
    """What is known of a pattern without running it. Widths are in characters."""

    width: int | None
    """The longest match; None: no bound. What look-arounds see is no part of it."""
    ahead: int | None
    """How far beyond a match a look-ahead can see; None: no bound."""
    at_start: bool
    """It can only match where a text begins."""
    ends_at: Callable[[str, int], object]
    """Whether what the pattern demands after its last character holds in a text at a place."""


@lru_cache(maxsize=1)
def parsed(pattern: str) -> Any:  # noqa: ANN401 - the parser's
    """The parser's tree of ``pattern``, not to be changed; kept for the next who asks for the same one.

    Raises ``re.error``.
    """
    return parser.parse(pattern)


def structure(pattern: str) -> Structure:
    """Read ``pattern``, in Python's ``re`` dialect. Raises ``re.error`` when it is none."""
    tree = parsed(pattern)
    aheads = [_bound(node[1][1]) for node in _nodes(tree) if node[0] in {op.ASSERT, op.ASSERT_NOT}]
    ahead = None if None in aheads else max((each for each in aheads if each is not None), default=0)
    at_start = bool(len(tree)) and tree[0] == (op.AT, op.AT_BEGINNING_STRING)
    return Structure(_bound(tree), ahead, at_start, _tail(tree))


def _bound(tree: Any) -> int | None:  # noqa: ANN401 - the parser's
    widest = int(tree.getwidth()[1])
    return None if widest >= op.MAXREPEAT else widest


def _tail(tree: Any) -> Callable[[str, int], object]:  # noqa: ANN401 - the parser's
    nodes = list(tree)
    first = len(nodes)
    while first and nodes[first - 1][0] in _ASSERTIONS:
        first -= 1
    if first == len(nodes):
        return lambda text, place: True  # noqa: ARG005 - it demands nothing
    tail: re.Pattern[str] = compiler.compile(parser.SubPattern(tree.state, nodes[first:]), tree.state.flags)
    return tail.match


def _nodes(tree: Iterable[Any]) -> Iterator[Any]:
    for node in tree:
        yield node
        for inner in inside(node):
            yield from _nodes(inner)


def inside(node: Any) -> list[Any]:  # noqa: ANN401 - the parser's
    """The sequences of nodes in a node of the parser's tree."""
    code, argument = node
    found: list[Any] = []
    if code is op.BRANCH:
        found = argument[1]
    elif code is op.GROUPREF_EXISTS:
        found = [part for part in argument[1:] if part is not None]
    elif code is op.ATOMIC_GROUP:
        found = [argument]
    elif code is op.SUBPATTERN:
        found = [argument[3]]
    elif code in REPEATS:
        found = [argument[2]]
    elif code in {op.ASSERT, op.ASSERT_NOT}:
        found = [argument[1]]
    return found
