"""Who writes down what the gate answers, and by which names: what the log needs to know of keys."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hushgate.audit import decisions
from hushgate.audit.entry import Entry, Stage

if TYPE_CHECKING:
    from hushgate.audit.log import Audit
    from hushgate.calls import PrepareCall, Prepared, ReviewCall, Reviewed
    from hushgate.deciding import Course
    from hushgate.policy.model import Policy
    from hushgate.sessions.session import Session
    from hushgate.sessions.vault import Vault


class Trail:
    """The entries of one gate's calls. Where one cannot be written, AUDIT_UNAVAILABLE: do not answer."""

    def __init__(self, audit: Audit, vault: Vault) -> None:
        """``vault``: whose keys names are hashed with."""
        self._audit = audit
        self._vault = vault

    def answered(
        self,
        rpc: str,
        call: PrepareCall | ReviewCall,
        course: Course,
        session: Session,
        answer: Prepared | Reviewed,
    ) -> None:
        """Writes down an answer that goes out next."""
        if self._audit.on:
            entry = self._asked(rpc, call, course.policy, session, answer.decision_id)
            self._write(entry, course, answer)

    def begun(self, rpc: str, call: ReviewCall, course: Course) -> Course:
        """Writes down that something of a draft may go out from here on; the course with that entry.

        ``concluded`` or ``broken_off`` writes the one that belongs to it.
        """
        if not self._audit.on:
            return course
        session = self._vault.open(call.tenant, call.session_id)
        entry = self._asked(rpc, call, course.policy, session, course.decision_id)
        self._audit.begin(entry)
        return replace(course, entry=entry)

    def concluded(self, course: Course, answer: Reviewed) -> None:
        """Writes down the end of what was begun."""
        if course.entry is not None:
            self._write(course.entry, course, answer)

    def broken_off(self, course: Course, answer: Reviewed, why: str) -> None:
        """Writes down that what was begun has no end: what was decided so far. ``why``: a reason's name."""
        if course.entry is not None:
            entry = replace(course.entry, stage=Stage.BROKEN_OFF)
            self._write(entry, course, answer, verdict="", reasons={why: 1})

    def _asked(
        self, rpc: str, call: PrepareCall | ReviewCall, policy: Policy, session: Session, decision_id: str
    ) -> Entry:
        return decisions.asked(
            rpc,
            call,
            policy,
            session_key=session.key,
            agent_mark=self.agent_mark(call.agent_id),
            decision_id=decision_id,
        )

    def _write(
        self,
        entry: Entry,
        course: Course,
        answer: Prepared | Reviewed,
        **other: Any,  # noqa: ANN401 - its fields
    ) -> None:
        became: dict[str, Any] = {**decisions.outcome(answer, course.policy), **other}
        took = round((time.perf_counter() - course.began) * 1e6)
        self._audit.record(replace(entry, **became, microseconds=took))

    def sampled(
        self, call: ReviewCall, answer: Reviewed, policy: Policy, session: Session, review_id: str
    ) -> None:
        """Writes down that a message which was sent waits for a label."""
        if self._audit.on:
            entry = self._asked("Sample", replace(call, actor=""), policy, session, answer.decision_id)
            self._audit.record(replace(entry, target=review_id))

    def turned(self, rpc: str, agent_id: str, policy: Policy, *, because: str, actor: str) -> Entry:
        """The entry of an agent stopped, or let go on; not yet written."""
        registered = policy.agents is not None and agent_id in policy.agents
        name = agent_id if registered else self.agent_mark(agent_id)
        return decisions.deed(rpc, policy, target=name, because=because, actor=actor)

    def session_mark(self, tenant: str, session_id: str) -> str:
        """What the audit log calls a session; empty where there is none now."""
        session = self._vault.known(tenant, session_id)
        return decisions.mark(session.key, "session") if session else ""

    def agent_mark(self, agent_id: str) -> str:
        """What the audit log calls an agent that is in no register."""
        return f"#{self._vault.mark('agent', agent_id)}"
