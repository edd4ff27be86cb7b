"""Where an edited text may hold a token's id: six symbols, whatever stands between or round them.

Read on a folding of the text that keeps offsets: full-width forms, look-alike letters, foreign digits,
dashes, brackets and spaces each as one ASCII character. Nothing is guessed: six symbols are an id or they
are not, and a changed symbol makes them none (``tokens.py``).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import regex

from hushgate.transformation.tokens import ALPHABET, ID_LENGTH, VALUE

if TYPE_CHECKING:
    from collections.abc import Iterator

INVISIBLE = "\x7f"
ENTITY = (
    r"&(?:nbsp|shy|lowbar|zwnj|zwj|thinsp|ensp|emsp|hyphen|dash|#95|#160|#173|#32|#45|#x5f|#xa0|#x20|#x2d);"
)
_INNER = rf"(?:[\s\-_.*{INVISIBLE}]|\\|{ENTITY}|<br\s?/?>)"
_WORD = re.compile(r"[0-9A-Za-z]+")
_TELLING_WORD = re.compile(r"(?<![0-9A-Za-z])[A-Za-z01]*[2-9][0-9A-Za-z]*")
_BEFORE = regex.compile(rf"(?i)(?:(?<![0-9a-z])[0-9a-z]{{1,5}}{_INNER}{{1,3}})+\Z")
_AFTER = regex.compile(rf"(?i)(?:{_INNER}{{1,3}}[0-9a-z]{{1,6}}(?![0-9a-z]))+")
FAR = 80
"""Code points before an id in which its label and brackets are looked for."""
_LIKE_LATIN = dict(
    zip(
        "АВСЕНІЈКМОРЅТХУавсеніјкморѕтхуΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορτυχ",
        "ABCEHIJKMOPSTXYABCEHIJKMOPSTXYABEZHIKMNOPTYXAIKVOPTYX",
        strict=True,
    )
)


class _Fold(dict[int, str]):
    """The one ASCII character that stands for another, where there is one; worked out on first use."""

    def __missing__(self, code: int) -> str:
        self[code] = _as_ascii(chr(code))
        return self[code]


def _as_ascii(character: str) -> str:
    if character.isascii():
        return character
    if character in _LIKE_LATIN:
        return _LIKE_LATIN[character]
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    normal = unicodedata.normalize("NFKC", character)
    if len(normal) == 1 and normal.isascii():
        return normal
    return {
        "Pd": "-", "Pi": "[", "Ps": "[", "Pf": "]", "Pe": "]", "Zs": " ", "Zl": "\n", "Zp": "\n",
        "Cf": INVISIBLE, "Mn": character,
    }.get(unicodedata.category(character), character)  # fmt: skip


_FOLD = _Fold(
    {ord(c): c for c in "‘’‚‛"} | {ord(c): '"' for c in "“”„‟"} | {0xAD: INVISIBLE, 0x34F: INVISIBLE}
)


@dataclass(frozen=True, slots=True)
class Id:
    """Six symbols that may be an id, half-open in the text."""

    start: int
    end: int
    identifier: str
    whole: bool
    """Nothing stands between them."""
    glued: bool
    """A letter stands right before them."""


def folded(text: str) -> str:
    """The text with the one ASCII character in the place of each other that is written like it."""
    return text if text.isascii() else text.translate(_FOLD)


def ids(plain: str) -> Iterator[Id]:
    """Every six symbols that stand together as words of their own, round each word with a digit."""
    seen: set[tuple[int, int]] = set()
    for telling in _TELLING_WORD.finditer(plain):
        start, end = telling.span()
        if _in_entity(plain, start):
            continue
        size = end - start
        if size > ID_LENGTH:
            yield from _in_long_word(plain, start, end)
            continue
        before = _BEFORE.search(plain, max(0, start - FAR), start) if size < ID_LENGTH else None
        after = _AFTER.match(plain, end, end + FAR) if size < ID_LENGTH else None
        words = [
            w.span()
            for w in _WORD.finditer(plain, before.start() if before else start, after.end() if after else end)
            if not _in_entity(plain, w.start())
        ]
        centre = words.index((start, end))
        for first in range(centre + 1):
            for last in range(centre, len(words)):
                span = words[first][0], words[last][1]
                count = sum(e - s for s, e in words[first : last + 1])
                if count > ID_LENGTH + 1:
                    break
                if count == ID_LENGTH + 1 and plain[span[1] - 1] == "s":
                    span = span[0], span[1] - 1
                    count = ID_LENGTH
                if count == ID_LENGTH and span not in seen:
                    seen.add(span)
                    if identifier := read_id(plain[span[0] : span[1]]):
                        yield Id(*span, identifier, whole=span[1] - span[0] == ID_LENGTH, glued=False)


def _in_entity(plain: str, start: int) -> bool:
    """Whether the word is the name of an HTML entity or tag, no text."""
    return plain[max(0, start - 1) : start] in {"&", "<", "%"} or plain[max(0, start - 2) : start] in {
        "&#",
        "</",
    }


def _in_long_word(plain: str, start: int, end: int) -> Iterator[Id]:
    """An id with a plural's s behind it, or with its label right before it."""
    word = plain[start:end]
    for first, last in (
        (0, ID_LENGTH),
        (len(word) - ID_LENGTH, len(word)),
        (len(word) - 1 - ID_LENGTH, len(word) - 1),
    ):
        if first < 0 or word[last:] not in {"", "s", "es"}:
            continue
        if identifier := read_id(word[first:last]):
            yield Id(start + first, start + last, identifier, whole=True, glued=first > 0)


def read_id(symbols: str) -> str:
    """The id that was meant: upper case, no separators, O as 0, I and L as 1; "" if it has other letters."""
    bare = re.sub(rf"(?i){ENTITY}|<br\s?/?>|[^0-9A-Za-z]", "", symbols)
    values = [VALUE.get(c) for c in bare.upper()]
    if len(values) != ID_LENGTH or None in values:
        return ""
    return "".join(ALPHABET[v] for v in values if v is not None)
