"""Under which key a session's key rests: a ring of versions, one of them current, for each tenant its own.

A tenant's key is derived from a version of the ring (HKDF, RFC 5869) and wraps with AES-256-GCM (NIST SP
800-38D). What is wrapped says its version, so that the ring may turn while sessions go on.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import os
import shlex
import subprocess
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FIRST = "1"
"""The version of a key that stands alone, without a ring."""
LEAST_BYTES = 32
_NONCE = 12
_LONGEST_VERSION = 64
_COMMAND_S = 30.0
_PAUSE_S = 1.0
"""Between two looks for a version that the ring does not have."""


@dataclass(frozen=True, slots=True)
class Ring:
    """Master keys by version. In a file of its own it is JSON: {"current": …, "versions": {…: base64}}."""

    current: str
    versions: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def read(cls, data: bytes) -> Ring:
        """A ring, or a key alone of 32 bytes or more. Fails with FIELD_INVALID."""
        try:
            written = json.loads(data)
        except ValueError:
            written = None
        if not (isinstance(written, dict) and "versions" in written):
            return cls._checked(cls(FIRST, {FIRST: data}))
        try:
            versions = {
                str(v): base64.b64decode(key, validate=True) for v, key in written["versions"].items()
            }
            return cls._checked(cls(str(written["current"]), versions))
        except (KeyError, TypeError, AttributeError, binascii.Error):
            raise _invalid("is no ring: current, and versions in base64") from None

    @classmethod
    def _checked(cls, ring: Ring) -> Ring:
        if ring.current not in ring.versions:
            raise _invalid("names a current version that it does not hold")
        if not all(0 < len(version.encode()) <= _LONGEST_VERSION for version in ring.versions):
            raise _invalid(f"names a version that is empty or longer than {_LONGEST_VERSION} bytes")
        if any(len(key) < LEAST_BYTES for key in ring.versions.values()):
            raise _invalid(f"must hold {LEAST_BYTES} bytes or more")
        return ring

    def written(self) -> bytes:
        """As ``read`` reads it."""
        versions = {version: base64.b64encode(key).decode() for version, key in self.versions.items()}
        return json.dumps({"current": self.current, "versions": versions}, indent=2).encode() + b"\n"

    @property
    def key(self) -> bytes:
        """The current version's."""
        return self.versions[self.current]

    @property
    def keys(self) -> tuple[bytes, ...]:
        """All of them, the current one first."""
        return (self.key, *(key for version, key in self.versions.items() if version != self.current))

    def rotated(self, key: bytes) -> Ring:
        """With ``key`` as the next version, which is the current one."""
        return Ring(self.next_version, {**self.versions, self.next_version: key})

    @property
    def next_version(self) -> str:
        """Versions are numbered on."""
        return str(max((int(version) for version in self.versions if version.isdecimal()), default=0) + 1)

    def without(self, version: str) -> Ring:
        """Without an old version. Fails with FIELD_INVALID if there is none, or it is the current one."""
        if version not in self.versions or version == self.current:
            raise Failure(Reason.FIELD_INVALID, "version must be an old one of the ring", field="version")
        return replace(self, versions={v: key for v, key in self.versions.items() if v != version})


def unwrapped_by(ring: Ring, command: str) -> Ring:
    """The ring whose keys a key service holds wrapped: ``command unwrap VERSION`` unwraps each.

    The command gets a key in base64 as its standard input and answers one on its standard output; it is
    started without a shell. Fails with STORE_UNAVAILABLE if it fails.
    """
    keys = {version: ask(command, "unwrap", version, key) for version, key in ring.versions.items()}
    return Ring._checked(Ring(ring.current, keys))


def ask(command: str, verb: str, version: str, key: bytes) -> bytes:
    """What the key service makes of a key. ``verb``: ``wrap`` or ``unwrap``."""
    failed = Failure(
        Reason.STORE_UNAVAILABLE, f"key_command did not {verb} version {version}", field="key_command"
    )
    try:
        done = subprocess.run(  # noqa: S603 - the operator names it
            [*shlex.split(command), verb, version],
            input=base64.b64encode(key),
            capture_output=True,
            timeout=_COMMAND_S,
            check=True,
        )
        return base64.b64decode(done.stdout.strip(), validate=True)
    except (OSError, ValueError, subprocess.SubprocessError):
        pass
    raise failed


class TenantKeys:
    """Wraps and unwraps under a tenant's key, by a ring that may be read anew while sessions go on."""

    def __init__(self, read: Callable[[], Ring]) -> None:
        """``read``: answers the ring as it is now; asked again when an unknown version is met."""
        self._read = read
        self._looked = 0.0
        self.ring = read()

    @classmethod
    def of(cls, key: bytes) -> TenantKeys:
        """The keys of one version, for as long as this process lives."""
        ring = Ring(FIRST, {FIRST: key})
        return cls(lambda: ring)

    def refresh(self) -> None:
        """Reads the ring anew; keeps the one it has where that fails, since its keys are still good."""
        self._looked = time.monotonic()
        try:
            self.ring = self._read()
        except Failure:
            return

    def wrap(self, tenant: str, key: bytes, bound_to: bytes) -> bytes:
        """``key`` under the tenant's current key; ``bound_to`` is associated data."""
        version = self.ring.current
        nonce = os.urandom(_NONCE)
        header = bytes([len(version.encode())]) + version.encode()
        return header + nonce + self._cipher(tenant, self.ring.key).encrypt(nonce, key, header + bound_to)

    def unwrap(self, tenant: str, wrapped: bytes, bound_to: bytes) -> bytes:
        """What ``wrap`` wrapped. Failure STORE_UNAVAILABLE if the version is unknown, or it does not open."""
        version, header = version_of(wrapped), wrapped[: 1 + wrapped[0]]
        if version not in self.ring.versions and time.monotonic() - self._looked > _PAUSE_S:
            self.refresh()
        master = self.ring.versions.get(version)
        if master is None:
            sentence = "a session's key is wrapped under a version that the ring does not hold"
            raise Failure(Reason.STORE_UNAVAILABLE, sentence)
        nonce, sealed = wrapped[len(header) :][:_NONCE], wrapped[len(header) + _NONCE :]
        try:
            return self._cipher(tenant, master).decrypt(nonce, sealed, header + bound_to)
        except InvalidTag:
            pass
        raise Failure(Reason.STORE_UNAVAILABLE, "the session's key does not open under this master key")

    def is_current(self, wrapped: bytes) -> bool:
        """Whether it is wrapped under the ring's current version."""
        return version_of(wrapped) == self.ring.current

    def mac(self, version: str, data: bytes) -> bytes:
        """HMAC-SHA256 under the version's key for receipts. Failure FIELD_INVALID without the version."""
        master = self.ring.versions.get(version)
        if master is None:
            raise Failure(Reason.FIELD_INVALID, "key_version is not one of the ring", field="key_version")
        return hmac.digest(hmac.digest(master, b"hushgate/receipt/1", "sha256"), data, "sha256")

    @staticmethod
    def _cipher(tenant: str, master: bytes) -> AESGCM:
        info = b"hushgate/tenant/1\0" + tenant.encode("utf-8", "surrogatepass")
        return AESGCM(HKDF(SHA256(), length=32, salt=None, info=info).derive(master))


def version_of(wrapped: bytes) -> str:
    """Under which version something is wrapped."""
    return wrapped[1 : 1 + wrapped[0]].decode("utf-8", "replace")


def _invalid(sentence: str) -> Failure:
    return Failure(Reason.FIELD_INVALID, f"the key {sentence}", field="key_file")
