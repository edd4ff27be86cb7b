r"""Which byte stands for which character when RE2 runs, and what sets of characters become.

Each character becomes one byte, so that a byte's place is its character's place: ASCII stays as it is, but
all digits are ``0``; what lies beyond becomes ``0``, a space, ``_`` (part of a word) or 0x83. ``\b`` means
what it means in a rule's pattern; no Unicode table gets into the automaton; and it has a state for a number's
shape, not one for each number that it ever saw. A lone surrogate is one more 0x83. A new line becomes a
byte of its own, so that ``\n`` can join many texts to one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from re import _constants as op  # type: ignore[attr-defined]
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

_DIGIT, _SPACE, _WORD, _OTHER, _LINE = range(0x80, 0x85)
_KINDS = frozenset({_DIGIT, _SPACE, _WORD, _OTHER})
_KIND_OF = regex.compile(r"(\d)|(\s)|(\w)")
_ASCII = frozenset(range(0x80))
_EVERY = _ASCII | _KINDS
_FOLDS_TO_ASCII = {0x130: "iI", 0x131: "iI", 0x17F: "sS", 0x212A: "kK"}
"""Characters that match an ASCII letter where case is ignored (Unicode's CaseFolding.txt, and Turkish i)."""

_MERGED = {_DIGIT: ord("0"), _SPACE: ord(" "), _WORD: ord("_"), ord("\n"): _LINE} | dict.fromkeys(
    b"0123456789", ord("0")
)
_BYTES = bytes(_MERGED.get(code, code) for code in range(0x100))
_LINE_BYTES = _BYTES.replace(bytes([_LINE]), b"\n", 1)
"""The same, but for the new line that ends a line."""


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


def encoded_lines(texts: Sequence[str]) -> list[bytes]:
    """Each of some texts in ASCII, ``encoded``: all in one go."""
    lines = "\n".join([text.replace("\n", chr(_LINE)) for text in texts])
    return lines.encode("latin-1").translate(_LINE_BYTES).split(b"\n") if texts else []


@dataclass(frozen=True, slots=True)
class Characters:
    """A set of characters: of which ASCII codes and kinds it has some, and of which it has the whole."""

    some: frozenset[int]
    whole: frozenset[int]

    def __or__(self, other: Characters) -> Characters:
        return Characters(self.some | other.some, self.whole | other.whole)

    def __and__(self, other: Characters) -> Characters:
        return Characters(self.some & other.some, self.whole & other.whole)

    def __invert__(self) -> Characters:
        return Characters(_EVERY - self.whole, _EVERY - self.some)

    @property
    def bytes(self) -> bytes:
        """The bytes that stand for some of them."""
        return bytes(sorted({_BYTES[code] for code in self.some}))

    def __str__(self) -> str:
        return _class(self.some)


@cache
def _class(some: frozenset[int]) -> str:
    found = Characters(some, some).bytes
    return "[" + "".join(f"\\x{byte:02x}" for byte in found) + "]" if found else r"[^\x00-\xff]"


def _ascii(pattern: str) -> frozenset[int]:
    return frozenset(code for code in _ASCII if regex.match(pattern, chr(code)))


ANY = Characters(_EVERY, _EVERY)
NONE = Characters(frozenset(), frozenset())
DIGITS = Characters(*[frozenset(b"0123456789") | {_DIGIT}] * 2)
LETTERS = frozenset(code for code in _ASCII if chr(code).isalpha())
NEWLINE = Characters(frozenset(b"\n"), frozenset(b"\n"))
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


@cache
def span(first: int, final: int, flags: int) -> Characters:
    """The characters of a range of code points, as ``re`` reads it under ``flags``."""
    codes = frozenset(range(first, min(final + 1, 0x80)))
    if final >= 0x80:
        beyond = range(max(first, 0x80), final + 1)
        codes |= _KINDS if len(beyond) > 1000 else {_kind(chr(code)) for code in beyond}
    if flags & re.IGNORECASE:
        letters = "".join(chr(code) for code in codes & _ASCII)
        letters += "".join(same for code, same in _FOLDS_TO_ASCII.items() if first <= code <= final)
        codes |= frozenset((letters.lower() + letters.upper()).encode())
        codes |= {_WORD} if any(letter in "iIkKsS" for letter in letters) else set()
    return Characters(codes, codes - _KINDS)


@cache
def category(name: object, flags: int) -> Characters:
    r"""The characters of ``\\d``, ``\\s``, ``\\w`` or their opposites, by ``re``'s name for it."""
    codes = _CATEGORIES[_NOT.get(name, name)]
    if flags & re.ASCII:
        codes -= _KINDS
    found = Characters(codes, codes)
    return ~found if name in _NOT else found
