"""With which key checkpoints are signed, and with which public keys they are verified (Ed25519, RFC 8032)."""

from __future__ import annotations

import os
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

KEY_FILE = "signing.key"
"""In the log's directory, where no other place is set."""


class Signer:
    """A private key that signs."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = _pem(key.public_key())
        """PEM, SubjectPublicKeyInfo."""
        self.key_id = _key_id(key.public_key())

    @classmethod
    def load(cls, path: Path) -> Signer:
        """The key in the file, which is made, readable by its owner alone, where there is none.

        Fails with FIELD_INVALID if it is no Ed25519 key, AUDIT_UNAVAILABLE if it cannot be made.
        """
        try:
            if not path.exists():
                _make(path)
            key = load_pem_private_key(path.read_bytes(), password=None)
        except OSError as error:
            sentence = f"audit_key_file: {path} cannot be read or made: {error.strerror}"
            raise Failure(Reason.AUDIT_UNAVAILABLE, sentence, field="audit_key_file") from None
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            sentence = f"audit_key_file: {path} holds no Ed25519 key in PEM"
            raise Failure(Reason.FIELD_INVALID, sentence, field="audit_key_file")
        return cls(key)

    def sign(self, data: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(data)


class PublicKeys:
    """The keys that signatures are checked with, by their ids."""

    def __init__(self, pems: Iterable[bytes]) -> None:
        """Fails with FIELD_INVALID where one is no Ed25519 public key as ``Signer.public`` writes it."""
        self._keys: dict[str, Ed25519PublicKey] = {}
        for pem in pems:
            try:
                key = load_pem_public_key(pem)
            except (ValueError, UnsupportedAlgorithm):
                key = None
            # Base64 can be written in several ways: only one of them is the key that was printed.
            if not isinstance(key, Ed25519PublicKey) or _pem(key) != pem:
                raise Failure(
                    Reason.FIELD_INVALID, "a public key is no Ed25519 key in PEM", field="public_key"
                )
            self._keys[_key_id(key)] = key

    def verify(self, key_id: str, signature: bytes, data: bytes) -> bool:
        """Whether one of these keys, the named one, signed the data."""
        key = self._keys.get(key_id)
        if key is None:
            return False
        try:
            key.verify(signature, data)
        except InvalidSignature:
            return False
        return True

    def __contains__(self, key_id: object) -> bool:
        return key_id in self._keys


def _make(path: Path) -> None:
    """A new key, whole or not at all; of several that are made at once, one stays."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(pem)
            out.flush()
            os.fsync(out.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            return
    finally:
        beside.unlink(missing_ok=True)


def _pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _key_id(key: Ed25519PublicKey) -> str:
    return sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]
