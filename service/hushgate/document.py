"""How a JSON document is read and written: every number keeps its digits, every key its place.

A number stays the text that it was (RFC 8259 sets no limit on its digits, and a float would round an
account number). What two readers could read differently is refused: a key that stands twice, NaN,
text after the end. No sentence and no ``repr`` holds a value or a key of the document.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import regex

from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written: ``1.50`` is not ``1.5``."""

    literal: str = field(repr=False)


Scalar = str | Number | bool | None
Tree = Scalar | list["Tree"] | dict[str, "Tree"]
"""A document: objects are dicts in their order, arrays lists, all else a scalar."""

Path = tuple[str | int, ...]
"""Where a value stands: keys and indices from the root."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One scalar of a document and where it stands."""

    path: Path = field(repr=False)
    value: Scalar = field(repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """A text of a document, or one that is all there is: a leaf, or with ``key`` the last key of ``path``."""

    text: str = field(repr=False)
    path: Path = field(default=(), repr=False)
    key: bool = False

    @property
    def at(self) -> tuple[Path, bool]:
        """What tells it from all others of its document: ``path``, and whether it is a key."""
        return self.path, self.key

    @property
    def label(self) -> str:
        """The words that stand before the text, for context; a key's are those of the object it is in."""
        return label(self.path[:-1] if self.key else self.path)


class _RefusedError(Exception):
    """What the JSON grammar allows and this reader does not."""


def _object(pairs: list[tuple[str, Tree]]) -> dict[str, Tree]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise _RefusedError("an object names a key twice")
    return read


def _constant(_: str) -> Tree:
    raise _RefusedError("NaN and Infinity are no JSON numbers")


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=Number, parse_float=Number, parse_constant=_constant
)
# An end of text closes a string too: each character is read once, whatever the text.
_STRING = re.compile(r'"(?:[^"\\]+|\\.)*+"?', re.DOTALL)
_BRACKET = re.compile(r"[\[\]{}]")


def parse(text: str, *, field: str, max_depth: int = 64, object_only: bool = False) -> Tree:
    """The document that ``text`` holds; ``field`` is the name that a failure gives it.

    Fails with JSON_TOO_DEEP above ``max_depth`` levels of brackets and JSON_INVALID for all else that
    is no JSON, or no object where ``object_only`` asks for one.
    """
    if _deeper_than(max_depth, text):
        sentence = f"{field} is nested deeper than {max_depth} levels"
        raise Failure(Reason.JSON_TOO_DEEP, sentence, field=field, limit=max_depth)
    tree: Tree = None
    # Raised below, outside the handler: a decoder's error carries the whole document with it.
    wrong = ""
    try:
        tree = _decoder.decode(text)
    except json.JSONDecodeError as error:
        wrong = f"is not JSON from line {error.lineno}, column {error.colno} on"
    except _RefusedError as error:
        wrong = f"is not a document to rely on: {error}"
    if not wrong and object_only and not isinstance(tree, dict):
        wrong = "must be a JSON object"
    if wrong:
        raise Failure(Reason.JSON_INVALID, f"{field} {wrong}", field=field)
    return tree


def _deeper_than(limit: int, text: str) -> bool:
    if text.count("[") + text.count("{") <= limit:
        return False
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > limit:
            return True
    return False


_SURROGATE = re.compile("[\ud800-\udfff]")
_quote = json.JSONEncoder(ensure_ascii=False).encode


def _string(value: str) -> str:
    quoted = _quote(value)
    # Half of a pair has no UTF-8 form; as an escape it is what the sender wrote.
    return _SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", quoted)


def serialize(tree: Tree) -> str:
    """JSON text of ``tree``, as ``json.dumps`` spaces it; non-ASCII stays; always encodes as UTF-8."""
    match tree:
        case str():
            return _string(tree)
        case Number():
            return tree.literal
        case None:
            return "null"
        case bool():
            return "true" if tree else "false"
        case list():
            return "[" + ", ".join([serialize(item) for item in tree]) + "]"
    return "{" + ", ".join([f"{_string(key)}: {serialize(value)}" for key, value in tree.items()]) + "}"


def leaves(tree: Tree, path: Path = ()) -> Iterator[Leaf]:
    """Every scalar of ``tree`` in document order."""
    match tree:
        case dict():
            for key, value in tree.items():
                yield from leaves(value, (*path, key))
        case list():
            for index, item in enumerate(tree):
                yield from leaves(item, (*path, index))
        case _:
            yield Leaf(path, tree)


def places(tree: Tree, path: Path = ()) -> Iterator[Place]:
    """Every text of ``tree`` in document order: each key, and each leaf that is a string or a number."""
    match tree:
        case dict():
            for key, value in tree.items():
                yield Place(key, (*path, key), key=True)
                yield from places(value, (*path, key))
        case list():
            for index, item in enumerate(tree):
                yield from places(item, (*path, index))
        case _:
            if text := scalar_text(tree):
                yield Place(text, path)


def scalar_text(value: Scalar) -> str:
    """A leaf as a text to look at: a string, or a number's digits; "" for booleans and null."""
    match value:
        case str():
            return value
        case Number():
            return value.literal
        case _:
            return ""


def rebuild(
    tree: Tree,
    replace: Callable[[Path, Scalar], Scalar],
    *,
    rename: Callable[[Path, str], str] | None = None,
) -> Tree:
    """A copy of ``tree`` with each leaf replaced and, where ``rename`` is given, each key renamed.

    Both are asked in document order with the path in ``tree`` (a key's own path ends in the key). Keys that
    become alike are told apart by a number behind them: no value is lost.
    """

    def copy(node: Tree, path: Path) -> Tree:
        match node:
            case dict():
                names = list(node) if rename is None else _renamed(node, path, rename)
                values = [copy(value, (*path, key)) for key, value in node.items()]
                return dict(zip(names, values, strict=True))
            case list():
                return [copy(item, (*path, index)) for index, item in enumerate(node)]
            case _:
                return replace(path, node)

    return copy(tree, ())


def _renamed(node: dict[str, Tree], path: Path, rename: Callable[[Path, str], str]) -> Sequence[str]:
    wanted = [rename((*path, key), key) for key in node]
    taken = {new for key, new in zip(node, wanted, strict=True) if new == key}
    names = []
    for key, new in zip(node, wanted, strict=True):
        name, count = new, 1
        while name in taken and name != key:
            count += 1
            name = f"{new} ({count})"
        taken.add(name)
        names.append(name)
    return names


PLAIN_KEY = re.compile(r"""[^\s.\[\]*"'\\\x00-\x1f\x7f\ud800-\udfff]+""")
"""A key that a path names without quotes."""


def path_text(path: Path) -> str:
    """``path`` as policies write it: ``order.items[0].name``, ``["a.b"].c``; the root is empty."""
    parts: list[str] = []
    for segment in path:
        if isinstance(segment, int):
            parts.append(f"[{segment}]")
        elif PLAIN_KEY.fullmatch(segment):
            parts.append(f".{segment}" if parts else segment)
        else:
            parts.append(f"[{_string(segment)}]")
    return "".join(parts)


# A word ends where a capital follows a small letter, before the last capital of "IBANNumber",
# and at whatever is no letter.
_WORD = regex.compile(r"\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{L}+")


def label(path: Path) -> str:
    """The words of ``path``'s keys, for context: ``customer.accountNumber`` is "customer account number"."""
    words = [word for key in path if isinstance(key, str) for word in _WORD.findall(key)]
    return " ".join(words).casefold()
