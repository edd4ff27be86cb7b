"""What is known of a draft that a person decides on, and what a decision lets the runtime have."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from hushgate.calls import Code, Ground, Verdict, read_ground
from hushgate.failure import Failure, Reason
from hushgate.finding import Action
from hushgate.outbound.judged import Judged
from hushgate.reviews.store import Waits

if TYPE_CHECKING:
    from hushgate.calls import ReviewCall

_LABELS = frozenset({Verdict.PASSED, Verdict.BLOCKED})
REJECTED = Ground(Code.REVIEW_REJECTED, "a person has decided against the draft", Action.BLOCK)


class State(StrEnum):
    """How far a review has come."""

    WAITING = "waiting"
    APPROVED = "approved"
    REJECTED = "rejected"
    COLLECTED = "collected"
    """Approved, and given to the one who asked: once."""
    LABELLED = "labelled"
    """A sample that a person has called good or bad."""


@dataclass(frozen=True, slots=True)
class Held:
    """A review. It holds no value of the draft: what may be sent is known by its digest alone."""

    review_id: str
    tenant: str
    session_id: str = field(repr=False)
    agent_id: str
    intent: str
    destination: str
    recipient_id: str = field(repr=False)
    channel: str
    text: str = field(repr=False)
    """The draft as the policy lets a log have it."""
    is_json: bool
    """The draft is a tool call's arguments."""
    reasons: tuple[Ground, ...]
    asked: str
    """The digest of the call: who asked, for whom, with which draft."""
    content: str
    """The digest of what may be sent."""
    held_at: float
    """Seconds since the epoch, as all times here."""
    expires: float
    sampled: bool = False
    """It has been sent, and was drawn to be looked at: a decision says how good it was, and sends nothing."""
    asked_by: str = ""
    """Who asked, as authenticated."""
    state: State = State.WAITING
    verdict: Verdict | None = None
    """What the person decided; REDACTED: sent as ``text`` has it, and not as the policy lets it through."""
    decided_by: str = field(default="", repr=False)
    because: str = field(default="", repr=False)
    """The person's reason, redacted."""
    decision_id: str = ""

    @property
    def waits(self) -> Waits:
        """For what."""
        if self.state is not State.WAITING:
            return Waits.NOTHING
        return Waits.LABEL if self.sampled else Waits.DECISION


def digest_of_call(call: ReviewCall) -> str:
    """Who asks, for whom, with which draft: SHA-256, in hexadecimal."""
    asked = asdict(replace(call, request_id="", review_id="", risk_signals=(), actor=""))
    return _digest(json.dumps(asked, sort_keys=True))


def held(
    call: ReviewCall,
    reasons: tuple[Ground, ...],
    *,
    name: str,
    text: str,
    content: str,
    now: float,
    seconds: float,
) -> Held:
    """The review of a draft. ``text``: how a person is shown it; ``content``: what may be sent, once let."""
    return Held(
        review_id=name,
        tenant=call.tenant,
        session_id=call.session_id,
        agent_id=call.agent_id,
        intent=call.intent,
        destination=call.destination,
        recipient_id=call.recipient_id,
        channel=call.channel,
        text=text,
        is_json=call.text is None,
        reasons=reasons,
        asked=digest_of_call(call),
        content=_digest(content),
        held_at=now,
        expires=now + seconds,
        asked_by=call.actor,
    )


def sample(call: ReviewCall, *, name: str, text: str, now: float, seconds: float) -> Held:
    """The review of a message that has been sent. ``text``: as in ``held``."""
    drawn = Ground(Code.SAMPLED, "drawn for a look at quality; it has been sent", Action.KEEP)
    seen = held(call, (drawn,), name=name, text=text, content="", now=now, seconds=seconds)
    return replace(seen, sampled=True, asked="", content="")


def decided(
    review: Held,
    verdict: Verdict,
    *,
    by: str,
    because: str,
    decision_id: str,
    now: float,
    sampled: bool = False,
) -> Held:
    """The review after a person's decision, which stands as long again as a held draft could wait.

    ``sampled``: what is meant is a sample. Fails with REVIEW_CLOSED if it has been decided, FIELD_INVALID if
    the other is meant, or no person can give the verdict.
    """
    if review.sampled is not sampled:
        sentence = (
            "review_id is a sample of what was sent: call it good or bad"
            if review.sampled
            else "review_id is a draft that waits: approve or reject it"
        )
        raise Failure(Reason.FIELD_INVALID, sentence, field="sampled")
    if review.state is not State.WAITING:
        raise Failure(Reason.REVIEW_CLOSED, "the review has been decided already", field="review_id")
    if review.sampled:
        if verdict not in _LABELS:
            sentence = "verdict must be PASSED or BLOCKED: what should have become of it"
            raise Failure(Reason.FIELD_INVALID, sentence, field="verdict")
        done = replace(review, state=State.LABELLED, verdict=verdict)
        return replace(done, decided_by=by, because=because, decision_id=decision_id)
    if verdict not in {Verdict.PASSED, Verdict.REDACTED, Verdict.BLOCKED}:
        raise Failure(Reason.FIELD_INVALID, "verdict must be PASSED, REDACTED or BLOCKED", field="verdict")
    return replace(
        review,
        state=State.REJECTED if verdict is Verdict.BLOCKED else State.APPROVED,
        verdict=verdict,
        decided_by=by,
        because=because,
        decision_id=decision_id,
        expires=now + (review.expires - review.held_at),
    )


def released(review: Held, call: ReviewCall, judged: Judged) -> Judged:
    """What the call gets. ``judged``: its draft, judged as if a person had let it go; see the proto.

    Fails with REVIEW_UNKNOWN if another asked, or for something else; with REVIEW_CLOSED if it was given out
    already, or if something else would be sent now than what was approved.
    """
    if not hmac.compare_digest(review.asked, digest_of_call(call)):
        raise UNKNOWN
    if review.state is State.COLLECTED:
        raise Failure(Reason.REVIEW_CLOSED, "the approved draft has been collected", field="review_id")
    if review.state is State.REJECTED:
        return Judged(Verdict.BLOCKED, None, (REJECTED,), judged.findings)
    if judged.verdict is Verdict.BLOCKED:
        return judged
    if review.state is State.WAITING:
        return replace(judged, verdict=Verdict.HELD, content=None, reasons=review.reasons)
    if not hmac.compare_digest(review.content, _digest(judged.content or "")):
        sentence = "what may be sent has changed since the approval: ask without the review_id"
        raise Failure(Reason.REVIEW_CLOSED, sentence, field="review_id")
    if review.verdict is Verdict.REDACTED:
        return replace(judged, verdict=Verdict.REDACTED, content=review.text)
    return judged


UNKNOWN = Failure(
    Reason.REVIEW_UNKNOWN, "review_id is no review of this caller and this draft", field="review_id"
)


def dump(review: Held) -> bytes:
    """The review as bytes."""
    return json.dumps(asdict(review)).encode()


def load(data: bytes) -> Held:
    """What ``dump`` has written."""
    written = json.loads(data)
    reasons = tuple(map(read_ground, written["reasons"]))
    verdict = Verdict(written["verdict"]) if written["verdict"] else None
    return Held(**written | {"reasons": reasons, "state": State(written["state"]), "verdict": verdict})


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
