"""How the policies in force look as protos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hushgate.v1.admin_service_pb2 import (
    ActivatePolicyResponse,
    ListPoliciesResponse,
    PolicyProblem,
    PolicyShadow,
    PolicyVersion,
    ShadowDifference,
)

if TYPE_CHECKING:
    from hushgate.policy.inforce import InForce, Listed
    from hushgate.shadow.agreed import Run, Tally


def listed(in_force: InForce) -> ListPoliciesResponse:
    """The known policies, the active one first, and what is wrong with the files."""
    looked = in_force.looked
    return ListPoliciesResponse(
        policies=[_version(each) for each in in_force.listed()],
        problems=[PolicyProblem(file=p.file, line=p.line, sentence=p.sentence) for p in looked.problems],
        refused_files=looked.refused,
    )


def activated(in_force: InForce, *, waits: bool) -> ActivatePolicyResponse:
    """The active policy and, where ``waits``, the one that was asked for."""
    active, *others = in_force.listed()
    answer = ActivatePolicyResponse(policy=_version(active))
    if waits:
        answer.pending.CopyFrom(_version(others[0]))
    return answer


def shadow(run: Run, tally: Tally) -> PolicyShadow:
    """A shadow, and what it would have changed, the most frequent first."""
    answer = PolicyShadow(
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
            ShadowDifference(
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


def _version(policy: Listed) -> PolicyVersion:
    answer = PolicyVersion(
        version=policy.version,
        digest=policy.digest,
        active=policy.active,
        pending=bool(policy.required),
        approvals_required=policy.required,
        file=str(policy.file or ""),
    )
    if policy.activation:
        answer.approved_by.extend(policy.activation.by)
        if not policy.required:
            answer.activated_at.FromNanoseconds(round(policy.activation.at * 1e9))
    return answer
