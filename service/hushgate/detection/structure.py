"""How far a pattern can reach, read from its structure: what lets a long text be searched in parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Any

import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

REPEATS = frozenset({op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT})
_ASSERTIONS = {op.AT, op.ASSERT, op.ASSERT_NOT}
_REFERENCES = {op.GROUPREF, op.GROUPREF_EXISTS}
_COUNTS = {op.MAX_REPEAT: "", op.MIN_REPEAT: "?", op.POSSESSIVE_REPEAT: "+"}
_LOOKS = {op.ASSERT: "=", op.ASSERT_NOT: "!"}
_PLACES = {
    op.AT_BEGINNING: "^",
    op.AT_BEGINNING_STRING: r"\A",
    op.AT_BOUNDARY: r"\b",
    op.AT_NON_BOUNDARY: r"\B",
    op.AT_END: "$",
    op.AT_END_STRING: r"\Z",
}
_CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d",
    op.CATEGORY_NOT_DIGIT: r"\D",
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w",
    op.CATEGORY_NOT_WORD: r"\W",
}
_LETTERS = {re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s", re.ASCII: "a"}


@dataclass(frozen=True, slots=True)
class Structure:
    """What is known of a pattern without running it. Widths are in characters."""

    width: int | None
    """The longest match; None: no bound. What look-arounds see is no part of it."""
    ahead: int | None
    """How far beyond a match a look-ahead can see; None: no bound."""
    at_start: bool
    """It can only match where a text begins."""
    value: bool
    """It has a group ``value``."""
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
    return Structure(_bound(tree), ahead, at_start, "value" in tree.state.groupdict, _tail(tree))


def _bound(tree: Any) -> int | None:  # noqa: ANN401 - the parser's
    widest = int(tree.getwidth()[1])
    return None if widest >= op.MAXREPEAT else widest


def _tail(tree: Any) -> Callable[[str, int], object]:  # noqa: ANN401 - the parser's
    nodes = list(tree)
    first = len(nodes)
    while first and nodes[first - 1][0] in _ASSERTIONS:
        first -= 1
    if first == len(nodes) or any(code in _REFERENCES for code, _ in _nodes(nodes[first:])):
        return lambda text, place: True  # noqa: ARG005 - it demands nothing, or nothing that can be told here
    # Few rules ever ask, and the engine that matches is asked: re and regex differ on what is part of a word.
    flags = _flags(tree.state.flags, 0)
    compiled = cache(lambda: regex.compile((f"(?{flags})" if flags else "") + _source(nodes[first:])))
    return lambda text, place: compiled().match(text, place)


def _source(nodes: Iterable[Any]) -> str:
    """A pattern that the parser reads as these nodes; groups capture nothing, and nothing refers to them."""
    return "".join(_written(code, argument) for code, argument in nodes)


def _written(code: Any, argument: Any) -> str:  # noqa: ANN401 - the parser's
    if code is op.IN:
        found = f"[{''.join(_item(what, item) for what, item in argument)}]"
    elif code is op.BRANCH:
        found = f"(?:{'|'.join(map(_source, argument[1]))})"
    elif code is op.SUBPATTERN:
        found = f"(?{_flags(*argument[1:3])}:{_source(argument[3])})"
    elif code is op.ATOMIC_GROUP:
        found = f"(?>{_source(argument)})"
    elif code in _COUNTS:
        least, most, body = argument
        found = f"(?:{_source(body)}){{{least},{'' if most is op.MAXREPEAT else most}}}{_COUNTS[code]}"
    elif code in _LOOKS:
        found = f"(?{'<' if argument[0] < 0 else ''}{_LOOKS[code]}{_source(argument[1])})"
    elif code is op.AT:
        found = _PLACES[argument]
    else:
        found = {op.ANY: "."}.get(code) or f"[{_item(code, argument)}]"
    return found


def _item(what: Any, item: Any) -> str:  # noqa: ANN401 - the parser's
    """An item of a class of characters, or all of one."""
    if what is op.CATEGORY:
        return _CATEGORIES[item]
    if what is op.RANGE:
        return "-".join(f"\\U{code:08x}" for code in item)
    return {op.NEGATE: "^", op.NOT_LITERAL: "^"}.get(what, "") + ("" if item is None else f"\\U{item:08x}")


def _flags(added: int, removed: int) -> str:
    """The letters of those that change what a pattern matches."""
    on = "".join(letter for flag, letter in _LETTERS.items() if added & flag)
    off = "".join(letter for flag, letter in _LETTERS.items() if removed & flag)
    return f"{on}-{off}" if off else on


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
