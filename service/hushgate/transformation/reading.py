"""How a token is read back after a model has edited it: as its own value, or reported, never as another's.

Read on a folding of the text that keeps offsets: full-width forms, look-alike letters, foreign digits,
dashes, brackets and spaces each as one ASCII character. Nothing is guessed: six symbols are an id or they
are not, and a changed symbol makes them none (``tokens.py``).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import regex

from hushgate.transformation.tokens import (
    ALPHABET,
    FORM,
    ID_LENGTH,
    LABEL,
    VALUE,
    Written,
    is_token_id,
    tells,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Iterator, Mapping

_INVISIBLE = "\x7f"
_ENTITY = (
    r"&(?:nbsp|shy|lowbar|zwnj|zwj|thinsp|ensp|emsp|hyphen|dash|#95|#160|#173|#32|#45|#x5f|#xa0|#x20|#x2d);"
)
_SPACE = rf"(?:[\s\-_.*`~:#{_INVISIBLE}]|\\|{_ENTITY}|%20|%5f|</?[a-z]{{1,6}}\s?/?>)"
_INNER = rf"(?:[\s\-_.*{_INVISIBLE}]|\\|{_ENTITY}|<br\s?/?>)"
_DECOR = rf"(?:[*_`'\"\s{_INVISIBLE}]|\\|&quot;|</?[a-z]{{1,6}}>){{0,4}}"
_OPEN = (
    rf"(?:\\?[\[(<{{]|&(?:lt|lsqb|lbrack|lcub|lbrace|lpar|laquo|#0*(?:91|123|60|40)|#x0*(?:5b|7b|3c|28));|%5b|%7b|%3c)"
    rf"{_DECOR}"
)
_CLOSE = (
    rf"{_DECOR}"
    r"(?:\\?[\])>}]|&(?:gt|rsqb|rbrack|rcub|rbrace|rpar|raquo|#0*(?:93|125|62|41)|#x0*(?:5d|7d|3e|29));|%5d|%7d|%3e)"
)
_LETTERS = r"(?:[\p{L}\p{M}][\p{L}\p{M}'’/]*)"

_WORD = re.compile(r"[0-9A-Za-z]+")
_TELLING_WORD = re.compile(r"(?<![0-9A-Za-z])[A-Za-z01]*[2-9][0-9A-Za-z]*")
_BEFORE = regex.compile(rf"(?i)(?:(?<![0-9a-z])[0-9a-z]{{1,5}}{_INNER}{{1,3}})+\Z")
_AFTER = regex.compile(rf"(?i)(?:{_INNER}{{1,3}}[0-9a-z]{{1,6}}(?![0-9a-z]))+")
_LABELLED = regex.compile(
    rf"(?i)(?P<open>{_OPEN}|[\"'])(?P<label>{_LETTERS}(?:{_SPACE}{{1,3}}{_LETTERS}){{0,4}}{_SPACE}{{0,5}}|)\Z"
)
_ONE_OPEN = regex.compile(rf"(?ir){_OPEN}")
_ONE_CLOSE = regex.compile(rf"(?i){_CLOSE}")
_INNER_FORM = regex.compile(
    rf"(?i)(?:{_SPACE}{{1,4}}(?P<form>[\p{{L}}\p{{M}} _]{{1,20}}[0-9]{{0,2}})|['’]?s)(?={_CLOSE})"
)
_OUTER_FORM = regex.compile(rf"(?i)\\?_(?P<form>{FORM})(?![0-9a-z])")
_JOINED = regex.compile(rf"(?:{_LETTERS}(?:\\?_|-){{1,2}})*{_LETTERS}\\?_{{1,2}}\Z")
_WORDS_BEFORE = regex.compile(rf"(?i)(?:[\p{{L}}0-9]+{_SPACE}{{1,4}}){{1,5}}\Z")
_MOST_BRACKETS = 3
_DISTANCE = 3
"""Places in which any two ids differ at the least."""
_FAR = 80
"""Code points before an id in which its label and brackets are looked for."""
_LIKE_LATIN = dict(
    zip(
        "АВСЕНІЈКМОРЅТХУавсеніјкморѕтхуΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορτυχ",
        "ABCEHIJKMOPSTXYABCEHIJKMOPSTXYABEZHIKMNOPTYXAIKVOPTYX",
        strict=True,
    )
)
_SHAPED = re.compile(rf"(?i)\[(?P<label>{LABEL})_(?P<id>[0-9A-Z]{{6}})(?:_{FORM})?\]")
_PART = re.compile(
    rf"(?i)(?P<open>[\[(<{{])?(?<![0-9A-Z])(?:(?P<label>{LABEL})_)?(?P<id>[0-9A-Z]{{3,9}})(?![0-9A-Z_])(?P<close>[\])>}}])?"
)


class _Fold(dict[int, str]):
    """The one ASCII character that stands for another, where there is one; worked out on first use."""

    def __missing__(self, code: int) -> str:
        self[code] = _folded(chr(code))
        return self[code]


def _folded(character: str) -> str:
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
        "Cf": _INVISIBLE, "Mn": character,
    }.get(unicodedata.category(character), character)  # fmt: skip


_FOLD = _Fold(
    {ord(c): c for c in "‘’‚‛"} | {ord(c): '"' for c in "“”„‟"} | {0xAD: _INVISIBLE, 0x34F: _INVISIBLE}
)


@dataclass(frozen=True, slots=True)
class _Id:
    """Six symbols that may be an id, half-open in the text."""

    start: int
    end: int
    identifier: str
    whole: bool
    """Nothing stands between them."""
    glued: bool
    """A letter stands right before them."""


def find_tokens(text: str, live: Mapping[str, str], entities: Container[str] = ()) -> list[Written]:
    """The live tokens in the text, whatever a model has done to them. First to last, disjoint.

    ``live`` maps each living id to its entity. An id whose symbols stand apart counts only with its own
    label before it or in brackets. ``entities``: labels that make an id of another entity none.
    """
    if not live:
        return []
    plain = _plain(text)
    ranked = []
    for candidate in _ids(plain):
        if candidate.identifier in live and (
            read := _token(plain, candidate, live[candidate.identifier], entities)
        ):
            ranked.append(read)
    taken: list[Written] = []
    for _, token in sorted(ranked, key=lambda r: (r[0], r[1].start)):
        if all(token.end <= other.start or other.end <= token.start for other in taken):
            taken.append(token)
    return sorted(taken, key=lambda token: token.start)


def shaped_tokens(text: str, entities: Container[str], live: Collection[str] = ()) -> list[tuple[int, int]]:
    """What can only be meant as a token, whether or not its id is one: half-open spans, in order, disjoint.

    Behind the label of one of ``entities``: six symbols with a digit among them, letters alone that are
    an id once O is read as 0, I and L as 1, an id in any spelling, or a part of one. ``live``: ids; what
    differs from one by two symbols or is a part of it is meant as it. Any other word in brackets is a
    placeholder.
    """
    found = {
        shaped.span()
        for shaped in _SHAPED.finditer(text)
        if shaped["label"].upper() in entities
        and (any(map(str.isdecimal, shaped["id"])) or is_token_id(_read(shaped["id"])))
    }
    plain = _plain(text)
    found |= {part.span() for part in _PART.finditer(plain) if _is_part(part, entities, live)}
    for candidate in _ids(plain):
        if is_token_id(candidate.identifier) and (label := _entity_before(plain, candidate.start, entities)):
            found.add((candidate.start - label, candidate.end))
    return _outermost(found)


def _outermost(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not out or start >= out[-1][1]:
            out.append((start, end))
    return out


def _is_part(part: re.Match[str], entities: Container[str], live: Collection[str]) -> bool:
    """Whether it is a token that has lost or changed symbols of its id."""
    bracketed = part["open"] and part["close"]
    if part["label"] is None:
        return bool(bracketed) and len(part["id"]) == ID_LENGTH and _near(part["id"].upper(), live)
    if part["label"].upper() not in entities or not (bracketed or part["label"].isupper()):
        return False
    return tells(part["id"]) or _near(part["id"].upper(), live)


def _near(symbols: str, live: Collection[str]) -> bool:
    if len(symbols) == ID_LENGTH:
        return any(sum(a != b for a, b in zip(symbols, one, strict=True)) < _DISTANCE for one in live)
    return any(symbols in one or one in symbols for one in live) or (
        len(symbols) == ID_LENGTH - 1
        and any(symbols == one[:at] + one[at + 1 :] for one in live for at in range(ID_LENGTH))
    )


def _plain(text: str) -> str:
    return text if text.isascii() else text.translate(_FOLD)


def _ids(plain: str) -> Iterator[_Id]:
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
        before = _BEFORE.search(plain, max(0, start - _FAR), start) if size < ID_LENGTH else None
        after = _AFTER.match(plain, end, end + _FAR) if size < ID_LENGTH else None
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
                    if identifier := _read(plain[span[0] : span[1]]):
                        yield _Id(*span, identifier, whole=span[1] - span[0] == ID_LENGTH, glued=False)


def _in_entity(plain: str, start: int) -> bool:
    """Whether the word is the name of an HTML entity or tag, no text."""
    return plain[max(0, start - 1) : start] in {"&", "<", "%"} or plain[max(0, start - 2) : start] in {
        "&#",
        "</",
    }


def _in_long_word(plain: str, start: int, end: int) -> Iterator[_Id]:
    """An id with a plural's s behind it, or with its label right before it."""
    word = plain[start:end]
    for first, last in (
        (0, ID_LENGTH),
        (len(word) - ID_LENGTH, len(word)),
        (len(word) - 1 - ID_LENGTH, len(word) - 1),
    ):
        if first < 0 or word[last:] not in {"", "s", "es"}:
            continue
        if identifier := _read(word[first:last]):
            yield _Id(start + first, start + last, identifier, whole=True, glued=first > 0)


def _read(symbols: str) -> str:
    """The id that was meant: upper case, no separators, O as 0, I and L as 1; "" if it has other letters."""
    bare = re.sub(rf"(?i){_ENTITY}|<br\s?/?>|[^0-9A-Za-z]", "", symbols)
    values = [VALUE.get(c) for c in bare.upper()]
    if len(values) != ID_LENGTH or None in values:
        return ""
    return "".join(ALPHABET[v] for v in values if v is not None)


def _token(plain: str, found: _Id, entity: str, entities: Container[str]) -> tuple[int, Written] | None:
    """The whole token round a living id, and how little speaks for it; None: it is none."""
    behind = max(0, found.start - _FAR)
    if label := _label(entity).search(plain, behind, found.start):
        return 0, _whole(plain, found, label.start())
    if _entity_before(plain, found.start, entities):
        return None
    labelled = _LABELLED.search(plain, behind, found.start)
    if labelled and _is_shut(plain, found, labelled["open"]):
        return 1, _whole(plain, found, labelled.start("label"))
    if found.glued or not found.whole:
        return None
    joined = _JOINED.search(plain, behind, found.start)
    return (2, _whole(plain, found, joined.start())) if joined else (3, _whole(plain, found, found.start))


def _is_shut(plain: str, found: _Id, opened: str) -> bool:
    """Whether what stands before the label is a bracket or a quotation mark of the token's own."""
    if opened in {'"', "'"}:
        return plain.startswith(opened, found.end) and not found.glued
    form = _INNER_FORM.match(plain, found.end)
    closed = _ONE_CLOSE.match(plain, form.end() if form else found.end)
    return closed is not None or (found.whole and opened[0] != "(")


def _whole(plain: str, found: _Id, start: int) -> Written:
    """The token from its label's ``start`` on, with its form and the brackets that are its own.

    As many as stand on both sides; of one side alone, an opening square bracket and what nothing opens.
    """
    opens: list[int] = []
    at, kind = start, ""
    while len(opens) < _MOST_BRACKETS and (opened := _ONE_OPEN.match(plain, max(0, at - _FAR), at)):
        bracket = opened.group().lstrip("\\")[0]
        if kind not in {"", bracket}:
            break
        at, kind = opened.start(), bracket
        opens.append(at)
    form = _INNER_FORM.match(plain, found.end) if opens else None
    form = form or _OUTER_FORM.match(plain, found.end)
    end = at = form.end() if form else found.end
    closes: list[int] = []
    while len(closes) < _MOST_BRACKETS and (closed := _ONE_CLOSE.match(plain, at)):
        at = closed.end()
        if not opens and not _stray(plain, start, closed.group()):
            break
        closes.append(at)
    if opens:
        pairs = min(len(opens), len(closes))
        if pairs or kind != "(":
            start = opens[max(pairs, 1) - 1]
        closes = closes[:pairs]
    form_name = (
        re.sub(r"[ _]+", "_", (form.groupdict().get("form") or "").strip(" _")).upper() if form else ""
    )
    suffix = f"_{form_name}" if re.fullmatch(FORM, form_name) else ""
    return Written(start, closes[-1] if closes else end, found.identifier + suffix)


def _stray(plain: str, start: int, close: str) -> bool:
    """Whether the closing bracket after a token that begins at ``start`` has no opening one before it."""
    opener = {"]": "[", "}": "{", ">": "<", ")": "("}.get(close[-1])
    return opener is None or plain.count(opener, 0, start) <= plain.count(close[-1], 0, start)


def _entity_before(plain: str, start: int, entities: Container[str]) -> int:
    """How far before ``start`` the label of one of ``entities`` begins, if it ends there; else 0."""
    before = _WORDS_BEFORE.search(plain, max(0, start - _FAR), start)
    if before is None:
        return 0
    words = list(re.finditer(r"[^\W_]+", before.group()))
    for first in range(len(words)):
        if "_".join(w.group() for w in words[first:]).upper() in entities:
            return start - before.start() - words[first].start()
    return 0


@cache
def _label(entity: str) -> regex.Pattern[str]:
    """The entity's label in any spelling, up to where the id begins."""
    label = rf"{_SPACE}{{0,3}}".join(map(regex.escape, entity.split("_")))
    return regex.compile(rf"(?i)(?:(?<![0-9a-z])|(?<=%[57]b)|(?<=%3c)){label}{_SPACE}{{0,5}}\Z")
