"""What shows, later, that a person was forgotten: how much and when, never who to those without the key."""

from __future__ import annotations

import hmac
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hushgate.sessions.keys import TenantKeys


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt of an erasure. ``mac`` is over all else: whoever holds the key can tell a true one."""

    subject: str
    """HMAC-SHA256 of tenant and subject in hexadecimal: one person's receipts of one version agree."""
    sessions: int
    """How many sessions were ended."""
    erased_at: str
    """When, in UTC, as RFC 3339 writes it, to the second."""
    key_version: str
    mac: str = ""
    """HMAC-SHA256 in hexadecimal, under the version's key for receipts."""

    @classmethod
    def made(cls, keys: TenantKeys, tenant: str, subject: str, *, sessions: int, at: float) -> Receipt:
        """``at``: seconds since the epoch."""
        version = keys.ring.current
        when = datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        plain = cls(_whose(keys, version, tenant, subject), sessions, when, version)
        return replace(plain, mac=plain._mac(keys))

    def is_true(self, keys: TenantKeys) -> bool:
        """Whether it was made with this key, and says what it said then. Fails with FIELD_INVALID."""
        return hmac.compare_digest(self.mac, self._mac(keys))

    def is_about(self, keys: TenantKeys, tenant: str, subject: str) -> bool:
        """Whether this subject's sessions were ended. Fails with FIELD_INVALID."""
        return hmac.compare_digest(self.subject, _whose(keys, self.key_version, tenant, subject))

    def _mac(self, keys: TenantKeys) -> str:
        said = asdict(replace(self, mac=""))
        return keys.mac(self.key_version, b"receipt\0" + json.dumps(said, sort_keys=True).encode()).hex()


def _whose(keys: TenantKeys, version: str, tenant: str, subject: str) -> str:
    return keys.mac(version, b"subject\0" + json.dumps([tenant, subject]).encode()).hex()
