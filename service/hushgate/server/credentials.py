"""How a caller proves who it is: by a signed token, or by the certificate that it has connected with.

A token is a JWT (RFC 7519) with ``exp``, ``aud`` and ``sub``; ``roles``, ``tenants`` and ``agent`` say what
its holder is. Its key comes from a file, as a JWK set (RFC 7517) or as PEM; the key fixes the algorithm.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate
from pydantic import BaseModel, ConfigDict, ValidationError

from hushgate.failure import Failure, Reason
from hushgate.server.identity import Identity, Role
from hushgate.yamlfile import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from hushgate.server.frame import Context

ALL_TENANTS = "*"
_LEEWAY_S = 10
"""How far clocks may differ."""
_MOST_KNOWN = 1000
"""Tokens whose signature need not be checked again."""
_LEAST_RSA_BITS = 2048
_BEARER = "bearer "
_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, jwt.PyJWTError)
_PEM_END = b"-----END "


@dataclass(frozen=True, slots=True)
class Key:
    """A public key that tokens are signed for, and the one algorithm that it is good for."""

    public: Any
    algorithm: str
    identifier: str
    """The ``kid``; empty: none."""


class Claims(BaseModel):
    """What is said of a caller: by a token, or by the operator of a certificate."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    roles: list[str] = []
    tenants: list[str] = []
    tenant: str | None = None
    agent: str = ""

    def identity(self, subject: str, expires: float | None = None) -> Identity:
        """Who that is. Failure UNAUTHENTICATED for an agent without a name."""
        roles = frozenset(role for role in Role if role.value in self.roles)
        named = {*self.tenants, *({self.tenant} if self.tenant else ())}
        if Role.AGENT in roles and not self.agent:
            raise _unknown("an agent's credentials must name the agent")
        tenants = None if ALL_TENANTS in named else frozenset(named)
        return Identity(subject, roles, tenants, self.agent, expires)


class _Certified(Claims):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Credentials:
    """Knows callers by what they bring. ``refresh`` may be called from another thread."""

    def __init__(
        self,
        *,
        token_keys: Path | None = None,
        audience: str = "",
        issuer: str = "",
        certificates: Path | None = None,
    ) -> None:
        """``certificates``: a YAML file of identities by the certificate's name. Failure FIELD_INVALID."""
        self._files = (token_keys, certificates)
        self._audience = audience
        self._issuer = issuer
        self._seen: object = None
        self._keys: tuple[Key, ...] = ()
        self._certified: Mapping[str, Claims] = {}
        self._known: dict[str, Identity] = {}
        self.refresh(strict=True)

    def refresh(self, *, strict: bool = False) -> None:
        """Reads the files anew where they have changed; what cannot be read leaves all as it was.

        ``strict``: Failure FIELD_INVALID then.
        """
        try:
            token_keys, certificates = self._files
            seen = [_state(path) for path in self._files if path is not None]
            if seen == self._seen:
                return
            keys = read_keys(token_keys) if token_keys else ()
            certified = _read_certified(certificates) if certificates else {}
        except (Failure, OSError) as error:
            if not strict:
                return
            if isinstance(error, Failure):
                raise
            raise _invalid("token_keys", f"{error.filename} cannot be read: {error.strerror}") from None
        self._keys, self._certified, self._seen = keys, certified, seen
        self._known = {}

    def of(self, context: Context) -> Identity:
        """Who makes the call. Failure UNAUTHENTICATED if nothing that it brings says so."""
        for name, value in context.invocation_metadata() or ():
            if name == "authorization" and self._keys:
                text = value if isinstance(value, str) else ""
                if not text[: len(_BEARER)].lower() == _BEARER:
                    raise _unknown("authorization must be a Bearer token")
                return self._of_token(text[len(_BEARER) :].strip())
        for subject in _names(context):
            if claims := self._certified.get(subject):
                return claims.identity(subject)
        raise _unknown("the call carries no credentials that are known here")

    def _of_token(self, token: str) -> Identity:
        known = self._known.get(token)
        if known is not None and (known.expires or 0) > time.time():
            return known
        identity = self._read_token(token)
        if len(self._known) >= _MOST_KNOWN:
            self._known = {}
        self._known[token] = identity
        return identity

    def _read_token(self, token: str) -> Identity:
        claims: dict[str, Any] | None = None
        try:
            identifier = jwt.get_unverified_header(token).get("kid", "")
            for key in self._keys:
                if identifier and key.identifier and identifier != key.identifier:
                    continue
                try:
                    claims = jwt.decode(
                        token,
                        key.public,
                        algorithms=[key.algorithm],
                        audience=self._audience,
                        issuer=self._issuer or None,
                        leeway=_LEEWAY_S,
                        options={"require": ["exp", "aud", "sub"]},
                    )
                    break
                except (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError):
                    continue
            if claims is not None:
                said = Claims.model_validate(claims)
                return said.identity(str(claims["sub"])[:256], float(claims["exp"]) + _LEEWAY_S)
        except (jwt.PyJWTError, ValidationError, ValueError):  # their texts may quote the token
            pass
        raise _unknown("the token is not valid here: signature, exp, aud or claims")


def read_keys(path: Path) -> tuple[Key, ...]:
    """The public keys of a JWK set, or of PEM blocks one after the other. Failure FIELD_INVALID, OSError."""
    data = path.read_bytes()
    try:
        keys = tuple(_jwks(data) if data.lstrip().startswith(b"{") else _pem(data))
    except (*_UNREADABLE, LookupError, AttributeError):
        keys = ()
    if not keys:
        sentence = f"{path} must hold public keys, as a JWK set or PEM: Ed25519, EC P-256 or RSA of 2048 bits"
        raise _invalid("token_keys", sentence)
    return keys


def _jwks(data: bytes) -> Iterable[Key]:
    """The keys of the set that are good for a signature here; a provider's set may hold others."""
    for each in json.loads(data)["keys"]:
        if each.get("use", "sig") == "sig" and "d" not in each:
            with suppress(*_UNREADABLE):
                yield _key(jwt.PyJWK(each).key, str(each.get("kid", "")))


def _pem(data: bytes) -> Iterable[Key]:
    blocks = [block for block in data.split(b"-----BEGIN ") if _PEM_END in block]
    for block in blocks:
        pem = b"-----BEGIN " + block
        if block.startswith(b"CERTIFICATE"):
            yield _key(load_pem_x509_certificate(pem).public_key(), "")
        else:
            yield _key(load_pem_public_key(pem), "")


def _key(public: object, identifier: str) -> Key:
    """A key with its algorithm, which is never the token's own choice."""
    if isinstance(public, Ed25519PublicKey):
        return Key(public, "EdDSA", identifier)
    if isinstance(public, EllipticCurvePublicKey) and isinstance(public.curve, SECP256R1):
        return Key(public, "ES256", identifier)
    if isinstance(public, RSAPublicKey) and public.key_size >= _LEAST_RSA_BITS:
        return Key(public, "RS256", identifier)
    raise ValueError("no key that is good for a signature here")


def _read_certified(path: Path) -> Mapping[str, Claims]:
    document = read_yaml(path)
    if document.problems or not isinstance(document.data, dict):
        problems = "; ".join(map(str, document.problems)) or "names no certificate"
        raise _invalid("client_identities", f"{path}: {problems}")
    try:
        certified = {str(name): _Certified.model_validate(claims) for name, claims in document.data.items()}
        for name, claims in certified.items():
            claims.identity(name)
    except (ValidationError, Failure):
        sentence = f"{path}: each certificate has roles, tenants and, where it is an agent's, agent"
        raise _invalid("client_identities", sentence) from None
    return certified


def _names(context: Context) -> Iterable[str]:
    """The names of the caller's certificate that an authority has vouched for: its SAN, then its CN."""
    said = context.auth_context()
    for kind in ("x509_subject_alternative_name", "x509_common_name"):
        for name in said.get(kind, ()):
            yield name.decode("utf-8", "replace")


def _state(path: Path) -> tuple[int, int, int]:
    """What changes when the file does, also when it is replaced by another."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def _unknown(sentence: str) -> Failure:
    return Failure(Reason.UNAUTHENTICATED, sentence)


def _invalid(name: str, sentence: str) -> Failure:
    return Failure(Reason.FIELD_INVALID, f"{name}: {sentence}", field=name)
