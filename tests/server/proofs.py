"""What tests prove who they are with: keys and tokens, an authority and its certificates."""

from __future__ import annotations

import datetime
import json
import time
from typing import TYPE_CHECKING, Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from pathlib import Path

ALGORITHMS = {"EdDSA": jwt.algorithms.OKPAlgorithm, "ES256": jwt.algorithms.ECAlgorithm}


def public_pem(key: Any) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def jwks(**keys: Any) -> str:
    """A JWK set of private keys' public halves, by kid; each by its algorithm."""
    written = []
    for kid, (key, algorithm) in keys.items():
        made = json.loads(ALGORITHMS[algorithm].to_jwk(key.public_key()))
        written.append(made | {"kid": kid, "use": "sig", "alg": algorithm})
    return json.dumps({"keys": written})


def token(key: Any, algorithm: str = "EdDSA", *, kid: str = "", lasts: float = 60, **claims: Any) -> str:
    said = {"sub": "tests", "aud": "hushgate", "exp": time.time() + lasts, **claims}
    headers = {"kid": kid} if kid else None
    return jwt.encode({k: v for k, v in said.items() if v is not None}, key, algorithm, headers)


class Authority:
    """Signs certificates; its files stand in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
        self.file = folder / "authority.pem"
        self._write(self.file, self._made(self.name, self.key, None))

    def certificate(self, common: str, san: x509.GeneralName | None = None) -> tuple[Path, Path]:
        """A certificate for this name, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
        files = self.folder / f"{common}.pem", self.folder / f"{common}.key"
        self._write(files[0], self._made(name, key, san))
        files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return files

    def _made(self, name: x509.Name, key: Any, san: x509.GeneralName | None) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(minutes=5))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=key is self.key, path_length=None), critical=True)
        )
        if san is not None:
            made = made.add_extension(x509.SubjectAlternativeName([san]), critical=False)
        return made.sign(self.key, hashes.SHA256())

    @staticmethod
    def _write(file: Path, certificate: x509.Certificate) -> None:
        file.write_bytes(certificate.public_bytes(Encoding.PEM))
