"""What stands in an entry of the audit log: who asked, what was decided and why, never a value."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


class Stage(StrEnum):
    """Which part of something that cannot be taken back the entry is about."""

    WHOLE = ""
    """All of it: decided, and the answer goes out next."""
    BEGUN = "begun"
    """It is about to be done, and one of the same decision_id follows; where none does, it broke off."""
    BROKEN_OFF = "broken_off"
    """It began, and something of it may have gone out; there was no verdict."""
    REFUSED = "refused"
    """Nothing was decided; ``reasons`` say why, and ``items``, where there are several, how often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One decision or change. What is empty is left out of the log.

    Every text here is a name of the policy's or the product's own, or a keyed hash; ``because`` has been
    redacted.
    """

    rpc: str
    """The call: ``Prepare``, ``SuspendAgent``."""
    decision_id: str
    """What the answer carries."""
    stage: Stage = Stage.WHOLE
    actor: str = ""
    """Who asked, as authenticated."""
    tenant: str = ""
    session: str = ""
    """Keyed hash under the session's own key, which ends with the session."""
    subject: str = ""
    """Keyed hash of whom an erasure is about, as in its receipt."""
    request: str = ""
    """Keyed hash of the request_id, under the session's key."""
    agent: str = ""
    """An agent of the policy's register; ``#`` and a keyed hash where it has none of that name."""
    intent: str = ""
    destination: str = ""
    policy_version: str = ""
    policy_digest: str = ""
    verdict: str = ""
    reasons: Mapping[str, int] = field(default_factory=dict)
    """Grounds of the verdict, or why it was refused, by code."""
    entities: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How many findings, by entity and action."""
    fields: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """How many fields, by action and path in the policy's words."""
    decided_by: Mapping[str, int] = field(default_factory=dict)
    """How many findings and fields came out stricter, by what made them so: ``risk.new_device``."""
    items: int = 0
    """Of a batch; sessions of an erasure; calls that were refused alike."""
    target: str = ""
    """What a change is about: an agent of the register, a policy's version, a review_id."""
    because: str = ""
    """The reason that a person stated, redacted."""
    repeated: bool = False
    """The answer of an earlier call with the same request_id went out again."""
    microseconds: int = 0
    """From the call's checks to its decision."""

    def said(self) -> dict[str, Any]:
        """What the log says of it, by field; empty ones are left out."""
        return {name: value for name in _NAMES if (value := getattr(self, name))}


_NAMES = tuple(each.name for each in fields(Entry))


def canonical(said: Mapping[str, Any]) -> bytes:
    """One JSON object in one writing: keys sorted, no spaces, ASCII."""
    return _encode(said).encode()


def written_time(seconds: float) -> str:
    """Seconds since the epoch as RFC 3339 in UTC, to the microsecond."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
