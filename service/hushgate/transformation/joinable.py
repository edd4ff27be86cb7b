"""What stands for a value wherever it turns up: the same stand-in for every writing of it, under one key.

Two kinds: a hash, with no way back, and a ciphertext, which whoever holds the key can open. A ciphertext is
AES-SIV (RFC 5297), which is deterministic and needs no nonce: ``[ENTITY~`` and the key's id, ``~`` and the
ciphertext in the letters a to p, one for each four bits.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hushgate.transformation.tokens import IDS, token_id, write_token

if TYPE_CHECKING:
    from collections.abc import Mapping

_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_DIGITS = {letter: digit for digit, letter in _LETTERS.items()}
_CIPHERTEXT = re.compile(r"\[(?P<entity>[A-Z][A-Z0-9_]+)~(?P<key>[a-p]{6})~(?P<data>(?:[a-p]{2}){16,4096})\]")
_SPACED = re.compile(r"[\s()·‐‑–-]+")
_SIGNED = frozenset({"DATE_TIME", "DATE_OF_BIRTH", "IP_ADDRESS", "URL"})
"""Entities whose separators tell: 1-11 and 11-1 are two days."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What the keyed stand-ins need. New ones are made with ``current``; all of ``opening`` can open."""

    hash: bytes = field(repr=False)
    """32 bytes."""
    current: str
    """The id of the key that encrypts: six letters, which tell nothing of the key."""
    opening: Mapping[str, bytes] = field(repr=False)
    """Keys for AES-256-SIV, 64 bytes each, by id."""

    @classmethod
    def derive(cls, master: bytes, *retired: bytes) -> Keys:
        """Keys from a master key of any length, and from retired ones, which open and no longer encrypt.

        HMAC as a one-step KDF (NIST SP 800-56C).
        """
        keys = dict(map(_encryption_key, (*retired, master)))
        return cls(
            hash=hmac.digest(master, b"hushgate/hash/1", "sha256"),
            current=_encryption_key(master)[0],
            opening=keys,
        )


def _encryption_key(master: bytes) -> tuple[str, bytes]:
    key = hmac.digest(master, b"hushgate/encrypt/2", "sha512")
    return hmac.digest(key, b"id", "sha256").hex()[:6].translate(_LETTERS), key


def normal_form(entity: str, value: str) -> str:
    """What all writings of one value share: NFKC, no case, single spaces, no spaces or hyphens in numbers.

    A number in groups keeps its dots, slashes and signs; a date, an address on the net all but spaces.
    """
    folded = " ".join(unicodedata.normalize("NFKC", value).casefold().split())
    grouped = any(map(str.isdecimal, folded)) and entity not in _SIGNED and "@" not in folded
    return _SPACED.sub("", folded) if grouped else folded


def hashed(entity: str, value: str, keys: Keys) -> str:
    """``[ENTITY_`` and 12 symbols: 40 bits of HMAC-SHA256 of entity and normal form, as two token ids."""
    text = f"{entity}\0{normal_form(entity, value)}".encode("utf-8", "surrogatepass")
    digest = hmac.digest(keys.hash, text, hashlib.sha256)
    numbers = (int.from_bytes(digest[at : at + 4]) % IDS for at in (0, 4))
    return write_token(entity, "".join(map(token_id, numbers)))


def encrypted(entity: str, value: str, keys: Keys) -> str:
    """The ciphertext of the value's normal form, bound to its entity."""
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV  # noqa: PLC0415 - only where asked for

    plain = normal_form(entity, value).encode("utf-8", "surrogatepass")
    # AESSIV takes no empty text; the NUL behind every value makes room for one.
    data = AESSIV(keys.opening[keys.current]).encrypt(plain + b"\0", [entity.encode()])
    return f"[{entity}~{keys.current}~{data.hex().translate(_LETTERS)}]"


@dataclass(frozen=True, slots=True)
class Decrypted:
    """A text with its ciphertexts opened."""

    text: str = field(repr=False)
    opened: int
    unopened: int
    """Ciphertexts that stay as they are: another key made them, or somebody has changed them."""


def decrypt(text: str, keys: Keys) -> Decrypted:
    """The text with each ciphertext in it replaced by the normal form of its value."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - only where asked for
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV  # noqa: PLC0415 - only where asked for

    counts = {True: 0, False: 0}

    def open_one(found: re.Match[str]) -> str:
        key = keys.opening.get(found["key"])
        data = bytes.fromhex(found["data"].translate(_DIGITS))
        try:
            plain = AESSIV(key).decrypt(data, [found["entity"].encode()]) if key else b""
        except InvalidTag:
            plain = b""
        counts[bool(plain)] += 1
        return plain[:-1].decode("utf-8", "surrogatepass") if plain else found.group()

    return Decrypted(_CIPHERTEXT.sub(open_one, text), counts[True], counts[False])
