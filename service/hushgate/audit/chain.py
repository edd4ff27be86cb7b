"""How one line of the log follows from the line before it, and what a signature is over.

A line is a JSON object whose last member is its digest: SHA-256 over the digest before it, in hexadecimal,
and the line's bytes up to its own. Line ends and digests are compared as bytes, so that no other writing of
the same JSON passes.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from hushgate.audit.entry import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hushgate.audit.signing import PublicKeys, Signer

TAIL = len(b',"digest":""}') + 64
"""Bytes at a line's end, before its line end, that the digest is not over."""
CHECKPOINT = b'{"checkpoint":'
OPENING = b'{"file":'
RETIRED = b'{"retired":'
"""How the lines begin that are no entries."""


def genesis(chain: str) -> bytes:
    """The digest before a chain's first line."""
    return sha256(b"hushgate/audit/1\0" + chain.encode()).hexdigest().encode()


def linked(previous: bytes, said: Mapping[str, Any]) -> tuple[bytes, bytes]:
    """The line that says this behind the digest ``previous``, and its digest."""
    body = canonical(said)[:-1]
    digest = sha256(previous + body).hexdigest().encode()
    return b'%b,"digest":"%b"}\n' % (body, digest), digest


def unbroken(previous: bytes, lines: Iterable[bytes]) -> tuple[int, bytes]:
    """How many of the lines follow from ``previous`` one by one, and the digest of the last that does.

    ``lines`` are without their line ends.
    """
    count = 0
    for line in lines:
        digest = sha256(previous + line[:-TAIL]).hexdigest().encode()
        if line[-TAIL:] != b',"digest":"' + digest + b'"}':
            break
        previous = digest
        count += 1
    return count, previous


def signed(said: Mapping[str, Any], purpose: bytes, signer: Signer) -> dict[str, Any]:
    """What is said, with the key's id and a signature over all of it, for one purpose alone."""
    whole = {**said, "key": signer.key_id}
    return {**whole, "signature": signer.sign(_over(whole, purpose)).hex()}


def is_signed(said: Mapping[str, Any], purpose: bytes, keys: PublicKeys) -> bool:
    """Whether one of the keys has signed all that is said, for this purpose."""
    whole = dict(said)
    try:
        signature = bytes.fromhex(whole.pop("signature"))
        return signature.hex() == said["signature"] and keys.verify(
            whole["key"], signature, _over(whole, purpose)
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


def read_signed(data: bytes, purpose: bytes, keys: PublicKeys) -> dict[str, Any] | None:
    """What a file of one signed line says; None if it is not, byte by byte, what was signed."""
    try:
        said = json.loads(data)
    except ValueError:
        return None
    if not isinstance(said, dict) or canonical(said) + b"\n" != data:
        return None
    return said if is_signed(said, purpose, keys) else None


def _over(said: Mapping[str, Any], purpose: bytes) -> bytes:
    return b"hushgate/audit/%b/1\0" % purpose + canonical(said)
