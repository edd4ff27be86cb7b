"""AdminService on the wire: what a person with a role asks for, and the line that the log has of it first."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hushgate.failure import Failure, Reason
from hushgate.server import auditing
from hushgate.server.identity import caller
from hushgate.v1 import admin_service_pb2 as pb
from hushgate.v1 import admin_service_pb2_grpc
from hushgate.v1.admin_service_pb2 import EraseSubjectResponse, ErasureReceipt, RevealTokenResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from hushgate.audit.log import Audit
    from hushgate.gate import Gate, Listed
    from hushgate.redactor import Redactor
    from hushgate.server.frame import Context, Frame
    from hushgate.sessions.receipt import Receipt
    from hushgate.v1.admin_service_pb2 import EraseSubjectRequest, RevealTokenRequest

_LONGEST_REASON = 1000
"""Code points."""


class AdminServicer(admin_service_pb2_grpc.AdminServiceServicer):
    """What stands beside the flow. See the proto for what each call promises."""

    def __init__(self, frame: Frame, gate: Gate, redactor: Redactor, audit: Audit) -> None:
        """``redactor``: for the reasons that people state, which may hold what the log must not."""
        self._frame = frame
        self._gate = gate
        self._redactor = redactor
        self._audit = audit

    async def EraseSubject(self, request: EraseSubjectRequest, context: Context) -> EraseSubjectResponse:  # noqa: N802
        """See the proto."""
        async with self._frame.call("EraseSubject", context) as line:
            line.tenant = request.tenant
            _check_reason(request.reason)
            who = caller().subject

            def work() -> tuple[Receipt, str]:
                because = self._redactor.redact(request.reason).text
                receipt = self._gate.erase(request.tenant, request.subject_id, because=because, actor=who)
                return receipt, because

            receipt, reason = await self._frame.decide(context, lambda _: work())
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
            _check_reason(request.reason)
            who = caller().subject

            def work() -> RevealTokenResponse:
                because = self._redactor.redact(request.reason).text
                revealed = self._gate.reveal(
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

            return await self._frame.decide(context, lambda _: work())

    async def ListAgents(  # noqa: N802
        self,
        request: pb.ListAgentsRequest,  # noqa: ARG002 - it is empty
        context: Context,
    ) -> pb.ListAgentsResponse:
        """See the proto."""
        async with self._frame.call("ListAgents", context):
            listed = await self._frame.decide(context, lambda _: self._gate.agents())
            return pb.ListAgentsResponse(agents=[_agent(name, each) for name, each in listed.items()])

    async def SuspendAgent(  # noqa: N802
        self, request: pb.SuspendAgentRequest, context: Context
    ) -> pb.SuspendAgentResponse:
        """See the proto."""
        async with self._frame.call("SuspendAgent", context):
            agent = await self._turned(request.agent_id, request.reason, self._gate.suspend, "suspend")
            return pb.SuspendAgentResponse(agent=agent)

    async def ResumeAgent(self, request: pb.ResumeAgentRequest, context: Context) -> pb.ResumeAgentResponse:  # noqa: N802
        """See the proto."""
        async with self._frame.call("ResumeAgent", context):
            agent = await self._turned(request.agent_id, request.reason, self._gate.resume, "resume")
            return pb.ResumeAgentResponse(agent=agent)

    async def SearchAudit(self, request: pb.SearchAuditRequest, context: Context) -> pb.SearchAuditResponse:  # noqa: N802
        """See the proto. The search itself holds no decision up."""
        async with self._frame.call("SearchAudit", context):
            asked = await self._frame.decide(context, lambda _: auditing.question(request, self._gate))
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
        _check_reason(reason)
        who = caller().subject

        def work() -> tuple[Listed, str]:
            because = self._redactor.redact(reason).text
            return turn(agent_id, because=because, by=who), because

        listed, because = await self._frame.run(work)
        self._frame.log.deed(event, agent=agent_id, because=because, by=who)
        return _agent(agent_id, listed)


def _agent(agent_id: str, listed: Listed) -> pb.Agent:
    agent, seen, suspension = listed.agent, listed.seen, listed.suspension
    answer = pb.Agent(agent_id=agent_id, counts=seen.counts, entity_counts=seen.entities)
    if agent is not None:
        answer.registered = True
        answer.owner, answer.approved_by, answer.purpose = agent.owner, agent.approved_by, agent.purpose
        answer.intents.extend(sorted(agent.intents))
        answer.sources.extend(sorted(agent.sources or ()))
        answer.destinations.extend(sorted(agent.destinations or ()))
        answer.autonomy, answer.supervised_by = agent.autonomy, agent.supervised_by
    if suspension is not None and suspension.suspended:
        answer.suspended = True
        answer.suspended_because, answer.suspended_by = suspension.because, suspension.by
        answer.suspended_at.FromMilliseconds(round(suspension.at * 1000))
    if seen.last:
        answer.last_seen.FromMilliseconds(round(seen.last * 1000))
    return answer


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise Failure(Reason.FIELD_REQUIRED, "reason must not be empty", field="reason")
    if len(reason) > _LONGEST_REASON:
        sentence = f"reason is longer than {_LONGEST_REASON} code points"
        raise Failure(Reason.FIELD_INVALID, sentence, field="reason", limit=_LONGEST_REASON)
