"""How hushgate fails: one exception, one closed list of reasons, and sentences that hold no value.

A failure means that no decision was made; the caller must treat the text as unsafe. A blocked text
is not a failure, it is an answer.
"""

from __future__ import annotations

from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Reason(StrEnum):
    """Why no decision was made. The names are those of ``hushgate.v1.ErrorReason``."""

    FIELD_REQUIRED = "FIELD_REQUIRED"
    FIELD_INVALID = "FIELD_INVALID"
    JSON_INVALID = "JSON_INVALID"
    JSON_TOO_DEEP = "JSON_TOO_DEEP"
    TEXT_TOO_LONG = "TEXT_TOO_LONG"
    TOO_MANY_ITEMS = "TOO_MANY_ITEMS"
    TENANT_UNKNOWN = "TENANT_UNKNOWN"
    POLICY_UNKNOWN = "POLICY_UNKNOWN"
    POLICY_INVALID = "POLICY_INVALID"
    INTENT_UNKNOWN = "INTENT_UNKNOWN"
    AGENT_NOT_ALLOWED = "AGENT_NOT_ALLOWED"
    DESTINATION_UNKNOWN = "DESTINATION_UNKNOWN"
    LANGUAGE_UNSUPPORTED = "LANGUAGE_UNSUPPORTED"
    SESSION_LIMIT = "SESSION_LIMIT"
    STREAM_OUT_OF_ORDER = "STREAM_OUT_OF_ORDER"
    DETECTION_TIMEOUT = "DETECTION_TIMEOUT"
    DEADLINE_TOO_SHORT = "DEADLINE_TOO_SHORT"
    OVERLOADED = "OVERLOADED"
    STORE_UNAVAILABLE = "STORE_UNAVAILABLE"
    INTERNAL = "INTERNAL"
    REQUEST_ID_REUSED = "REQUEST_ID_REUSED"
    TOKEN_UNKNOWN = "TOKEN_UNKNOWN"  # noqa: S105 - no secret, a token of a session
    ROLE_REQUIRED = "ROLE_REQUIRED"
    AUDIT_UNAVAILABLE = "AUDIT_UNAVAILABLE"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    REVIEW_UNKNOWN = "REVIEW_UNKNOWN"
    REVIEW_CLOSED = "REVIEW_CLOSED"
    BUDGET_EXHAUSTED = "BUDGET_EXHAUSTED"


class Failure(Exception):  # noqa: N818 - a failure is an answer, not a programming error
    """No decision was made. ``sentence`` names the field and the limit, never the value."""

    def __init__(self, reason: Reason, sentence: str, *, field: str = "", limit: int | None = None) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
        self.field = field
        self.limit = limit
        self.place: int | None = None
        """Of several texts that were looked at together, the one it is about, from 0; None: no single one."""


@contextmanager
def naming(field: Callable[[int], str]) -> Iterator[None]:
    """Within, a failure that is about one of several texts gets the name of that text's field."""
    try:
        yield
    except Failure as failure:
        if failure.place is not None:
            failure.field, failure.place = field(failure.place), None
        raise
