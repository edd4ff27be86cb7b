"""What people with a role do: stop an agent, decide what waits, erase a person, look behind a token."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hushgate.audit import decisions
from hushgate.bounds import check_name
from hushgate.calls import Code, Revealed
from hushgate.failure import Failure, Reason
from hushgate.roster import Seen
from hushgate.transformation.reading import find_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hushgate.audit.entry import Entry
    from hushgate.calls import Verdict
    from hushgate.gate import Gate
    from hushgate.policy.model import Agent
    from hushgate.reviews.held import Held
    from hushgate.roster import Suspension
    from hushgate.sessions.receipt import Receipt


@dataclass(frozen=True, slots=True)
class Listed:
    """An agent as an operator sees it."""

    agent: Agent | None
    """Its entry in the register; None where there is none."""
    suspension: Suspension | None
    """The last one, which may be over; None: never."""
    seen: Seen


class Oversight:
    """Of one gate, and in its thread. Whatever is done stands in the audit log before it is answered.

    In every call ``because`` is why, without values; ``actor`` is who, as authenticated.
    """

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._audit = gate.audit

    def erase(self, tenant: str, subject_id: str, *, because: str = "", actor: str = "") -> Receipt:
        """Ends every session of the tenant that holds something about the subject."""
        check_name(tenant, field="tenant")
        check_name(subject_id, field="subject_id")
        policy = self._gate.policies.for_tenant(tenant)
        entry = decisions.deed("EraseSubject", policy, tenant=tenant, because=because, actor=actor)
        self._audit.begin(entry)
        receipt = self._gate.vault.erase(tenant, subject_id)
        self._audit.record(replace(entry, subject=receipt.subject, items=receipt.sessions))
        return receipt

    def reveal(
        self, tenant: str, session_id: str, token: str, *, because: str = "", actor: str = ""
    ) -> Revealed:
        """What the token stands for. Failure TOKEN_UNKNOWN if it is no token of this session."""
        for field, name in (("tenant", tenant), ("session_id", session_id), ("token", token)):
            check_name(name, field=field)
        policy = self._gate.policies.for_tenant(tenant)
        session = self._gate.vault.open(tenant, session_id)
        tokens = find_tokens(token, session.live)
        if len(tokens) != 1 or tokens[0].identifier not in session.live:
            raise Failure(Reason.TOKEN_UNKNOWN, "token is no token of this session", field="token")
        known = session.restored(tokens[0].identifier)
        label = decisions.mark(session.key, "session")
        entry = decisions.deed(
            "RevealToken", policy, tenant=tenant, because=because, actor=actor, session=label,
            entities={known.entity: {"keep": 1}},
        )  # fmt: skip
        self._audit.record(entry)
        return Revealed(known.value, known.entity, label, entry.decision_id)

    def decide_review(
        self,
        review_id: str,
        verdict: Verdict,
        *,
        by: str,
        because: str,
        actor: str,
        tenants: frozenset[str] | None,
        proven: str = "",
        sampled: bool = False,
    ) -> Held:
        """See ``Desk.decide``."""
        check_name(review_id, field="review_id")
        desk = self._gate.desk
        found = desk.find(review_id, tenants)
        tenant = found.tenant
        entry = decisions.deed(
            "DecideReview", self._gate.policies.for_tenant(tenant), tenant=tenant, because=because,
            actor=actor, target=review_id, verdict=verdict.value, intent=found.intent,
            reasons={Code.SAMPLED.value: 1} if found.sampled else {},
        )  # fmt: skip
        self._audit.begin(entry)
        review = desk.decide(
            review_id, verdict, by=by, because=because, proven=proven, tenants=tenants,
            name=entry.decision_id, sampled=sampled,
        )  # fmt: skip
        self._audit.record(entry)
        return review

    def agents(self) -> Mapping[str, Listed]:
        """The register of the active policy and all agents that have called, by id."""
        register = self._gate.policies.active.agents or {}
        known = self._gate.roster.all()
        return {
            name: Listed(register.get(name), *known.get(name, (None, Seen())))
            for name in sorted({*register, *known})
        }

    def suspend(self, agent_id: str, *, because: str, actor: str) -> Listed:
        """Stops the agent on every worker and replica. Fails with FIELD_INVALID if it is nobody's."""
        self._check_agent(agent_id)
        # It takes effect even where it cannot be written down; then the call fails, and can be made again.
        self._gate.roster.suspend(agent_id, because=because, by=actor)
        self._audit.record(self._turned("SuspendAgent", agent_id, because, actor))
        return self.agents()[agent_id]

    def resume(self, agent_id: str, *, because: str, actor: str) -> Listed:
        """Lets the agent go on. Fails as ``suspend``."""
        self._check_agent(agent_id)
        entry = self._turned("ResumeAgent", agent_id, because, actor)
        self._audit.begin(entry)
        self._gate.roster.resume(agent_id, because=because, by=actor)
        self._audit.record(entry)
        return self.agents()[agent_id]

    def _turned(self, rpc: str, agent_id: str, because: str, actor: str) -> Entry:
        policy = self._gate.policies.active
        return self._gate.trail.turned(rpc, agent_id, policy, because=because, actor=actor)

    def _check_agent(self, agent_id: str) -> None:
        """Someone who stops an agent must not be told that it is done because of a slip in its name."""
        check_name(agent_id, field="agent_id")
        policy = self._gate.policies.active
        register = policy.agents
        if register is not None and agent_id not in register and agent_id not in self._gate.roster.all():
            sentence = f"agent_id is not in the register of policy {policy.version}"
            raise Failure(Reason.FIELD_INVALID, sentence, field="agent_id")
