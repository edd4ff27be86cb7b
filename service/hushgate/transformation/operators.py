"""How a treated value looks: one function, from action, entity and value to what stands in its place.

Pseudonymising needs a session; its operator is handed in by whoever holds one.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from hushgate.finding import Action
from hushgate.transformation.tokens import IDS, token_id, write_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from presidio_anonymizer.operators import Mask

BLOCKED = "[BLOCKED]"
"""Stands for a whole text that a policy blocks where there is no verdict to say so."""

_SHOWN = 4
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Keys:
    """What the keyed operators need; 32 bytes each."""

    hash: bytes = field(repr=False)
    encrypt: bytes = field(repr=False)

    @classmethod
    def derive(cls, master: bytes) -> Keys:
        """Both keys from one of any length (HMAC as a one-step KDF, NIST SP 800-56C)."""
        return cls(
            hash=hmac.digest(master, b"hushgate/hash/1", "sha256"),
            encrypt=hmac.digest(master, b"hushgate/encrypt/1", "sha256"),
        )


def operate(  # noqa: PLR0911 - one return for each action, in the order of the enum
    action: Action,
    entity: str,
    value: str,
    *,
    keys: Keys,
    pseudonym: Callable[[str, str], str] | None = None,
) -> str:
    """What stands for ``value`` under ``action``.

    ``pseudonym(entity, value)`` answers the session's token; where there is no session, a token is made
    of the keyed hash, joinable and without a way back.
    """
    match action:
        case Action.KEEP:
            return value
        case Action.DROP:
            return ""
        case Action.REDACT:
            return f"[{entity}]"
        case Action.MASK:
            return mask(entity, value)
        case Action.LAST4:
            return last4(value)
        case Action.GENERALIZE:
            return generalize(entity, value)
        case Action.PSEUDONYMIZE if pseudonym is not None:
            return pseudonym(entity, value)
        case Action.HASH | Action.PSEUDONYMIZE:
            return hashed(entity, value, keys.hash)
        case Action.ENCRYPT:
            return encrypted(entity, value, keys.encrypt)
        case Action.BLOCK:
            return BLOCKED


def mask(entity: str, value: str) -> str:
    """Every letter and digit as ``*``; an e-mail address keeps its first letter and its last label."""
    if entity == "EMAIL_ADDRESS" and value.count("@") == 1 and "." in value.partition("@")[2]:
        local, _, domain = value.partition("@")
        host, _, top = domain.rpartition(".")
        return f"{local[:1]}{_star(local[1:], 0)}@{_star(host, 0)}.{top}"
    return _star(value, 0)


def last4(value: str) -> str:
    """All but the last four letters or digits as ``*``; of eight or fewer, no more than half are shown."""
    return _star(value, min(_SHOWN, sum(map(str.isalnum, value)) // 2))


def _star(value: str, shown: int) -> str:
    """Presidio's Mask over the letters and digits, laid back into the value's form."""
    bare = "".join(c for c in value if c.isalnum())
    masked = presidio_mask().operate(
        bare, {"masking_char": "*", "chars_to_mask": len(bare) - shown, "from_end": False}
    )
    stars = iter(masked)
    return "".join(next(stars) if c.isalnum() else c for c in value)


@cache
def presidio_mask() -> Mask:
    """Presidio's operator, imported on first use: it takes most of a second."""
    from presidio_anonymizer.operators import Mask  # noqa: PLC0415 - see above

    return Mask()


def generalize(entity: str, value: str) -> str:
    """A coarser value: the year of a date, a postcode's area, an age's decade; else ``[ENTITY]``."""
    if entity in {"DATE_TIME", "DATE_OF_BIRTH"} and (year := _YEAR.search(value)):
        return year.group()
    if entity == "POSTCODE":
        return _postal_area(value)
    if entity == "AGE" and value.isdecimal():
        decade = int(value) // 10 * 10
        return f"{decade}-{decade + 9}"
    return f"[{entity}]"


def _postal_area(value: str) -> str:
    """The first half of a postcode in letters and digits, at most three (HIPAA's Safe Harbor: 3 digits)."""
    bare = "".join(c for c in value.upper() if c.isalnum())
    shown = min(3, len(bare) // 2)
    return f"{bare[:shown]}{'*' * (len(bare) - shown)}"


def hashed(entity: str, value: str, key: bytes) -> str:
    """``[ENTITY_` and 12 symbols: 40 bits of HMAC-SHA256 of the entity and the value, as two token ids."""
    digest = hmac.digest(key, f"{entity}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256)
    numbers = (int.from_bytes(digest[at : at + 4]) % IDS for at in (0, 4))
    return write_token(entity, "".join(map(token_id, numbers)))


def encrypted(entity: str, value: str, key: bytes) -> str:
    """``[ENTITY~`` and the AES-SIV ciphertext (RFC 5297) in the letters a to p, one for each four bits."""
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV  # noqa: PLC0415 - only where asked for

    data = AESSIV(key).encrypt(value.encode("utf-8", "surrogatepass"), [entity.encode()])
    return f"[{entity}~{data.hex().translate(_LETTERS)}]"


def decrypted(entity: str, letters: str, key: bytes) -> str:
    """The value that ``encrypted`` hid; raises ``cryptography.exceptions.InvalidTag`` under another key."""
    from cryptography.hazmat.primitives.ciphers.aead import AESSIV  # noqa: PLC0415 - only where asked for

    data = bytes.fromhex(letters.translate({letter: digit for digit, letter in _LETTERS.items()}))
    return AESSIV(key).decrypt(data, [entity.encode()]).decode("utf-8", "surrogatepass")
