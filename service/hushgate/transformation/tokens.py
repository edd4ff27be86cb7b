"""What a token looks like, which ids exist, and how one is read back after a model has edited it.

A token is ``[PERSON_K7Q2M9]``: the entity, then an id of six symbols of Crockford's base 32. The ids
are the codewords of a Reed-Solomon code over GF(32), four symbols of choice and two of check, so that
any two ids differ in at least three places (Reed and Solomon 1960; Crockford,
https://www.crockford.com/base32.html): an id that was changed in one or two places is no id at all.
Every id has a digit in it, so that no placeholder that somebody writes, ``[CREDIT_CARD_MASKED]``, is a
token.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ID_LENGTH = 6
IDS = 32**4
"""How many codewords there are. Nine in ten have a digit and are ids."""

_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_LABEL = r"[A-Z]{2,}[0-9]{0,2}(?:_[A-Z]+[0-9]{0,2})*?"
_EXACT = re.compile(
    rf"\[(?P<label>{_LABEL})(?:_(?P<ids>(?:[{ALPHABET}]{{6}}){{1,2}})|~[a-p]{{6}}~[a-p]{{32,8192}})?\]"
)
_SHAPED = re.compile(rf"(?i)\[(?P<label>{_LABEL})_(?P<id>[0-9A-Z]{{6}})\]")
# What models do to an id: case, and spaces or hyphens inside. Whether it *is* one, the code decides.
_LOOSE_ID = regex.compile(r"(?i)(?<![0-9a-z])[0-9a-z](?:[ \t\r\n-]{0,2}[0-9a-z]){5}(?![0-9a-z])")
_OPENING = r"(?:\\?[\[(<{«][*_`'\"\s]{0,3})"
_CLOSING = re.compile(r"[*_`'\"\s]{0,3}\\?[\])>}»]")


def _gf32() -> tuple[list[int], list[int]]:
    """Powers and logarithms of the generator of GF(32), by the polynomial x^5 + x^2 + 1."""
    power, log, value = [], [0] * 32, 1
    for exponent in range(31):
        power.append(value)
        log[value] = exponent
        value = (value << 1) ^ (0b100101 if value & 16 else 0)
    return power, log


_POWER, _LOG = _gf32()


def _times(a: int, b: int) -> int:
    return _POWER[(_LOG[a] + _LOG[b]) % 31] if a and b else 0


# The generator polynomial (x - a)(x - a²), highest power first, without its leading 1.
_GENERATOR = (_POWER[1] ^ _POWER[2], _times(_POWER[1], _POWER[2]))


def token_id(number: int) -> str:
    """The id that a number from 0 to ``IDS`` - 1 leads to: its codeword, or the next one with a digit."""
    while not _has_digit(identifier := _codeword(number)):
        number = (number + 1) % IDS
    return identifier


def _codeword(number: int) -> str:
    symbols = [number >> shift & 31 for shift in (15, 10, 5, 0)]
    high, low = 0, 0
    for symbol in symbols:
        lead = symbol ^ high
        high, low = low ^ _times(lead, _GENERATOR[0]), _times(lead, _GENERATOR[1])
    return "".join(ALPHABET[symbol] for symbol in (*symbols, high, low))


def is_token_id(text: str) -> bool:
    """Whether these six symbols are an id: the check symbols agree, and one of the six is a digit."""
    number = 0
    for symbol in text[:4]:
        number = number << 5 | _VALUE[symbol]
    return len(text) == ID_LENGTH and _has_digit(text) and _codeword(number) == text


def _has_digit(symbols: str) -> bool:
    return any(map(str.isdecimal, symbols))


def write_token(entity: str, identifier: str) -> str:
    """The token as it stands in a text."""
    return f"[{entity}_{identifier}]"


def placeholders(text: str, entities: Container[str] | None = None) -> list[tuple[int, int]]:
    """Where hushgate's own stand-ins stand: half-open spans of ``[ENTITY]``, tokens, hashes, ciphertexts.

    ``entities``: those that a bare ``[ENTITY]`` may name, so that ``[SMITH]`` is no hiding place; None: any.
    """
    if "[" not in text:
        return []
    return [
        found.span()
        for found in _EXACT.finditer(text)
        if _ids_hold(found["ids"])
        and (entities is None or found.end("label") + 1 != found.end() or found["label"] in entities)
    ]


def _ids_hold(ids: str | None) -> bool:
    return ids is None or all(is_token_id(ids[at : at + 6]) for at in range(0, len(ids), 6))


@dataclass(frozen=True, slots=True)
class Written:
    """A token as hushgate writes it, in a text: a half-open span in code points."""

    start: int
    end: int
    identifier: str


def written_tokens(text: str) -> list[Written]:
    """The tokens that stand in the text exactly as ``write_token`` writes them, hashes left out."""
    return [
        Written(*found.span(), found["ids"])
        for found in _EXACT.finditer(text)
        if found["ids"] and len(found["ids"]) == ID_LENGTH and is_token_id(found["ids"])
    ]


def shaped_tokens(text: str, entities: Container[str]) -> list[tuple[int, int]]:
    """What can only be meant as a token, whether or not its id is one: half-open spans.

    Behind the label of one of ``entities``: six symbols with a digit among them, or letters alone that are
    an id once O is read as 0, I and L as 1. Any other word in brackets is a placeholder.
    """
    return [
        found.span()
        for found in _SHAPED.finditer(text)
        if found["label"].upper() in entities
        and (_has_digit(found["id"]) or is_token_id(_read_id(found["id"])))
    ]


def find_tokens(text: str, live: Mapping[str, str]) -> list[Written]:
    """The live tokens in the text, whatever a model has done to their case, brackets or inner spaces.

    ``live`` maps each living id to its entity. An id counts only with its own label before it or a bracket
    round it, so that no ordinary word is taken for one. First to last, disjoint.
    """
    found: list[Written] = []
    for loose in _LOOSE_ID.finditer(text, overlapped=True) if live else ():
        identifier = _read_id(loose.group())
        if identifier not in live or (found and loose.start() < found[-1].end):
            continue
        if span := _whole_token(text, *loose.span(), live[identifier]):
            found.append(Written(*span, identifier))
    return found


def _read_id(loose: str) -> str:
    """The id that was meant: upper case, no separators, O as 0, I and L as 1; "" if it has other letters."""
    values = [_VALUE.get(c) for c in loose.upper() if c.isalnum()]
    return "" if None in values else "".join(ALPHABET[v] for v in values if v is not None)


def _whole_token(text: str, start: int, end: int, entity: str) -> tuple[int, int] | None:
    """The token whose id stands at ``[start, end)``, with label and brackets; None where it has neither."""
    label = _label_before(entity).search(text, max(0, start - 2 * len(entity) - 12), start)
    closing = _CLOSING.match(text, end)
    opened = bool(label and label["open"])
    if label is None or not (label["label"] or (opened and closing)):
        return None
    return label.start(), closing.end() if closing and opened else end


@cache
def _label_before(entity: str) -> regex.Pattern[str]:
    """An opening bracket and the entity's label in any spelling, up to where the id begins."""
    label = r"\\?[_\s-]{0,2}".join(map(regex.escape, entity.split("_")))
    return regex.compile(rf"(?i)(?P<open>{_OPENING})?(?P<label>(?<![0-9a-z]){label}\\?[_\s:#*-]{{0,3}})?$")
