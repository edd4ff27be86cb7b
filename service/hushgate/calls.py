"""What is asked of the gate and what it answers: the wire's messages as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from hushgate.finding import Action

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hushgate.finding import Finding


class Verdict(StrEnum):
    """What may become of a draft."""

    PASSED = "PASSED"
    REDACTED = "REDACTED"
    BLOCKED = "BLOCKED"
    HELD = "HELD"


SENDABLE = frozenset({Verdict.PASSED, Verdict.REDACTED})
"""The verdicts that come with what may be sent."""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a chat."""

    role: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Record:
    """A JSON object from a CRM or a tool, as text."""

    source: str
    subject_id: str = field(repr=False)
    json: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PrepareCall:
    """What a model is to be told."""

    tenant: str
    session_id: str = field(repr=False)
    agent_id: str
    intent: str
    policy: str = ""
    language: str = ""
    request_id: str = ""
    messages: tuple[Message, ...] = ()
    records: tuple[Record, ...] = ()
    customer_id: str = field(default="", repr=False)
    risk_signals: tuple[str, ...] = ()
    actor: str = ""
    """Who asks, as authenticated; not part of what is asked."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one field of one record."""

    record: int
    path: str
    action: Action
    reason: str
    decided_by: tuple[str, ...] = ()
    """As in ``Finding``: what made it stricter than the intent has it."""


@dataclass(frozen=True, slots=True)
class Located:
    """A finding and the text that its offsets count in: a message, a record's field, or the draft."""

    finding: Finding
    message: int | None = None
    record: int | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What the model may be told; messages and records in the order and number they came in."""

    messages: tuple[Message, ...]
    records: tuple[Record, ...]
    fields: tuple[Decided, ...]
    findings: tuple[Located, ...]
    decision_id: str
    policy_version: str
    policy_digest: str
    repeated: bool = False
    """The answer of an earlier call with the same request_id: nothing was decided or counted anew."""


@dataclass(frozen=True, slots=True)
class ReviewCall:
    """A draft that is to be sent; exactly one of ``text`` and ``arguments_json`` is given."""

    tenant: str
    session_id: str = field(repr=False)
    agent_id: str
    intent: str
    destination: str
    recipient_id: str = field(default="", repr=False)
    channel: str = ""
    tool: str = ""
    text: str | None = field(default=None, repr=False)
    arguments_json: str | None = field(default=None, repr=False)
    request_id: str = ""
    language: str = ""
    review_id: str = ""
    """The held draft that this one was, whose decision is asked for."""
    risk_signals: tuple[str, ...] = ()
    """As in ``PrepareCall``; those of earlier calls of the session hold, too."""
    actor: str = ""
    """As in ``PrepareCall``."""


class Code(StrEnum):
    """Why a draft was changed, blocked or held."""

    TOKEN_UNKNOWN = "TOKEN_UNKNOWN"  # noqa: S105 - no secret, a token of a session
    OTHER_SUBJECT = "OTHER_SUBJECT"
    OTHER_SESSION = "OTHER_SESSION"
    INTERNAL_NOTE = "INTERNAL_NOTE"
    SECRET = "SECRET"  # noqa: S105 - as above
    FIELD_NOT_ALLOWED = "FIELD_NOT_ALLOWED"
    ENTITY_NOT_ALLOWED = "ENTITY_NOT_ALLOWED"
    AUTONOMY = "AUTONOMY"
    REVIEW_REJECTED = "REVIEW_REJECTED"
    BUDGET_EXHAUSTED = "BUDGET_EXHAUSTED"
    SAMPLED = "SAMPLED"
    RISK = "RISK"


@dataclass(frozen=True, slots=True)
class Ground:
    """One ground of a verdict: half-open offsets in the draft, and the record's field where it is known."""

    code: Code
    detail: str
    """What stands where; no value."""
    action: Action
    source_field: str = ""
    start: int = 0
    end: int = 0
    entity: str = ""
    sentence: int = 0
    """Of a text, from 1."""
    path: str = ""
    """Of a tool call's arguments."""
    confidence: float = 1.0
    """0 to 1."""
    suggestion: str = ""
    """What the draft could do instead."""
    decided_by: tuple[str, ...] = ()
    """As in ``Finding``. Not said in ``detail``, which a model may read and tell the customer."""


def read_ground(written: Mapping[str, Any]) -> Ground:
    """The ground that ``asdict`` and JSON have made this of."""
    return Ground(
        **{
            **written,
            "code": Code(written["code"]),
            "action": Action(written["action"]),
            "decided_by": tuple(written.get("decided_by", ())),
        }
    )


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The answer of a review; without content when BLOCKED or HELD."""

    verdict: Verdict
    text: str | None = field(repr=False)
    arguments_json: str | None = field(repr=False)
    reasons: tuple[Ground, ...]
    findings: tuple[Located, ...]
    decision_id: str
    policy_version: str
    policy_digest: str
    review_id: str = ""
    suggestion: str = field(default="", repr=False)
    """The draft with what stops it replaced by its kind, tokens as they were; empty where there is none."""
    repeated: bool = False
    """As in ``Prepared``."""


@dataclass(frozen=True, slots=True)
class Revealed:
    """What a token stands for, shown to a person."""

    value: str = field(repr=False)
    entity: str
    session: str
    """A keyed hash of tenant and session, for the log."""
    decision_id: str
