"""What a caller may write for a request: tuples, dictionaries and strings, or the messages themselves."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from google.protobuf.message import Message as Proto
from google.protobuf.timestamp_pb2 import Timestamp  # noqa: TC002 - the annotations are read

from hushgate.caller.errors import Refused
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
    Message,
    PrepareRequest,
    Record,
    ReviewRequest,
    ReviewStart,
    ReviewStreamRequest,
)
from hushgate.v1.redaction_service_pb2 import RedactItem, RedactRequest
from hushgate.v1.tuning_service_pb2 import ExplainRequest, ListRulesRequest, Span

if TYPE_CHECKING:
    from hushgate.v1.verdict_pb2 import Verdict

M = TypeVar("M", bound=Proto)
X = TypeVar("X")

MessageLike: TypeAlias = Message | tuple[str, str] | Mapping[str, str]
"""``("user", "…")``, or a dictionary with ``role`` and ``text``."""
RecordLike: TypeAlias = Record | Mapping[str, Any]
"""A dictionary with ``source``, ``subject_id`` and either ``data``, a dictionary, or ``json``, its text."""
ItemLike: TypeAlias = RedactItem | Mapping[str, Any] | str
"""A text, or a dictionary with ``id`` and one of ``text``, ``json`` or ``data``."""


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
    return _made(
        PrepareRequest,
        tenant=tenant,
        session_id=session_id,
        intent=intent,
        messages=[_message(message) for message in messages],
        records=[_record(record) for record in records],
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
    return _made(
        ReviewRequest,
        tenant=tenant,
        session_id=session_id,
        intent=intent,
        destination=destination,
        text=text,
        arguments_json=arguments_json if arguments is None else _json(arguments, "arguments"),
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
    return _made(EndSessionRequest, tenant=tenant, session_id=session_id)


def erase_subject(*, tenant: str, subject_id: str, reason: str) -> EraseSubjectRequest:
    """AdminService.EraseSubject: forget a person in all sessions of the tenant; answers with a receipt."""
    return _made(EraseSubjectRequest, tenant=tenant, subject_id=subject_id, reason=reason)


def reveal_token(*, tenant: str, session_id: str, token: str, reason: str) -> RevealTokenRequest:
    """AdminService.RevealToken: what a token stands for, to a person with the role and a reason."""
    return _made(RevealTokenRequest, tenant=tenant, session_id=session_id, token=token, reason=reason)


def list_reviews(
    *, tenant: str = "", page_size: int = 0, page_token: str = "", sampled: bool = False
) -> ListReviewsRequest:
    """AdminService.ListReviews: what waits for a person, oldest first, without its texts.

    ``sampled``: messages that were sent and wait for a label.
    """
    return _made(
        ListReviewsRequest, tenant=tenant, page_size=page_size, page_token=page_token, sampled=sampled
    )


def get_review(*, review_id: str) -> GetReviewRequest:
    """AdminService.GetReview: one that waits, with its text redacted."""
    return _made(GetReviewRequest, review_id=review_id)


def decide_review(
    *, review_id: str, verdict: Verdict.ValueType, decided_by: str, reason: str, sampled: bool = False
) -> DecideReviewRequest:
    """AdminService.DecideReview: decide what waits, once. ``sampled``: what is meant is a sample."""
    return _made(
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
    return _made(SuspendAgentRequest, agent_id=agent_id, reason=reason)


def resume_agent(*, agent_id: str, reason: str) -> ResumeAgentRequest:
    """AdminService.ResumeAgent: let a suspended agent go on."""
    return _made(ResumeAgentRequest, agent_id=agent_id, reason=reason)


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
    return _made(
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
    return _made(GetPolicyRequest, version=version)


def activate_policy(*, version: str, reason: str, requested_by: str) -> ActivatePolicyRequest:
    """AdminService.ActivatePolicy: a policy, by its version or digest, is to decide; or one more asks it."""
    return _made(ActivatePolicyRequest, version=version, reason=reason, requested_by=requested_by)


def rollback_policy(*, reason: str, requested_by: str) -> RollbackPolicyRequest:
    """AdminService.RollbackPolicy: the policy before the present one is to decide again."""
    return _made(RollbackPolicyRequest, reason=reason, requested_by=requested_by)


def shadow_policy(
    *, version: str, reason: str, requested_by: str, recognizers: bool = False
) -> ShadowPolicyRequest:
    """AdminService.ShadowPolicy: a policy, by its version or digest, is to run beside the active one."""
    return _made(
        ShadowPolicyRequest,
        version=version,
        reason=reason,
        requested_by=requested_by,
        recognizers=recognizers,
    )


def stop_shadow(*, reason: str, requested_by: str) -> StopShadowRequest:
    """AdminService.StopShadow: no policy is to run beside the active one."""
    return _made(StopShadowRequest, reason=reason, requested_by=requested_by)


def get_shadow() -> GetShadowRequest:
    """AdminService.GetShadow: what the policy beside the active one would have changed."""
    return GetShadowRequest()


def redact(items: Iterable[ItemLike] | str, *, policy: str = "", language: str = "") -> RedactRequest:
    """RedactionService.Redact: these items, redacted, in the same order and number."""
    listed = [items] if isinstance(items, str) else items
    return _made(RedactRequest, items=[_item(item) for item in listed], policy=policy, language=language)


def explain(
    text: str, *, language: str = "", label: str = "", marked: Iterable[tuple[int, int]] = ()
) -> ExplainRequest:
    """TuningService.Explain: why this is found, and why the marked spans are or are not."""
    spans = [_made(Span, start=start, end=end) for start, end in marked]
    return _made(ExplainRequest, text=text, language=language, label=label, marked=spans)


def list_rules(*, entity: str = "") -> ListRulesRequest:
    """TuningService.ListRules: the rules that are loaded."""
    return _made(ListRulesRequest, entity=entity)


@dataclass(slots=True)
class Outgoing(Generic[X, M]):
    """The requests of a stream, made one by one as they are sent, from an iterable of either kind."""

    first: tuple[M, ...]
    items: Iterable[X] | AsyncIterable[X] = field(repr=False)
    request: Callable[[X], M]
    error: Exception | None = None
    """What the items, or the making of a request, raised. The stream is cancelled then, never half-closed."""

    def __iter__(self) -> Iterator[M]:
        """For the sync client."""
        try:
            yield from self.first
            for item in self.items:  # type: ignore[union-attr]  # an async iterable is a TypeError, kept below
                yield self.request(item)
        except Exception as error:
            self.error = error
            raise

    async def __aiter__(self) -> AsyncIterator[M]:
        """For the async client."""
        try:
            for request in self.first:
                yield request
            if isinstance(self.items, AsyncIterable):
                async for item in self.items:
                    yield self.request(item)
            else:
                for item in self.items:
                    yield self.request(item)
        except Exception as error:
            self.error = error
            raise


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
    start = _made(
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
    return Outgoing(first, texts, lambda text: _made(ReviewStreamRequest, text=text))


def redact_stream(
    batches: Iterable[Iterable[ItemLike]] | AsyncIterable[Iterable[ItemLike]],
    *,
    policy: str = "",
    language: str = "",
) -> Outgoing[Iterable[ItemLike], RedactRequest]:
    """RedactionService.RedactStream: batch after batch, one answer for each, in order."""
    return Outgoing((), batches, lambda batch: redact(batch, policy=policy, language=language))


def _message(message: MessageLike) -> Message:
    if isinstance(message, Message):
        return message
    fields = dict(zip(("role", "text"), message, strict=True)) if isinstance(message, tuple) else message
    return _made(Message, **fields)


def _record(record: RecordLike) -> Record:
    if isinstance(record, Record):
        return record
    return _made(Record, **_with_json(record, "records"))


def _item(item: ItemLike) -> RedactItem:
    if isinstance(item, RedactItem):
        return item
    return _made(RedactItem, **({"text": item} if isinstance(item, str) else _with_json(item, "items")))


def _with_json(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The fields, with ``data`` written as ``json``."""
    plain = {key: value for key, value in fields.items() if key != "data"}
    return plain | {"json": _json(fields["data"], name)} if "data" in fields else plain


def _json(data: object, name: str) -> str:
    """As ASCII, so that a lone surrogate can travel."""
    try:
        return json.dumps(data, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        pass
    raise Refused("not data that JSON can hold", reason="JSON_INVALID", field=name)


def _made(kind: type[M], **fields: Any) -> M:  # noqa: ANN401 - what a caller may write
    """The message. What protobuf says of a wrong value quotes the value, so it is not passed on."""
    try:
        return kind(**fields)
    except (TypeError, ValueError):  # UnicodeEncodeError, which holds the whole text, is a ValueError
        pass
    sentence = f"a field of {kind.DESCRIPTOR.name} is unknown, has the wrong type, or is no valid Unicode"
    raise Refused(sentence, reason="FIELD_INVALID", field=kind.DESCRIPTOR.name)
