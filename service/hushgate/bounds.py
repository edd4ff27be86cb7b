"""What one call may hold, and the failure of a call that holds more, or lacks what it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import Iterable, Sized

    from hushgate.calls import PrepareCall, ReviewCall

LONGEST_NAME: Final = 256
"""Code points of a tenant, a session id or any other name."""
LONGEST_REASON: Final = 1000
"""Code points of what a person states as the reason of a change."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may hold."""

    text: int = 1_000_000
    """Code points of one text or JSON document."""
    messages: int = 200
    records: int = 100


def check_prepare(call: PrepareCall, limits: Limits) -> None:
    """Fails with FIELD_REQUIRED, FIELD_INVALID, TOO_MANY_ITEMS or TEXT_TOO_LONG."""
    _check_names(call, ("tenant", "session_id", "intent"))
    _check_lengths(call, ("agent_id", "policy", "language", "request_id", "customer_id"))
    check_count(call.messages, limits.messages, field="messages")
    check_count(call.records, limits.records, field="records")
    for index, message in enumerate(call.messages):
        check_text(message.text, limits.text, field=f"messages[{index}].text")
    for index, record in enumerate(call.records):
        check_text(record.json, limits.text, field=f"records[{index}].json")


def check_review(call: ReviewCall, limits: Limits) -> None:
    """Fails with FIELD_REQUIRED, FIELD_INVALID or TEXT_TOO_LONG."""
    _check_names(call, ("tenant", "session_id", "intent", "destination"))
    names = ("agent_id", "recipient_id", "channel", "tool", "language", "request_id", "review_id")
    _check_lengths(call, names)
    if (call.text is None) == (call.arguments_json is None):
        raise Failure(Reason.FIELD_REQUIRED, "content must be a text or arguments_json", field="content")
    if call.text is not None:
        check_text(call.text, limits.text, field="text")
    else:
        check_text(call.arguments_json or "", limits.text, field="arguments_json")


def check_name(name: str, *, field: str, longest: int = LONGEST_NAME) -> None:
    """Failure FIELD_REQUIRED if the name is empty or blank, FIELD_INVALID if it is too long."""
    if not name.strip():
        raise Failure(Reason.FIELD_REQUIRED, f"{field} must not be empty", field=field)
    _check_length(name, longest, field=field)


def check_reason(reason: str) -> None:
    """As ``check_name``, for what a person states."""
    check_name(reason, field="reason", longest=LONGEST_REASON)


def check_text(text: str, limit: int, *, field: str) -> None:
    """Failure TEXT_TOO_LONG if the text has more than ``limit`` code points."""
    if len(text) > limit:
        sentence = f"{field} is longer than {limit} code points"
        raise Failure(Reason.TEXT_TOO_LONG, sentence, field=field, limit=limit)


def check_count(items: Sized, limit: int, *, field: str) -> None:
    """Failure TOO_MANY_ITEMS if there are more than ``limit``."""
    if len(items) > limit:
        sentence = f"{field} has more than {limit} items"
        raise Failure(Reason.TOO_MANY_ITEMS, sentence, field=field, limit=limit)


def _check_names(call: PrepareCall | ReviewCall, fields: Iterable[str]) -> None:
    for field in fields:
        check_name(getattr(call, field), field=field)


def _check_lengths(call: PrepareCall | ReviewCall, fields: Iterable[str]) -> None:
    """Of names that may be empty."""
    for field in fields:
        _check_length(getattr(call, field), LONGEST_NAME, field=field)


def _check_length(name: str, longest: int, *, field: str) -> None:
    if len(name) > longest:
        sentence = f"{field} is longer than {longest} code points"
        raise Failure(Reason.FIELD_INVALID, sentence, field=field, limit=longest)
