"""AdminService on the wire: what a person with a role asks for, and the line that the log has of it first."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from hushgate.bounds import check_name, check_reason
from hushgate.oversight import Oversight
from hushgate.reviews.store import Waits
from hushgate.server import auditing, wire
from hushgate.server.identity import caller
from hushgate.server.policies import PolicyCalls
from hushgate.v1 import admin_service_pb2 as pb
from hushgate.v1 import admin_service_pb2_grpc
from hushgate.v1.admin_service_pb2 import EraseSubjectResponse, ErasureReceipt, RevealTokenResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from hushgate.oversight import Listed
    from hushgate.reviews.held import Held
    from hushgate.server.assembly import Assembled
    from hushgate.server.frame import Context, Frame
    from hushgate.sessions.receipt import Receipt
    from hushgate.v1.admin_service_pb2 import EraseSubjectRequest, RevealTokenRequest


class AdminServicer(admin_service_pb2_grpc.AdminServiceServicer):
    """What stands beside the flow. See the proto for what each call promises."""

    def __init__(self, frame: Frame, assembled: Assembled) -> None:
        self._frame = frame
        self._assembled = assembled
        self._gate = assembled.gate
        self._oversight = Oversight(assembled.gate)
        self._policies = PolicyCalls(frame, assembled)
        self._audit = assembled.audit

    async def EraseSubject(self, request: EraseSubjectRequest, context: Context) -> EraseSubjectResponse:  # noqa: N802
        """See the proto."""
        async with self._frame.call("EraseSubject", context) as line:
            line.tenant = request.tenant
            check_reason(request.reason)
            who = caller().subject

            def work() -> tuple[Receipt, str]:
                because = self._redacted(request.reason)
                receipt = self._oversight.erase(
                    request.tenant, request.subject_id, because=because, actor=who
                )
                return receipt, because

            receipt, reason = await self._frame.decide(context, work)
            self._frame.log.deed(
                "erase",
                by=who,
                tenant=request.tenant,
                because=reason,
                sessions=receipt.sessions,
                subject=receipt.subject,
            )
            return EraseSubjectResponse(
                receipt=ErasureReceipt(
                    subject=receipt.subject,
                    sessions=receipt.sessions,
                    erased_at=receipt.erased_at,
                    key_version=receipt.key_version,
                    mac=receipt.mac,
                )
            )

    async def RevealToken(self, request: RevealTokenRequest, context: Context) -> RevealTokenResponse:  # noqa: N802
        """See the proto."""
        async with self._frame.call("RevealToken", context) as line:
            line.tenant = request.tenant
            check_reason(request.reason)
            who = caller().subject

            def work() -> RevealTokenResponse:
                because = self._redacted(request.reason)
                revealed = self._oversight.reveal(
                    request.tenant, request.session_id, request.token, because=because, actor=who
                )
                self._frame.log.deed(
                    "reveal",
                    by=who,
                    tenant=request.tenant,
                    because=because,
                    session=revealed.session,
                    entity=revealed.entity,
                    decision_id=revealed.decision_id,
                )
                return RevealTokenResponse(
                    value=revealed.value, entity=revealed.entity, decision_id=revealed.decision_id
                )

            return await self._frame.decide(context, work)

    async def ListReviews(self, request: pb.ListReviewsRequest, context: Context) -> pb.ListReviewsResponse:  # noqa: N802
        """See the proto."""
        async with self._frame.call("ListReviews", context) as line:
            line.tenant = request.tenant
            reviews, more = await self._frame.decide(
                context,
                lambda: self._gate.desk.waiting(
                    request.tenant,
                    size=request.page_size,
                    token=request.page_token,
                    waits=Waits.LABEL if request.sampled else Waits.DECISION,
                ),
            )
            listed = [replace(review, text="") for review in reviews]
            return pb.ListReviewsResponse(reviews=map(wire.held_review, listed), next_page_token=more)

    async def GetReview(self, request: pb.GetReviewRequest, context: Context) -> pb.GetReviewResponse:  # noqa: N802
        """See the proto."""
        async with self._frame.call("GetReview", context):
            tenants = caller().tenants
            review = await self._frame.decide(
                context, lambda: self._gate.desk.find(request.review_id, tenants)
            )
            return pb.GetReviewResponse(review=wire.held_review(review))

    async def DecideReview(  # noqa: N802
        self, request: pb.DecideReviewRequest, context: Context
    ) -> pb.DecideReviewResponse:
        """See the proto."""
        async with self._frame.call("DecideReview", context) as line:
            check_reason(request.reason)
            who = caller()
            verdict = wire.read_verdict(request.verdict)

            named = request.decided_by.strip()
            if named or not who.proven:
                check_name(named, field="decided_by")

            def work() -> Held:
                because, name = self._redacted(request.reason), self._redacted(named)
                proven = who.subject if who.proven else ""
                by = f"{proven} ({name})" if proven and name not in {"", proven} else proven or name
                return self._oversight.decide_review(
                    request.review_id, verdict, by=by, because=because, proven=proven,
                    actor=who.subject, tenants=who.tenants, sampled=request.sampled,
                )  # fmt: skip

            review = await self._frame.decide(context, work)
            line.tenant, line.verdict = review.tenant, "" if review.sampled else verdict.value
            self._frame.log.deed(
                "decide",
                by=who.subject,
                tenant=review.tenant,
                because=review.because,
                review=review.review_id,
                verdict=verdict.value,
                decision_id=review.decision_id,
            )
            return pb.DecideReviewResponse(decision_id=review.decision_id)

    async def ListAgents(  # noqa: N802
        self,
        request: pb.ListAgentsRequest,  # noqa: ARG002 - it is empty
        context: Context,
    ) -> pb.ListAgentsResponse:
        """See the proto."""
        async with self._frame.call("ListAgents", context):
            listed = await self._frame.decide(context, self._oversight.agents)
            return pb.ListAgentsResponse(agents=[wire.agent(name, each) for name, each in listed.items()])

    async def SuspendAgent(  # noqa: N802
        self, request: pb.SuspendAgentRequest, context: Context
    ) -> pb.SuspendAgentResponse:
        """See the proto."""
        async with self._frame.call("SuspendAgent", context):
            agent = await self._turned(request.agent_id, request.reason, self._oversight.suspend, "suspend")
            return pb.SuspendAgentResponse(agent=agent)

    async def ResumeAgent(self, request: pb.ResumeAgentRequest, context: Context) -> pb.ResumeAgentResponse:  # noqa: N802
        """See the proto."""
        async with self._frame.call("ResumeAgent", context):
            agent = await self._turned(request.agent_id, request.reason, self._oversight.resume, "resume")
            return pb.ResumeAgentResponse(agent=agent)

    async def SearchAudit(self, request: pb.SearchAuditRequest, context: Context) -> pb.SearchAuditResponse:  # noqa: N802
        """See the proto. The search itself holds no decision up."""
        async with self._frame.call("SearchAudit", context):
            asked = await self._frame.decide(context, lambda: auditing.question(request, self._gate.trail))
            return await asyncio.to_thread(auditing.searched, self._audit.folder, asked, request)

    async def VerifyAudit(  # noqa: N802
        self,
        request: pb.VerifyAuditRequest,  # noqa: ARG002 - it is empty
        context: Context,
    ) -> pb.VerifyAuditResponse:
        """See the proto."""
        async with self._frame.call("VerifyAudit", context):
            return await asyncio.to_thread(auditing.verified, self._audit.folder)

    async def _turned(self, agent_id: str, reason: str, turn: Callable[..., Listed], event: str) -> pb.Agent:
        """An agent stopped, or let go on. However many calls wait: this one is not refused."""
        check_reason(reason)
        who = caller().subject

        def work() -> tuple[Listed, str]:
            because = self._redacted(reason)
            return turn(agent_id, because=because, actor=who), because

        listed, because = await self._frame.run(work)
        self._frame.log.deed(event, agent=agent_id, because=because, by=who)
        return wire.agent(agent_id, listed)

    async def ListPolicies(  # noqa: N802
        self,
        request: pb.ListPoliciesRequest,  # noqa: ARG002 - it is empty
        context: Context,
    ) -> pb.ListPoliciesResponse:
        """See the proto."""
        async with self._frame.call("ListPolicies", context):
            return await self._policies.known(context)

    async def GetPolicy(  # noqa: N802
        self, request: pb.GetPolicyRequest, context: Context
    ) -> pb.GetPolicyResponse:
        """See the proto."""
        async with self._frame.call("GetPolicy", context):
            return await self._policies.get(request, context)

    async def ActivatePolicy(  # noqa: N802
        self, request: pb.ActivatePolicyRequest, context: Context
    ) -> pb.ActivatePolicyResponse:
        """See the proto."""
        async with self._frame.call("ActivatePolicy", context):
            return await self._policies.activate(request, context)

    async def RollbackPolicy(  # noqa: N802
        self, request: pb.RollbackPolicyRequest, context: Context
    ) -> pb.RollbackPolicyResponse:
        """See the proto."""
        async with self._frame.call("RollbackPolicy", context):
            return await self._policies.roll_back(request, context)

    async def ShadowPolicy(  # noqa: N802
        self, request: pb.ShadowPolicyRequest, context: Context
    ) -> pb.ShadowPolicyResponse:
        """See the proto."""
        async with self._frame.call("ShadowPolicy", context):
            return await self._policies.shadow(request, context)

    async def StopShadow(  # noqa: N802
        self, request: pb.StopShadowRequest, context: Context
    ) -> pb.StopShadowResponse:
        """See the proto."""
        async with self._frame.call("StopShadow", context):
            return await self._policies.stop_shadow(request, context)

    async def GetShadow(  # noqa: N802
        self,
        request: pb.GetShadowRequest,  # noqa: ARG002 - it is empty
        context: Context,
    ) -> pb.GetShadowResponse:
        """See the proto."""
        async with self._frame.call("GetShadow", context):
            return await self._policies.get_shadow(context)

    def _redacted(self, text: str) -> str:
        """What a person states may hold what the log must not."""
        return self._assembled.redactor.redact(text).text
