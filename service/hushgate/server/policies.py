"""AdminService's calls about policies: what is known, what decides, what is tried, and each as a proto."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol, TypeVar

from hushgate.audit import decisions
from hushgate.bounds import check_name, check_reason
from hushgate.failure import Failure, Reason
from hushgate.server.identity import caller
from hushgate.shadow.agreed import Run, Tally
from hushgate.v1 import admin_service_pb2 as pb

if TYPE_CHECKING:
    from collections.abc import Callable

    from hushgate.policy.inforce import InForce, Listed
    from hushgate.policy.model import Policy
    from hushgate.server.assembly import Assembled
    from hushgate.server.frame import Context, Frame

A = TypeVar("A")
Done = tuple[A, str, pb.PolicyVersion]
"""What a change answers, what has become of a policy, and of which."""


class Asked(Protocol):
    """A request for a change."""

    reason: str
    requested_by: str


class PolicyCalls:
    """Each is a call of AdminService, in its frame. A change stands in the audit log before it is made."""

    def __init__(self, frame: Frame, assembled: Assembled) -> None:
        self._frame = frame
        self._assembled = assembled
        self._in_force = assembled.in_force
        self._shadow = assembled.gate.shadow

    async def known(self, context: Context) -> pb.ListPoliciesResponse:
        """What is known."""
        return await self._frame.decide(context, lambda: listed(self._in_force))

    async def get(self, request: pb.GetPolicyRequest, context: Context) -> pb.GetPolicyResponse:
        """What a policy says."""

        def found() -> pb.GetPolicyResponse:
            policy = self._found(request.version) if request.version else self._in_force.policies.active
            state = next(each for each in self._in_force.listed() if each.digest == policy.digest)
            return pb.GetPolicyResponse(policy=_version(state), content=policy.content)

        return await self._frame.decide(context, found)

    async def activate(
        self, request: pb.ActivatePolicyRequest, context: Context
    ) -> pb.ActivatePolicyResponse:
        """Have a policy decide, or ask for it as one more person."""
        check_name(request.version, field="version")

        def activate(who: str) -> Done[pb.ActivatePolicyResponse]:
            active = self._in_force.activate(request.version, who)
            self._assembled.take_up()
            answer = activated(self._in_force, waits=not active)
            return answer, "activated" if active else "waits", answer.policy if active else answer.pending

        return await self._change("ActivatePolicy", request, context, activate)

    async def roll_back(
        self, request: pb.RollbackPolicyRequest, context: Context
    ) -> pb.RollbackPolicyResponse:
        """Have the policy before the active one decide again, or take back what waits."""

        def roll_back(who: str) -> Done[pb.RollbackPolicyResponse]:
            self._in_force.roll_back(who)
            self._assembled.take_up()
            policy = listed(self._in_force).policies[0]
            return pb.RollbackPolicyResponse(policy=policy), "rolled back", policy

        return await self._change("RollbackPolicy", request, context, roll_back)

    async def shadow(self, request: pb.ShadowPolicyRequest, context: Context) -> pb.ShadowPolicyResponse:
        """Have a policy run beside the active one. What answers for it is read beside the deciding thread."""
        who = _operator(request)

        def found() -> Run:
            at, by = self._assembled.vault.now(), self._redacted(who)
            candidate, active = self._found(request.version), self._in_force.policies.active
            return Run.of(
                decisions.new_id(), candidate, active, recognizers=request.recognizers, at=at, by=by
            )

        run = await self._frame.decide(context, found)
        candidate = await asyncio.to_thread(self._assembled.candidate, run)

        def start(_: str) -> Done[pb.ShadowPolicyResponse]:
            self._shadow.start(run, candidate)
            return pb.ShadowPolicyResponse(shadow=shadow(run, Tally())), "shadow started", _of(run)

        return await self._change("ShadowPolicy", request, context, start)

    async def stop_shadow(self, request: pb.StopShadowRequest, context: Context) -> pb.StopShadowResponse:
        """End the shadow. Of one that has ended there is nothing to write down."""
        _operator(request)
        run, tally = await self._frame.decide(context, self._shadow.report)
        if run is None:
            raise Failure(Reason.POLICY_UNKNOWN, "no shadow was ever started", field="policy")
        if run.ended:
            return pb.StopShadowResponse(shadow=shadow(run, tally))

        def stop(_: str) -> Done[pb.StopShadowResponse]:
            self._shadow.stop()
            ended, tally = self._shadow.report()
            return pb.StopShadowResponse(shadow=shadow(ended or run, tally)), "shadow stopped", _of(run)

        return await self._change("StopShadow", request, context, stop)

    async def get_shadow(self, context: Context) -> pb.GetShadowResponse:
        """What the shadow would have changed."""
        run, tally = await self._frame.decide(context, self._shadow.report)
        return pb.GetShadowResponse(shadow=shadow(run, tally) if run else None)

    def _found(self, version: str) -> Policy:
        check_name(version, field="version")
        return self._in_force.find(version)

    async def _change(
        self, rpc: str, request: Asked, context: Context, change: Callable[[str], Done[A]]
    ) -> A:
        """What ``change`` answers, once the audit log has that it begins, and then what it has done.

        ``change`` is given who asks.
        """
        who = _operator(request)

        def work() -> A:
            active = self._in_force.policies.active
            actor, because = self._redacted(who), self._redacted(request.reason)
            entry = decisions.deed(rpc, active, actor=actor, because=because)
            self._assembled.audit.begin(entry)
            answer, what, policy = change(who)
            self._assembled.audit.record(replace(entry, target=f"{policy.version} {policy.digest}"))
            self._frame.log.deed(
                "policy", what=what, version=policy.version, digest=policy.digest, by=actor, because=because
            )
            return answer

        return await self._frame.decide(context, work)

    def _redacted(self, text: str) -> str:
        """What a person states may hold what the log must not."""
        return self._assembled.redactor.redact(text).text


def _operator(request: Asked) -> str:
    """Who asks for a change of policy: as proven, or as they say where nobody has to prove it."""
    check_reason(request.reason)
    who = caller()
    if who.proven:
        return who.subject
    check_name(request.requested_by, field="requested_by")
    return request.requested_by.strip()


def _of(run: Run) -> pb.PolicyVersion:
    """The policy that is tried, by its name alone."""
    return pb.PolicyVersion(version=run.version, digest=run.digest)


def listed(in_force: InForce) -> pb.ListPoliciesResponse:
    """The known policies, the active one first, and what is wrong with the files."""
    looked = in_force.looked
    return pb.ListPoliciesResponse(
        policies=[_version(each) for each in in_force.listed()],
        problems=[pb.PolicyProblem(file=p.file, line=p.line, sentence=p.sentence) for p in looked.problems],
        refused_files=looked.refused,
    )


def activated(in_force: InForce, *, waits: bool) -> pb.ActivatePolicyResponse:
    """The active policy and, where ``waits``, the one that was asked for."""
    active, *others = in_force.listed()
    answer = pb.ActivatePolicyResponse(policy=_version(active))
    if waits:
        answer.pending.CopyFrom(_version(others[0]))
    return answer


def shadow(run: Run, tally: Tally) -> pb.PolicyShadow:
    """A shadow, and what it would have changed, the most frequent first."""
    answer = pb.PolicyShadow(
        version=run.version,
        digest=run.digest,
        active_version=run.active_version,
        active_digest=run.active_digest,
        recognizers=run.recognizers,
        started_by=run.by,
        compared=tally.compared,
        changed=tally.changed,
        dropped=tally.dropped,
        errors=tally.errors,
        differences=[
            pb.ShadowDifference(
                rpc=each.rpc, intent=each.intent, kind=each.kind, what=each.what,
                before=each.before, after=each.after, count=count,
            )
            for each, count in sorted(tally.differences.items(), key=lambda item: (-item[1], item[0]))
        ],
    )  # fmt: skip
    answer.started_at.FromMilliseconds(round(run.at * 1000))
    if run.ended:
        answer.ended_at.FromMilliseconds(round(run.ended * 1000))
    return answer


def _version(policy: Listed) -> pb.PolicyVersion:
    answer = pb.PolicyVersion(
        version=policy.version,
        digest=policy.digest,
        active=policy.active,
        pending=bool(policy.required),
        approvals_required=policy.required,
        file=str(policy.file or ""),
        taken_back=policy.taken_back,
    )
    if policy.activation:
        answer.approved_by.extend(policy.activation.by)
        if not policy.required:
            answer.activated_at.FromNanoseconds(round(policy.activation.at * 1e9))
    return answer
