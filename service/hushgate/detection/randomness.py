"""Whether a string is random enough to be a secret, or well formed enough to be a token."""

from __future__ import annotations

import base64
import binascii
import json
import math
from collections import Counter

BITS = 3.0
"""Shannon bits a character. Random hexadecimal has about 3.6 at 32 characters, 3.2 at 16; words have less."""


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
