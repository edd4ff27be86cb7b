"""What a caller may ask: how each call's request is made of its arguments."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping  # noqa: TC003 - as below
from typing import TYPE_CHECKING, Any

from google.protobuf.timestamp_pb2 import Timestamp  # noqa: TC002 - the annotations are read

from hushgate.caller.errors import Refused
from hushgate.caller.outgoing import Outgoing
from hushgate.caller.writing import (
    ItemLike,
    MessageLike,
    RecordLike,
    item_of,
    json_of,
    made,
    message_of,
    record_of,
)
from hushgate.v1.admin_service_pb2 import (
    ActivatePolicyRequest,
    DecideReviewRequest,
    EraseSubjectRequest,
    GetPolicyRequest,
    GetReviewRequest,
    GetShadowRequest,
    ListAgentsRequest,
    ListPoliciesRequest,
    ListReviewsRequest,
    ResumeAgentRequest,
    RevealTokenRequest,
    RollbackPolicyRequest,
    SearchAuditRequest,
    ShadowPolicyRequest,
    StopShadowRequest,
    SuspendAgentRequest,
    VerifyAuditRequest,
)
from hushgate.v1.guard_service_pb2 import (
    EndSessionRequest,
    PrepareRequest,
    ReviewRequest,
    ReviewStart,
    ReviewStreamRequest,
)
from hushgate.v1.redaction_service_pb2 import RedactRequest
from hushgate.v1.tuning_service_pb2 import ExplainRequest, ListRulesRequest, Span

if TYPE_CHECKING:
    from hushgate.v1.verdict_pb2 import Verdict


def prepare(
    *,
    tenant: str,
    session_id: str,
    intent: str,
    messages: Iterable[MessageLike] = (),
    records: Iterable[RecordLike] = (),
    customer_id: str = "",
    agent_id: str = "",
    policy: str = "",
    language: str = "",
    request_id: str = "",
    risk_signals: Iterable[str] = (),
) -> PrepareRequest:
    """GuardService.Prepare: what the model may see of these messages and records."""
    return made(
        PrepareRequest,
        tenant=tenant,
        session_id=session_id,
        intent=intent,
        messages=[message_of(message) for message in messages],
        records=[record_of(record) for record in records],
        customer_id=customer_id,
        agent_id=agent_id,
        policy=policy,
        language=language,
        request_id=request_id,
        risk_signals=risk_signals,
    )


def review(
    *,
    tenant: str,
    session_id: str,
    intent: str,
    destination: str = "customer",
    text: str | None = None,
    arguments: Mapping[str, Any] | None = None,
    arguments_json: str | None = None,
    recipient_id: str = "",
    agent_id: str = "",
    channel: str = "",
    tool: str = "",
    request_id: str = "",
    language: str = "",
    review_id: str = "",
    risk_signals: Iterable[str] = (),
) -> ReviewRequest:
    """GuardService.Review: whether this text, or these arguments of a tool call, may be sent.

    Give one of ``text``, ``arguments`` (a dictionary) and ``arguments_json`` (its text). ``review_id``: that
    of the answer that held this very draft, to have what a person decided.
    """
    if sum(content is not None for content in (text, arguments, arguments_json)) != 1:
        sentence = "give one of text, arguments and arguments_json"
        raise Refused(sentence, reason="FIELD_INVALID", field="content")
    return made(
        ReviewRequest,
        tenant=tenant,
        session_id=session_id,
        intent=intent,
        destination=destination,
        text=text,
        arguments_json=arguments_json if arguments is None else json_of(arguments, "arguments"),
        recipient_id=recipient_id,
        agent_id=agent_id,
        channel=channel,
        tool=tool,
        request_id=request_id,
        language=language,
        review_id=review_id,
        risk_signals=risk_signals,
    )


def end_session(*, tenant: str, session_id: str) -> EndSessionRequest:
    """GuardService.EndSession: forget the session for good."""
    return made(EndSessionRequest, tenant=tenant, session_id=session_id)


def erase_subject(*, tenant: str, subject_id: str, reason: str) -> EraseSubjectRequest:
    """AdminService.EraseSubject: forget a person in all sessions of the tenant; answers with a receipt."""
    return made(EraseSubjectRequest, tenant=tenant, subject_id=subject_id, reason=reason)


def reveal_token(*, tenant: str, session_id: str, token: str, reason: str) -> RevealTokenRequest:
    """AdminService.RevealToken: what a token stands for, to a person with the role and a reason."""
    return made(RevealTokenRequest, tenant=tenant, session_id=session_id, token=token, reason=reason)


def list_reviews(
    *, tenant: str = "", page_size: int = 0, page_token: str = "", sampled: bool = False
) -> ListReviewsRequest:
    """AdminService.ListReviews: what waits for a person, oldest first, without its texts.

    ``sampled``: messages that were sent and wait for a label.
    """
    return made(
        ListReviewsRequest, tenant=tenant, page_size=page_size, page_token=page_token, sampled=sampled
    )


def get_review(*, review_id: str) -> GetReviewRequest:
    """AdminService.GetReview: one that waits, with its text redacted."""
    return made(GetReviewRequest, review_id=review_id)


def decide_review(
    *, review_id: str, verdict: Verdict.ValueType, decided_by: str, reason: str, sampled: bool = False
) -> DecideReviewRequest:
    """AdminService.DecideReview: decide what waits, once. ``sampled``: what is meant is a sample."""
    return made(
        DecideReviewRequest,
        review_id=review_id,
        verdict=verdict,
        decided_by=decided_by,
        reason=reason,
        sampled=sampled,
    )


def list_agents() -> ListAgentsRequest:
    """AdminService.ListAgents: the register, who is suspended, and what each agent has touched."""
    return ListAgentsRequest()


def suspend_agent(*, agent_id: str, reason: str) -> SuspendAgentRequest:
    """AdminService.SuspendAgent: stop an agent, on every worker and replica, within a second."""
    return made(SuspendAgentRequest, agent_id=agent_id, reason=reason)


def resume_agent(*, agent_id: str, reason: str) -> ResumeAgentRequest:
    """AdminService.ResumeAgent: let a suspended agent go on."""
    return made(ResumeAgentRequest, agent_id=agent_id, reason=reason)


def search_audit(
    *,
    tenant: str = "",
    session_id: str = "",
    agent_id: str = "",
    decision_id: str = "",
    where: Mapping[str, str] | None = None,
    since: Timestamp | None = None,
    until: Timestamp | None = None,
    page_size: int = 0,
    page_token: str = "",
) -> SearchAuditRequest:
    """AdminService.SearchAudit: entries of the audit log, newest first."""
    return made(
        SearchAuditRequest,
        tenant=tenant,
        session_id=session_id,
        agent_id=agent_id,
        decision_id=decision_id,
        where=where or {},
        since=since,
        until=until,
        page_size=page_size,
        page_token=page_token,
    )


def verify_audit() -> VerifyAuditRequest:
    """AdminService.VerifyAudit: whether the audit log stands as it was written."""
    return VerifyAuditRequest()


def list_policies() -> ListPoliciesRequest:
    """AdminService.ListPolicies: the known policies, the active one first, and what is wrong with files."""
    return ListPoliciesRequest()


def get_policy(*, version: str = "") -> GetPolicyRequest:
    """AdminService.GetPolicy: what a policy says, by its version or digest; the active one without."""
    return made(GetPolicyRequest, version=version)


def activate_policy(*, version: str, reason: str, requested_by: str) -> ActivatePolicyRequest:
    """AdminService.ActivatePolicy: a policy, by its version or digest, is to decide; or one more asks it."""
    return made(ActivatePolicyRequest, version=version, reason=reason, requested_by=requested_by)


def rollback_policy(*, reason: str, requested_by: str) -> RollbackPolicyRequest:
    """AdminService.RollbackPolicy: the policy before the present one is to decide again."""
    return made(RollbackPolicyRequest, reason=reason, requested_by=requested_by)


def shadow_policy(
    *, version: str, reason: str, requested_by: str, recognizers: bool = False
) -> ShadowPolicyRequest:
    """AdminService.ShadowPolicy: a policy, by its version or digest, is to run beside the active one."""
    return made(
        ShadowPolicyRequest,
        version=version,
        reason=reason,
        requested_by=requested_by,
        recognizers=recognizers,
    )


def stop_shadow(*, reason: str, requested_by: str) -> StopShadowRequest:
    """AdminService.StopShadow: no policy is to run beside the active one."""
    return made(StopShadowRequest, reason=reason, requested_by=requested_by)


def get_shadow() -> GetShadowRequest:
    """AdminService.GetShadow: what the policy beside the active one would have changed."""
    return GetShadowRequest()


def redact(items: Iterable[ItemLike] | str, *, policy: str = "", language: str = "") -> RedactRequest:
    """RedactionService.Redact: these items, redacted, in the same order and number."""
    listed = [items] if isinstance(items, str) else items
    return made(RedactRequest, items=[item_of(item) for item in listed], policy=policy, language=language)


def explain(
    text: str, *, language: str = "", label: str = "", marked: Iterable[tuple[int, int]] = ()
) -> ExplainRequest:
    """TuningService.Explain: why this is found, and why the marked spans are or are not."""
    spans = [made(Span, start=start, end=end) for start, end in marked]
    return made(ExplainRequest, text=text, language=language, label=label, marked=spans)


def list_rules(*, entity: str = "") -> ListRulesRequest:
    """TuningService.ListRules: the rules that are loaded."""
    return made(ListRulesRequest, entity=entity)


def review_stream(
    texts: Iterable[str] | AsyncIterable[str],
    *,
    tenant: str,
    session_id: str,
    intent: str,
    destination: str = "customer",
    recipient_id: str = "",
    agent_id: str = "",
    channel: str = "",
    tool: str = "",
    request_id: str = "",
    language: str = "",
    risk_signals: Iterable[str] = (),
) -> Outgoing[str, ReviewStreamRequest]:
    """GuardService.ReviewStream: what may be sent of a draft that comes in pieces.

    If the pieces end with an exception, the review is given up and the exception comes out of the answers.
    """
    start = made(
        ReviewStart,
        tenant=tenant,
        session_id=session_id,
        intent=intent,
        destination=destination,
        recipient_id=recipient_id,
        agent_id=agent_id,
        channel=channel,
        tool=tool,
        request_id=request_id,
        language=language,
        risk_signals=risk_signals,
    )
    first = (ReviewStreamRequest(start=start),)
    return Outgoing(first, texts, lambda text: made(ReviewStreamRequest, text=text))


def redact_stream(
    batches: Iterable[Iterable[ItemLike]] | AsyncIterable[Iterable[ItemLike]],
    *,
    policy: str = "",
    language: str = "",
) -> Outgoing[Iterable[ItemLike], RedactRequest]:
    """RedactionService.RedactStream: batch after batch, one answer for each, in order."""
    return Outgoing((), batches, lambda batch: redact(batch, policy=policy, language=language))
