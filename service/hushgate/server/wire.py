"""How the gate's values look as protos, and back. Nothing is decided here but that a request is complete."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hushgate.calls import Message, PrepareCall, Record, ReviewCall, Verdict
from hushgate.failure import Failure, Reason
from hushgate.v1 import admin_service_pb2, finding_pb2, guard_service_pb2, verdict_pb2

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hushgate.calls import Ground, Located, Prepared, Reviewed
    from hushgate.finding import Action, Finding
    from hushgate.oversight import Listed
    from hushgate.reviews.held import Held

ACTIONS = {
    name.removeprefix("ACTION_").lower(): number for name, number in finding_pb2.Action.items() if number
}
VERDICTS = {name.removeprefix("VERDICT_"): number for name, number in verdict_pb2.Verdict.items() if number}


def action(value: Action) -> finding_pb2.Action.ValueType:
    """An action."""
    return ACTIONS[value.value]


def verdict(value: Verdict) -> verdict_pb2.Verdict.ValueType:
    """A verdict."""
    return VERDICTS[value.value]


def finding(
    value: Finding, *, message: int | None = None, record: int | None = None, path: str = ""
) -> finding_pb2.Finding:
    """A finding, and the text that its offsets count in."""
    return finding_pb2.Finding(
        entity=value.entity,
        start=value.start,
        end=value.end,
        score=value.score,
        rule=value.rule,
        action=action(value.action),
        decided_by=value.decided_by,
        message=message,
        record=record,
        path=path,
    )


def findings(located: Iterable[Located]) -> list[finding_pb2.Finding]:
    """Findings, each with its place."""
    return [finding(f.finding, message=f.message, record=f.record, path=f.path) for f in located]


def prepare_call(request: guard_service_pb2.PrepareRequest, actor: str = "") -> PrepareCall:
    """What Prepare is asked. ``actor``: by whom, as authenticated."""
    return PrepareCall(
        tenant=request.tenant,
        session_id=request.session_id,
        agent_id=request.agent_id,
        intent=request.intent,
        policy=request.policy,
        language=request.language,
        request_id=request.request_id,
        messages=tuple(Message(m.role, m.text) for m in request.messages),
        records=tuple(Record(r.source, r.subject_id, r.json) for r in request.records),
        customer_id=request.customer_id,
        risk_signals=tuple(request.risk_signals),
        actor=actor,
    )


def prepare_response(prepared: Prepared) -> guard_service_pb2.PrepareResponse:
    """What Prepare answers."""
    return guard_service_pb2.PrepareResponse(
        messages=[guard_service_pb2.Message(role=m.role, text=m.text) for m in prepared.messages],
        records=[
            guard_service_pb2.Record(source=r.source, subject_id=r.subject_id, json=r.json)
            for r in prepared.records
        ],
        fields=[
            guard_service_pb2.FieldDecision(
                record=f.record,
                path=f.path,
                action=action(f.action),
                reason=f.reason,
                decided_by=f.decided_by,
            )
            for f in prepared.fields
        ],
        findings=findings(prepared.findings),
        decision_id=prepared.decision_id,
        policy_version=prepared.policy_version,
        policy_digest=prepared.policy_digest,
    )


def review_call(request: guard_service_pb2.ReviewRequest, actor: str = "") -> ReviewCall:
    """What Review is asked, and by whom, as authenticated. Failure FIELD_REQUIRED if there is no draft."""
    kind = request.WhichOneof("content")
    if kind is None:
        raise Failure(Reason.FIELD_REQUIRED, "text or arguments_json is required", field="content")
    draft = {kind: getattr(request, kind)}
    return replace(_draftless(request, actor), **draft, review_id=request.review_id)


def streamed_call(start: guard_service_pb2.ReviewStart, actor: str) -> ReviewCall:
    """What ReviewStream is asked, and by whom, of a draft that is still to come."""
    return replace(_draftless(start, actor), text="")


def _draftless(
    request: guard_service_pb2.ReviewRequest | guard_service_pb2.ReviewStart, actor: str
) -> ReviewCall:
    return ReviewCall(
        tenant=request.tenant,
        session_id=request.session_id,
        agent_id=request.agent_id,
        intent=request.intent,
        destination=request.destination,
        recipient_id=request.recipient_id,
        channel=request.channel,
        tool=request.tool,
        request_id=request.request_id,
        language=request.language,
        actor=actor,
        risk_signals=tuple(request.risk_signals),
    )


def review_response(reviewed: Reviewed) -> guard_service_pb2.ReviewResponse:
    """What Review answers."""
    answer = guard_service_pb2.ReviewResponse(**_decision(reviewed))
    if reviewed.text is not None:
        answer.text = reviewed.text
    if reviewed.arguments_json is not None:
        answer.arguments_json = reviewed.arguments_json
    return answer


def review_stream_response(reviewed: Reviewed) -> guard_service_pb2.ReviewStreamResponse:
    """What ReviewStream answers last."""
    return guard_service_pb2.ReviewStreamResponse(text=reviewed.text or "", **_decision(reviewed))


def _decision(reviewed: Reviewed) -> dict[str, Any]:
    """The fields of both answers beside the content."""
    return {
        "verdict": verdict(reviewed.verdict),
        "reasons": reasons(reviewed.reasons),
        "findings": findings(reviewed.findings),
        "decision_id": reviewed.decision_id,
        "policy_version": reviewed.policy_version,
        "policy_digest": reviewed.policy_digest,
        "review_id": reviewed.review_id,
        "suggestion": reviewed.suggestion,
    }


def reasons(grounds: Iterable[Ground]) -> list[verdict_pb2.ReviewReason]:
    """The grounds of a verdict."""
    return [
        verdict_pb2.ReviewReason(
            code=ground.code.value,
            detail=ground.detail,
            source_field=ground.source_field,
            start=ground.start,
            end=ground.end,
            action=action(ground.action),
            entity=ground.entity,
            sentence=ground.sentence,
            path=ground.path,
            confidence=ground.confidence,
            suggestion=ground.suggestion,
            decided_by=ground.decided_by,
        )
        for ground in grounds
    ]


def held_review(review: Held) -> admin_service_pb2.HeldReview:
    """A review that waits for a person, or waited."""
    answer = admin_service_pb2.HeldReview(
        review_id=review.review_id,
        tenant=review.tenant,
        session_id=review.session_id,
        agent_id=review.agent_id,
        intent=review.intent,
        destination=review.destination,
        channel=review.channel,
        recipient_id=review.recipient_id,
        reasons=reasons(review.reasons),
        text=review.text,
        is_json=review.is_json,
        decided_by=review.decided_by,
        sampled=review.sampled,
    )
    if review.verdict is not None:
        answer.verdict = verdict(review.verdict)
    answer.held_at.FromMilliseconds(round(review.held_at * 1000))
    answer.expires_at.FromMilliseconds(round(review.expires * 1000))
    return answer


def agent(agent_id: str, listed: Listed) -> admin_service_pb2.Agent:
    """An agent: what the register says of it, and what it has done."""
    entry, seen, suspension = listed.agent, listed.seen, listed.suspension
    answer = admin_service_pb2.Agent(agent_id=agent_id, counts=seen.counts, entity_counts=seen.entities)
    if entry is not None:
        answer.registered = True
        answer.owner, answer.approved_by, answer.purpose = entry.owner, entry.approved_by, entry.purpose
        answer.intents.extend(sorted(entry.intents))
        answer.sources.extend(sorted(entry.sources or ()))
        answer.destinations.extend(sorted(entry.destinations or ()))
        answer.autonomy, answer.supervised_by = entry.autonomy, entry.supervised_by
    if suspension is not None and suspension.suspended:
        answer.suspended = True
        answer.suspended_because, answer.suspended_by = suspension.because, suspension.by
        answer.suspended_at.FromMilliseconds(round(suspension.at * 1000))
    if seen.last:
        answer.last_seen.FromMilliseconds(round(seen.last * 1000))
    return answer


def read_verdict(number: verdict_pb2.Verdict.ValueType) -> Verdict:
    """The verdict of that number. Failure FIELD_INVALID if there is none."""
    for name, known in VERDICTS.items():
        if known == number:
            return Verdict(name)
    raise Failure(Reason.FIELD_INVALID, "verdict is none of the verdicts", field="verdict")
