"""What a token looks like, and which ids exist.

A token is ``[PERSON_K7Q2M9]``: the entity, then an id of six symbols of Crockford's base 32. The ids
are the codewords of a Reed-Solomon code over GF(32), four symbols of choice and two of check, so that
any two ids differ in at least three places (Reed and Solomon 1960; Crockford,
https://www.crockford.com/base32.html): an id that was changed in one or two places is no id at all.
Every id has a letter and a digit from 2 to 9 in it, so that neither a number nor a placeholder that
somebody writes, ``[CREDIT_CARD_MASKED]``, is a token.

A writing of the same value that reads otherwise has the same id and says its form:
``[PERSON_K7Q2M9_FIRST]``. How tokens are read back is ``reading.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ID_LENGTH = 6
IDS = 32**4
"""How many codewords there are. Four in five are ids."""
FORMS = ("FULL", "FIRST", "LAST_FIRST", "LAST", "SHORT")
"""What a writing of a name can be beside the first one; a number from 2 tells two of a kind apart."""

VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
"""What a symbol counts, as Crockford reads it: O is 0, I and L are 1."""
FORM = rf"(?:{'|'.join(FORMS)})[0-9]{{0,2}}"
LABEL = r"[A-Z]{2,}[0-9]{0,2}(?:_[A-Z]+[0-9]{0,2})*?"
_SYMBOLS = rf"[{ALPHABET}]{{6}}"
_EXACT = re.compile(
    rf"\[(?P<label>{LABEL})(?:_(?P<id>{_SYMBOLS}(?:_{FORM})?)|_(?P<hash>{_SYMBOLS}{_SYMBOLS})|~[a-p]{{6}}~[a-p]{{32,8192}})?\]"
)


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
    """The id that a number from 0 to ``IDS`` - 1 leads to: its codeword, or the next one that tells."""
    while not tells(identifier := _codeword(number)):
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
    """Whether these six symbols are an id: the check symbols agree, and they are no word and no number."""
    number = 0
    for symbol in text[:4]:
        number = number << 5 | VALUE[symbol]
    return len(text) == ID_LENGTH and tells(text) and _codeword(number) == text


def tells(symbols: str) -> bool:
    """Whether they are neither a word nor a number, however their O, I and L are read."""
    return any(c in "23456789" for c in symbols) and any(
        c.isalpha() and c.upper() not in "OIL" for c in symbols
    )


def write_token(entity: str, identifier: str) -> str:
    """The token as it stands in a text. ``identifier``: an id, or one with its form."""
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
        if _ids_hold(found)
        and (entities is None or found.end("label") + 1 != found.end() or found["label"] in entities)
    ]


def named_by(text: str, start: int, end: int) -> str:
    """The entity that the stand-in ``[start, end)`` names; empty where there is none."""
    found = _EXACT.fullmatch(text, start, end)
    return found["label"] if found else ""


def _ids_hold(found: re.Match[str]) -> bool:
    if hashed := found["hash"]:
        return is_token_id(hashed[:ID_LENGTH]) and is_token_id(hashed[ID_LENGTH:])
    return found["id"] is None or is_token_id(found["id"][:ID_LENGTH])


@dataclass(frozen=True, slots=True)
class Written:
    """A token in a text: a half-open span in code points."""

    start: int
    end: int
    identifier: str
    """Its id, with the form behind it where it has one."""


def written_tokens(text: str) -> list[Written]:
    """The tokens that stand in the text exactly as ``write_token`` writes them, hashes left out."""
    return [
        Written(*found.span(), found["id"])
        for found in _EXACT.finditer(text)
        if found["id"] and is_token_id(found["id"][:ID_LENGTH])
    ]
