"""What is glued to a value: the word that names it, ``acct88213409118``, and letters that take no spaces."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import regex

from hushgate.detection.rewriting import Change

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES = (
    "account|acct|acc|bank|card|cc|pan|visa|mastercard|mc|amex|discover|maestro|debit|credit|ssn|social|sin|itin|tin"
    "|iban|routing|phone|tel|telephone|mobile|mob|cell|call|fax|ph|number|num|no|nr|id|pin|cvv|cvc"
)
GLUED = rf"(?i)\b(?:{_NAMES})"
"""A word that names a number, as a pattern's beginning."""
_GLUED = re.compile(
    rf"(?i)(?<![0-9A-Za-z])(?:{_NAMES})[:=#]?(?=\+?\(?[0-9](?:[^0-9A-Za-z]{{0,3}}[0-9OolISB]){{6}})"
)
_GLUED_IBAN = re.compile(
    r"(?i)(?<![0-9A-Za-z])(?:iban|account|acct|bank)(?=[a-z]{2}[0-9]{2}[ -]?[0-9a-z]{4})"
)


def glued_names(text: str) -> Iterator[Change]:
    """The last character of each such word, or of the mark behind it, with a space behind that."""
    found = {each.end() for pattern in (_GLUED, _GLUED_IBAN) for each in pattern.finditer(text)}
    for end in sorted(found):
        yield Change(end - 1, end, f"{text[end - 1]} ")


_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}ー]"
"""A letter of a script whose words, or their endings, stand right beside a number."""
_BESIDE = regex.compile(rf"(?<=[0-9A-Za-z]){_UNSPACED}|{_UNSPACED}(?=[+(]?[0-9A-Za-z])")
_LATIN = regex.compile(r"[+(]?[0-9A-Za-z]")


def unspaced(text: str) -> Iterator[Change]:
    """Each letter of such a script that touches a Latin letter or a digit, with a space between them."""
    for letter in _BESIDE.finditer(text):
        start, end = letter.span()
        before = " " if start and _LATIN.fullmatch(text[start - 1]) else ""
        behind = " " if _LATIN.match(text, end) else ""
        yield Change(start, end, f"{before}{letter[0]}{behind}")
