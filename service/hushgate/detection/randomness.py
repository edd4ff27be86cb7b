"""Whether a string is random enough to be a secret or a code, or well formed enough to be a token."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections import Counter

BITS = 3.0
"""Shannon bits a character. Random hexadecimal has about 3.6 at 32 characters, 3.2 at 16; words have less."""

_UNSAID = (
    "AQ BCDFGJKMNPQTVWXZ CBDFJMPQSTVWX DBCFJKPQVX EQ FBCDGHJKMNPQSVWXYZ GBCDFJKPQVXYZ HDFGHJPQXZ IIQWX "
    "JBCDFGHJKLMNPQRSTVWXYZ KBCDFGJPQVXZ LJQRWX MDFGJQTVWXZ NPQVX OQX PBCDGJMNQVWXYZ "
    "QABCDEFGHIJKLMNOPQRSTVWXYZ RQX SDFGJQX TBDFGJPQVX UJQUW VBCDFGHJKMNPQTUVWXYZ WBCDFGJKMPQTUVWXZ "
    "XABCDEFGHIJKLMNOPQRSTUVWXYZ YFGHJPQVWXYZ ZBCDFGJKNPQRSTVWX"
)
"""A letter, and those that follow it in fewer than 100 of the 95,000 names of ``training/names.py``."""
_PAIRS = frozenset(row[0] + letter for row in _UNSAID.split() for letter in row[1:])
_FEW = 3
"""So many such pairs stand in one name of 4,000, and in three of four codes of ten letters."""


def random_letters(word: str) -> bool:
    """Whether a word in capitals is nobody's name: its letters do not stand together in names."""
    return sum(word[at : at + 2] in _PAIRS for at in range(len(word) - 1)) >= _FEW


def random_looking(text: str) -> bool:
    """At least ``BITS`` bits a character, and digits among letters."""
    mixed = any(c.isdigit() for c in text) and any(c.isalpha() for c in text)
    return mixed and bits_per_character(text) >= BITS


def bits_per_character(text: str) -> float:
    """Shannon's entropy of the text's own characters, in bits (Shannon 1948)."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)


def json_web_token(text: str) -> bool:
    """RFC 7519: the first of the dotted parts is base64url of JSON that names its algorithm or type."""
    head = text.split(".", 1)[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return False
    return isinstance(header, dict) and not header.keys().isdisjoint({"alg", "typ", "enc", "kid"})
