r"""What must at least be there for a pattern to match: a rewriting that RE2 can run, and never misses.

Every pattern is rewritten to one that matches wherever the pattern does (a superset), over bytes instead of
characters. Each character becomes one byte: ASCII stays as it is, but all digits are ``0``; what lies beyond
becomes ``0``, a space, ``_`` (part of a word) or 0x83. So a byte's place is its character's place, ``\b`` means
what it means in the pattern, no Unicode table gets into the automaton, and it has a state for a number's shape,
not one for each number that it ever saw. A lone surrogate is one more 0x83.

The pattern's structure is read by ``re``'s own parser, whose opcodes this module follows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import re2
import regex

HEAD = 512
"""A pattern is followed only so far, in characters: whatever matches it matches its head."""

SPREAD = 3
"""``x{2,9}`` is run as ``x{2,}``: counting to nine would cost the automaton a state for each count."""

_DIGIT, _SPACE, _WORD, _OTHER = range(0x80, 0x84)
_KINDS = frozenset({_DIGIT, _SPACE, _WORD, _OTHER})
_KIND_OF = regex.compile(r"(\d)|(\s)|(\w)")
_ASCII = frozenset(range(0x80))
_EVERY = _ASCII | _KINDS
_FOLDS_TO_ASCII = {0x130: "iI", 0x131: "iI", 0x17F: "sS", 0x212A: "kK"}
"""Characters that match an ASCII letter where case is ignored (Unicode's CaseFolding.txt, and Turkish i)."""

_MERGED = {_DIGIT: ord("0"), _SPACE: ord(" "), _WORD: ord("_")} | dict.fromkeys(b"0123456789", ord("0"))
_BYTES = bytes(_MERGED.get(code, code) for code in range(0x100))


def _kind(character: str) -> int:
    """What kind of character one beyond ASCII is. The matching engine itself says it."""
    found = _KIND_OF.match(character)
    return _DIGIT + found.lastindex - 1 if found and found.lastindex else _OTHER


class _Kinds(dict[int, int]):
    def __missing__(self, code: int) -> int:
        self[code] = code if code in _ASCII else _kind(chr(code))
        return self[code]


_KIND_BY_CODE = _Kinds()


def encoded(text: str) -> bytes:
    """One byte for each character."""
    if not text.isascii():
        text = text.translate(_KIND_BY_CODE)
    return text.encode("latin-1").translate(_BYTES)


@dataclass(frozen=True, slots=True)
class _Class:
    """A set of characters: the ASCII codes and kinds that it has some of, and those that it has the whole of."""

    some: frozenset[int]
    whole: frozenset[int]

    def __or__(self, other: _Class) -> _Class:
        return _Class(self.some | other.some, self.whole | other.whole)

    def __and__(self, other: _Class) -> _Class:
        return _Class(self.some & other.some, self.whole & other.whole)

    def __invert__(self) -> _Class:
        return _Class(_EVERY - self.whole, _EVERY - self.some)

    def __str__(self) -> str:
        found = sorted({_BYTES[code] for code in self.some})
        return "[" + "".join(f"\\x{byte:02x}" for byte in found) + "]" if found else r"[^\x00-\xff]"


def _ascii(pattern: str) -> frozenset[int]:
    return frozenset(code for code in _ASCII if regex.match(pattern, chr(code)))


_ANY = _Class(_EVERY, _EVERY)
_NONE = _Class(frozenset(), frozenset())
_DIGITS = frozenset(b"0123456789") | {_DIGIT}
_LETTERS = frozenset(code for code in _ASCII if chr(code).isalpha())
_NEWLINE = _Class(frozenset(b"\n"), frozenset(b"\n"))
_CATEGORIES = {
    op.CATEGORY_DIGIT: _ascii(r"\d") | {_DIGIT},
    op.CATEGORY_SPACE: _ascii(r"\s") | {_SPACE},
    op.CATEGORY_WORD: _ascii(r"\w") | {_DIGIT, _WORD},
}
_NOT = {
    op.CATEGORY_NOT_DIGIT: op.CATEGORY_DIGIT,
    op.CATEGORY_NOT_SPACE: op.CATEGORY_SPACE,
    op.CATEGORY_NOT_WORD: op.CATEGORY_WORD,
}
_ONE_CHARACTER = {op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN}
_REPEATS = {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}
_BEHIND, _AHEAD = -1, 1


@dataclass(frozen=True, slots=True)
class Superset:
    """What RE2 runs in a pattern's stead, over an ``encoded`` text."""

    text: str
    """Empty when nothing short of running the pattern itself will do."""
    digit: bool
    """A match of the pattern has a digit in its head."""
    wordless: bool
    """No match begins with a letter."""


def superset(pattern: str) -> Superset:
    """The least that must be there for ``pattern``, in Python's ``re`` dialect, to match."""
    tree = parser.parse(pattern)
    head = _Head(tree.state.flags, first=True, last=True)
    text = head.sequence(tree, HEAD).text
    begin, _ = head.beginning(tree)
    anywhere = re2.compile(text.encode(), latin_1()).match(b"") is not None
    return Superset("" if anywhere else text, head.needs_digit(tree, HEAD), not begin.some & _LETTERS)


def latin_1() -> re2.Options:
    """RE2's options for patterns over ``encoded`` texts."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.max_mem = 256 << 20
    return options


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

    def sequence(self, nodes: Iterable[Any], room: int) -> _Part:
        """As much of the nodes as fits into ``room`` characters."""
        nodes = list(nodes)
        consuming = [index for index, node in enumerate(nodes) if not _is_assertion(node)] or [0]
        before, after = nodes[: consuming[0]], nodes[consuming[-1] + 1 :]
        texts = [self.edge(before, _BEHIND) if self.first else ""]
        width = 0
        for index, (code, argument) in enumerate(nodes):
            here = replace(
                self, first=self.first and index <= consuming[0], last=self.last and index >= consuming[-1]
            )
            part = here.node(code, argument, room - width)
            texts.append(part.text)
            width += part.width
            if part.cut:
                return _Part("".join(texts), width, cut=True)
        texts.append(self.edge(after, _AHEAD) if self.last else "")
        return _Part("".join(texts), width)

    def edge(self, assertions: Sequence[Any], direction: int) -> str:
        """The character next to a match, where assertions of one character speak of it, or the text's end."""
        found = _ANY
        for code, argument in assertions:
            if code is op.ASSERT_NOT and argument[0] == direction:
                found &= ~self.one_of(argument[1])
        if found == _ANY:
            return ""
        return rf"(?:\A|{found})" if direction == _BEHIND else rf"(?:{found}|\z)"

    def one_of(self, nodes: Iterable[Any]) -> _Class:
        """The characters that ``nodes`` match alone: what needs more than one character counts for none."""
        nodes = list(nodes)
        if len(nodes) != 1:
            return _NONE
        code, argument = nodes[0]
        if code in _ONE_CHARACTER:
            return self.characters(code, argument)
        if code is op.SUBPATTERN:
            return replace(self, flags=(self.flags | argument[1]) & ~argument[2]).one_of(argument[3])
        found = _NONE
        for way in argument[1] if code is op.BRANCH else ():
            found |= self.one_of(way)
        return found

    def node(self, code: Any, argument: Any, room: int) -> _Part:  # noqa: ANN401 - the parser's
        if code in _ONE_CHARACTER:
            return _Part(str(self.characters(code, argument)), 1) if room else _Part("", 0, cut=True)
        if code is op.AT:
            return _Part(self.boundary(argument), 0)
        if code in {op.ASSERT, op.ASSERT_NOT}:
            return _Part("", 0)
        if code is op.BRANCH:
            return self.branch(argument[1], room)
        if code is op.SUBPATTERN:
            return replace(self, flags=(self.flags | argument[1]) & ~argument[2]).group(argument[3], room)
        if code is op.ATOMIC_GROUP:
            return self.group(argument, room)
        if code in _REPEATS:
            return self.repeat(argument, room)
        return _Part("", 0, cut=True)  # references and conditions: the head is what came before

    def boundary(self, place: Any) -> str:  # noqa: ANN401 - the parser's
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
        inner = replace(self, first=False, last=False).sequence(nodes, room)
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

    def needs_digit(self, nodes: Iterable[Any], room: int) -> bool:
        """Whether each match has a digit within its first ``room`` characters."""
        for code, argument in nodes:
            if room <= 0:
                return False
            if code in _ONE_CHARACTER:
                need, width = self.characters(code, argument).some <= _DIGITS, 1
            elif code is op.BRANCH:
                need = all(self.needs_digit(way, room) for way in argument[1])
                width = max(way.getwidth()[1] for way in argument[1])
            elif code is op.SUBPATTERN:
                inner = replace(self, flags=(self.flags | argument[1]) & ~argument[2])
                need, width = inner.needs_digit(argument[3], room), argument[3].getwidth()[1]
            elif code in _REPEATS:
                need = argument[0] > 0 and self.needs_digit(argument[2], room)
                width = argument[1] * argument[2].getwidth()[1]
            elif code is op.ASSERT and argument[0] == _AHEAD and argument[1].getwidth()[1] <= room:
                need, width = self.needs_digit(argument[1], room), 0
            elif _is_assertion((code, argument)):
                need, width = False, 0
            else:
                return False
            if need:
                return True
            room -= width
        return False

    def beginning(self, nodes: Iterable[Any]) -> tuple[_Class, bool]:
        """The characters that a match may begin with, and whether it may have none at all."""
        found = _NONE
        for code, argument in nodes:
            if code in _ONE_CHARACTER:
                return found | self.characters(code, argument), False
            if _is_assertion((code, argument)):
                continue
            if code is op.BRANCH:
                ways = [self.beginning(way) for way in argument[1]]
            elif code is op.SUBPATTERN:
                inner = replace(self, flags=(self.flags | argument[1]) & ~argument[2])
                ways = [inner.beginning(argument[3])]
            elif code in _REPEATS:
                first, none = self.beginning(argument[2])
                ways = [(first, none or not argument[0])]
            else:
                return _ANY, True
            for first, _ in ways:
                found |= first
            if not any(none for _, none in ways):
                return found, False
        return found, True

    def characters(self, code: Any, argument: Any) -> _Class:  # noqa: ANN401 - the parser's
        if code is op.ANY:
            return _ANY if self.flags & re.DOTALL else ~_NEWLINE
        if code is op.LITERAL:
            return self.span(argument, argument)
        if code is op.NOT_LITERAL:
            return ~self.span(argument, argument)
        found = _NONE
        for what, item in argument:
            if what is op.LITERAL:
                found |= self.span(item, item)
            elif what is op.RANGE:
                found |= self.span(*item)
            elif what is op.CATEGORY:
                found |= self.category(item)
        return ~found if argument[0][0] is op.NEGATE else found

    def span(self, first: int, final: int) -> _Class:
        codes = frozenset(range(first, min(final + 1, 0x80)))
        if final >= 0x80:
            beyond = range(max(first, 0x80), final + 1)
            codes |= _KINDS if len(beyond) > 1000 else {_kind(chr(code)) for code in beyond}
        if self.flags & re.IGNORECASE:
            letters = "".join(chr(code) for code in codes & _ASCII)
            letters += "".join(same for code, same in _FOLDS_TO_ASCII.items() if first <= code <= final)
            codes |= frozenset((letters.lower() + letters.upper()).encode())
            codes |= {_WORD} if any(letter in "iIkKsS" for letter in letters) else set()
        return _Class(codes, codes - _KINDS)

    def category(self, name: Any) -> _Class:  # noqa: ANN401 - the parser's
        codes = _CATEGORIES[_NOT.get(name, name)]
        if self.flags & re.ASCII:
            codes -= _KINDS
        found = _Class(codes, codes)
        return ~found if name in _NOT else found


def _is_assertion(node: tuple[Any, Any]) -> bool:
    return node[0] in {op.AT, op.ASSERT, op.ASSERT_NOT}
