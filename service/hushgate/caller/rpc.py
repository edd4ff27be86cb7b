"""Which calls there are: how the request of each is made, what answers it, how long a caller waits.

One table for the sync and the async client: a call, when it is taken from a client, is a function with the
arguments of the request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, overload

from hushgate.caller import requests
from hushgate.v1 import admin_service_pb2 as admin
from hushgate.v1 import guard_service_pb2 as guard
from hushgate.v1 import redaction_service_pb2 as redaction
from hushgate.v1 import tuning_service_pb2 as tuning

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from google.protobuf.message import Message

    from hushgate.caller.outgoing import Outgoing
    from hushgate.client import AsyncClient, Client

P = ParamSpec("P")
A = TypeVar("A", bound="Message")


class Unary(Generic[P, A]):
    """One request, one answer."""

    def __init__(self, path: str, make: Callable[P, Message], answer: type[A], seconds: float) -> None:
        self.path = path
        self.make = make
        self.answer = answer
        self.seconds: float | None = seconds
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, client: Client, owner: object = None) -> Callable[P, A]: ...
    @overload
    def __get__(self, client: AsyncClient, owner: object = None) -> Callable[P, Awaitable[A]]: ...
    @overload
    def __get__(self, client: None, owner: object = None) -> Unary[P, A]: ...
    def __get__(self, client: Client | AsyncClient | None, owner: object = None) -> object:
        """The call, bound to a client."""
        if client is None:
            return self

        def call(*args: P.args, **kwargs: P.kwargs) -> object:
            return client._unary(self, self.make(*args, **kwargs))

        call.__doc__ = self.__doc__
        return call


class Stream(Generic[P, A]):
    """Many requests, many answers."""

    def __init__(
        self,
        path: str,
        make: Callable[P, Outgoing[Any, Any]],
        answer: type[A],
        seconds: float | None,
    ) -> None:
        self.path = path
        self.make = make
        self.answer = answer
        self.seconds = seconds
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, client: Client, owner: object = None) -> Callable[P, Iterator[A]]: ...
    @overload
    def __get__(self, client: AsyncClient, owner: object = None) -> Callable[P, AsyncIterator[A]]: ...
    @overload
    def __get__(self, client: None, owner: object = None) -> Stream[P, A]: ...
    def __get__(self, client: Client | AsyncClient | None, owner: object = None) -> object:
        """The call, bound to a client."""
        if client is None:
            return self

        def call(*args: P.args, **kwargs: P.kwargs) -> object:
            return client._stream(self, self.make(*args, **kwargs))

        call.__doc__ = self.__doc__
        return call


_ADMIN = "/hushgate.v1.AdminService/"
_GUARD = "/hushgate.v1.GuardService/"
_REDACTION = "/hushgate.v1.RedactionService/"
_TUNING = "/hushgate.v1.TuningService/"


class Calls:
    """Every call, as an attribute of a client."""

    prepare = Unary(_GUARD + "Prepare", requests.prepare, guard.PrepareResponse, 10.0)
    review = Unary(_GUARD + "Review", requests.review, guard.ReviewResponse, 10.0)
    review_stream = Stream(_GUARD + "ReviewStream", requests.review_stream, guard.ReviewStreamResponse, 120.0)
    end_session = Unary(_GUARD + "EndSession", requests.end_session, guard.EndSessionResponse, 10.0)
    redact = Unary(_REDACTION + "Redact", requests.redact, redaction.RedactResponse, 60.0)
    redact_stream = Stream(
        _REDACTION + "RedactStream", requests.redact_stream, redaction.RedactResponse, None
    )
    explain = Unary(_TUNING + "Explain", requests.explain, tuning.ExplainResponse, 10.0)
    list_rules = Unary(_TUNING + "ListRules", requests.list_rules, tuning.ListRulesResponse, 10.0)
    erase_subject = Unary(_ADMIN + "EraseSubject", requests.erase_subject, admin.EraseSubjectResponse, 60.0)
    reveal_token = Unary(_ADMIN + "RevealToken", requests.reveal_token, admin.RevealTokenResponse, 10.0)
    list_reviews = Unary(_ADMIN + "ListReviews", requests.list_reviews, admin.ListReviewsResponse, 10.0)
    get_review = Unary(_ADMIN + "GetReview", requests.get_review, admin.GetReviewResponse, 10.0)
    decide_review = Unary(_ADMIN + "DecideReview", requests.decide_review, admin.DecideReviewResponse, 10.0)
    list_agents = Unary(_ADMIN + "ListAgents", requests.list_agents, admin.ListAgentsResponse, 10.0)
    suspend_agent = Unary(_ADMIN + "SuspendAgent", requests.suspend_agent, admin.SuspendAgentResponse, 10.0)
    resume_agent = Unary(_ADMIN + "ResumeAgent", requests.resume_agent, admin.ResumeAgentResponse, 10.0)
    search_audit = Unary(_ADMIN + "SearchAudit", requests.search_audit, admin.SearchAuditResponse, 60.0)
    verify_audit = Unary(_ADMIN + "VerifyAudit", requests.verify_audit, admin.VerifyAuditResponse, 600.0)
    list_policies = Unary(_ADMIN + "ListPolicies", requests.list_policies, admin.ListPoliciesResponse, 10.0)
    get_policy = Unary(_ADMIN + "GetPolicy", requests.get_policy, admin.GetPolicyResponse, 10.0)
    activate_policy = Unary(
        _ADMIN + "ActivatePolicy", requests.activate_policy, admin.ActivatePolicyResponse, 60.0
    )
    rollback_policy = Unary(
        _ADMIN + "RollbackPolicy", requests.rollback_policy, admin.RollbackPolicyResponse, 60.0
    )
    shadow_policy = Unary(_ADMIN + "ShadowPolicy", requests.shadow_policy, admin.ShadowPolicyResponse, 60.0)
    stop_shadow = Unary(_ADMIN + "StopShadow", requests.stop_shadow, admin.StopShadowResponse, 60.0)
    get_shadow = Unary(_ADMIN + "GetShadow", requests.get_shadow, admin.GetShadowResponse, 10.0)
