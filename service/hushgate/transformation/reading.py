"""How a token is read back after a model has edited it: as its own value, or reported, never as another's.

What is an id, ``ids.py`` says; here, which label, form and brackets round it are the token's own.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import regex

from hushgate.transformation.ids import ENTITY, FAR, INVISIBLE, Id, folded, ids, read_id
from hushgate.transformation.tokens import (
    FORM,
    ID_LENGTH,
    LABEL,
    Written,
    is_token_id,
    tells,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Mapping

_SPACE = rf"(?:[\s\-_.*`~:#{INVISIBLE}]|\\|{ENTITY}|%20|%5f|</?[a-z]{{1,6}}\s?/?>)"
_DECOR = rf"(?:[*_`'\"\s{INVISIBLE}]|\\|&quot;|</?[a-z]{{1,6}}>){{0,4}}"
_OPEN = (
    rf"(?:\\?[\[(<{{]|&(?:lt|lsqb|lbrack|lcub|lbrace|lpar|laquo|#0*(?:91|123|60|40)|#x0*(?:5b|7b|3c|28));|%5b|%7b|%3c)"
    rf"{_DECOR}"
)
_CLOSE = (
    rf"{_DECOR}"
    r"(?:\\?[\])>}]|&(?:gt|rsqb|rbrack|rcub|rbrace|rpar|raquo|#0*(?:93|125|62|41)|#x0*(?:5d|7d|3e|29));|%5d|%7d|%3e)"
)
_LETTERS = r"(?:[\p{L}\p{M}][\p{L}\p{M}'’/]*)"

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
_SHAPED = re.compile(rf"(?i)\[(?P<label>{LABEL})_(?P<id>[0-9A-Z]{{6}})(?:_{FORM})?\]")
_PART = re.compile(
    rf"(?i)(?P<open>[\[(<{{])?(?<![0-9A-Z])(?:(?P<label>{LABEL})_)?(?P<id>[0-9A-Z]{{3,9}})(?![0-9A-Z_])(?P<close>[\])>}}])?"
)


def find_tokens(text: str, live: Mapping[str, str], entities: Container[str] = ()) -> list[Written]:
    """The live tokens in the text, whatever a model has done to them. First to last, disjoint.

    ``live`` maps each living id to its entity. An id whose symbols stand apart counts only with its own
    label before it or in brackets. ``entities``: labels that make an id of another entity none.
    """
    if not live:
        return []
    plain = folded(text)
    ranked = []
    for candidate in ids(plain):
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
        and (any(map(str.isdecimal, shaped["id"])) or is_token_id(read_id(shaped["id"])))
    }
    plain = folded(text)
    found |= {part.span() for part in _PART.finditer(plain) if _is_part(part, entities, live)}
    for candidate in ids(plain):
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


def _token(plain: str, found: Id, entity: str, entities: Container[str]) -> tuple[int, Written] | None:
    """The whole token round a living id, and how little speaks for it; None: it is none."""
    behind = max(0, found.start - FAR)
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


def _is_shut(plain: str, found: Id, opened: str) -> bool:
    """Whether what stands before the label is a bracket or a quotation mark of the token's own."""
    if opened in {'"', "'"}:
        return plain.startswith(opened, found.end) and not found.glued
    form = _INNER_FORM.match(plain, found.end)
    closed = _ONE_CLOSE.match(plain, form.end() if form else found.end)
    return closed is not None or (found.whole and opened[0] != "(")


def _whole(plain: str, found: Id, start: int) -> Written:
    """The token from its label's ``start`` on, with its form and the brackets that are its own.

    As many as stand on both sides; of one side alone, an opening square bracket and what nothing opens.
    """
    opens: list[int] = []
    at, kind = start, ""
    while len(opens) < _MOST_BRACKETS and (opened := _ONE_OPEN.match(plain, max(0, at - FAR), at)):
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
    before = _WORDS_BEFORE.search(plain, max(0, start - FAR), start)
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
