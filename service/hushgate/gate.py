"""The crossing: every call checked, decided under one policy and one session, answered or failed whole."""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from hushgate import budgets
from hushgate.audit import decisions
from hushgate.audit.log import Audit
from hushgate.audit.trail import Trail
from hushgate.bounds import Limits, check_name, check_prepare, check_review
from hushgate.budgets import Budget
from hushgate.calls import Code, Ground, Prepared, Reviewed, Verdict
from hushgate.deciding import Course, in_session, once, refused
from hushgate.finding import Action
from hushgate.outbound.holding import held, waits
from hushgate.outbound.judged import Judged
from hushgate.outbound.review import advance, looker_for, review, unsent
from hushgate.preparing import prepare
from hushgate.reviews.desk import Desk
from hushgate.reviews.sampling import Sampler
from hushgate.roster import GATE, Roster
from hushgate.shadow.running import Shadow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hushgate.budgets import Spending
    from hushgate.calls import Located, PrepareCall, ReviewCall
    from hushgate.detection.detector import Detector
    from hushgate.outbound.review import Progress
    from hushgate.policy.model import Agent, Policies, Policy
    from hushgate.reviews.queue import Found
    from hushgate.sessions.session import Session
    from hushgate.sessions.vault import Vault
    from hushgate.transformation.joinable import Keys


class Gate:
    """Answers calls one at a time; each is CPU work of milliseconds."""

    def __init__(
        self,
        *,
        detector: Detector,
        vault: Vault,
        policies: Policies,
        keys: Keys,
        limits: Limits | None = None,
        audit: Audit | None = None,
    ) -> None:
        """``audit``: where each answer is written down before it is given."""
        self._detector = detector
        self._keys = keys
        self._limits = limits or Limits()
        self.vault = vault
        self.policies = policies
        """Those that calls which begin now are decided by. A call under way keeps the one it began with."""
        self.audit = audit or Audit()
        self.trail = Trail(self.audit, vault)
        self.roster = Roster(vault.board)
        """Who is stopped, and what each agent has touched."""
        self.desk = Desk(vault, self._look)
        """What a person decides on."""
        self.sampler = Sampler(vault, self.desk, self.trail)
        self.shadow = Shadow(vault)
        """What another policy would have answered."""

    def prepare(self, call: PrepareCall) -> Prepared:
        """What the model may be told. Everything that it stands for is stored before this returns."""
        began = time.perf_counter()
        check_prepare(call, self._limits)
        with self.shadow.refusals(call, self.policies.active):
            policy = self.policies.for_tenant(call.tenant, call.policy)
            agent = policy.authorize(
                call.agent_id, call.intent, sources=[record.source for record in call.records]
            )
            policy.intent(call.intent)
            policy.declared(call.risk_signals)
        self.roster.check(call.agent_id)
        course = Course(policy, agent, began)

        def decide(session: Session) -> Prepared:
            told = prepare(call, policy, session, self._detector, self._keys)
            return Prepared(
                told.messages,
                told.records,
                told.fields,
                told.findings,
                course.decision_id,
                policy.version,
                policy.digest,
            )

        prepared = once(
            self.vault,
            call,
            decide,
            record=lambda session, answer: self.trail.answered("Prepare", call, course, session, answer),
            spent=lambda answer: budgets.prepared(call, answer, agent, policy) if agent else (),
        )
        self._saw(call, prepared, {"PREPARED": 1, "records": len(call.records)})
        self.shadow.prepared(call, policy, prepared)
        return prepared

    def review(self, call: ReviewCall) -> Reviewed:
        """Whether the draft may be sent, and in which words; held, once a person has let it go."""
        course = self._admitted(call)
        reviewed = self._collect(call, course) if call.review_id else self._judge(call, course)
        self._saw(call, reviewed, {reviewed.verdict.value: 1})
        self.shadow.reviewed(call, course.policy, reviewed)
        return reviewed

    def _judge(self, call: ReviewCall, course: Course) -> Reviewed:
        grounds = waits(call, course.agent)
        name = self.desk.new_name(call)

        def decide(session: Session) -> Reviewed:
            # What waits has told nobody anything yet.
            with session.learning_nothing() if grounds else nullcontext():
                judged = held(self._look(call, course.policy, session), grounds)
            return (
                hold(judged, session) if judged.verdict is Verdict.HELD else _reviewed(call, judged, course)
            )

        def hold(judged: Judged, session: Session) -> Reviewed:
            self.desk.hold(call, course.policy, session, judged.reasons, name)
            return replace(_reviewed(call, judged, course), review_id=name)

        def instead(over: Spending, session: Session) -> Reviewed:
            return hold(Judged(Verdict.HELD, None, (self._too_much(over, course.agent),), ()), session)

        return once(
            self.vault,
            call,
            decide,
            record=lambda session, answer: self.trail.answered("Review", call, course, session, answer),
            spent=lambda answer: _spent(call, course, answer.findings, answer.verdict),
            instead=instead,
        )

    def _collect(self, call: ReviewCall, course: Course) -> Reviewed:
        """The answer for a draft that was held: what a person approved goes out once, as it was approved."""
        marked: list[Session] = []

        def decide(session: Session) -> tuple[Found, Judged]:
            marked[:] = [session]
            return self.desk.decision(call, course.policy, session)

        found, judged = in_session(self.vault, call, decide)
        if judged.content is not None:
            self.desk.collected(found)
        reviewed = _reviewed(call, judged, course)
        if judged.verdict is Verdict.HELD:
            reviewed = replace(reviewed, review_id=call.review_id)
        self.trail.answered("Review", call, course, marked[0], reviewed)
        return reviewed

    def reviewing(self, call: ReviewCall) -> Course:
        """By what a draft that comes in pieces is decided from its beginning to its end.

        From here on something may go out; ``concluded`` or ``broken_off`` must follow.
        """
        course = self._admitted(call)
        course = replace(course, moment=self.shadow.began(call))
        return self.trail.begun("ReviewStream", call, course)

    def go_on(self, call: ReviewCall, course: Course, progress: Progress) -> tuple[Progress, str]:
        """The review of a draft that comes in pieces, as far as it can go now, and what may be sent of it.

        ``call`` has an empty text; the draft is in ``progress``. Each step is decided on the session as it
        is then stored, and of an agent that is suspended by then none is made.
        """
        self.roster.check(call.agent_id)
        waiting = waits(call, course.agent)

        def decide(session: Session) -> tuple[Progress, str]:
            with session.learning_nothing() if waiting else nullcontext():
                looker = looker_for(call, course.policy, session, self._detector, self._keys)
                return advance(progress, looker)

        def spent(done: tuple[Progress, str]) -> Sequence[Spending]:
            after, _ = done
            verdict = after.judged("").verdict if after.stopped or after.ended else None
            return () if waiting else _spent(call, course, after.findings, verdict)

        def instead(over: Spending, _: Session) -> tuple[Progress, str]:
            reasons = (*progress.reasons, self._too_much(over, course.agent))
            return replace(progress, reasons=reasons, held=True), ""

        after, released = in_session(self.vault, call, decide, spent=spent, instead=instead)
        return after, "" if waiting else released

    def unsent(self, call: ReviewCall, course: Course, progress: Progress, draft: str) -> str:
        """What could be sent after what was released of such a draft, where something has stopped it."""
        if not progress.stopped or waits(call, course.agent):
            return ""

        def decide(session: Session) -> str:
            looker = looker_for(call, course.policy, session, self._detector, self._keys)
            return unsent(draft, progress, looker)

        return in_session(self.vault, call, decide)

    def concluded(
        self, call: ReviewCall, course: Course, progress: Progress, released: str, suggestion: str = ""
    ) -> Reviewed:
        """The answer at the end of such a review; ``released`` is what may be sent last."""
        judged = replace(progress.judged(released), suggestion=suggestion)
        reviewed = _reviewed(call, held(judged, waits(call, course.agent)), course)
        self.trail.concluded(course, reviewed)
        self._saw(call, reviewed, {reviewed.verdict.value: 1})
        return reviewed

    def broken_off(self, call: ReviewCall, course: Course, progress: Progress, why: str) -> None:
        """Such a review has no end: the audit log has what was decided so far. ``why``: a reason's name."""
        self.trail.broken_off(course, _reviewed(call, progress.judged(""), course), why)

    def hold(self, call: ReviewCall, policy: Policy, draft: str, reasons: tuple[Ground, ...]) -> str:
        """Has a draft wait that came in pieces and was held on these grounds; the review_id."""
        call = replace(call, text=draft)
        name = self.desk.new_name(call)
        in_session(self.vault, call, lambda session: self.desk.hold(call, policy, session, reasons, name))
        return name

    def draws(self, call: ReviewCall, answer: Reviewed) -> bool:
        """Whether a person may be shown what was sent; then ``sample`` should follow. From any thread."""
        return self.sampler.draws(call, answer, self.policies.active)

    def sample(self, call: ReviewCall, answer: Reviewed) -> bool:
        """Shows a person what was sent, if there is room. ``call``: with the whole draft."""
        return self.sampler.take(call, answer, self.policies.active)

    def end_session(self, tenant: str, session_id: str, *, actor: str = "") -> bool:
        """Forgets the session for good. Whether there was one. ``actor``: who, as authenticated."""
        check_name(tenant, field="tenant")
        check_name(session_id, field="session_id")
        policy = self.policies.for_tenant(tenant)
        if not self.audit.on:
            return self.vault.end(tenant, session_id)
        # What it is called can be told only as long as there is its key.
        label = self.trail.session_mark(tenant, session_id)
        entry = decisions.deed("EndSession", policy, tenant=tenant, session=label, actor=actor)
        self.audit.begin(entry)
        ended = self.vault.end(tenant, session_id)
        self.audit.record(replace(entry, items=int(ended)))
        return ended

    def _admitted(self, call: ReviewCall) -> Course:
        """Fails for a draft that cannot be decided, of whatever it says."""
        began = time.perf_counter()
        check_review(call, self._limits)
        with self.shadow.refusals(call, self.policies.active):
            policy = self.policies.for_tenant(call.tenant)
            agent = policy.authorize(call.agent_id, call.intent, destination=call.destination)
            policy.intent(call.intent)
            policy.destination(call.destination)
            policy.declared(call.risk_signals)
        self.roster.check(call.agent_id)
        return Course(policy, agent, began)

    def _look(self, call: ReviewCall, policy: Policy, session: Session) -> Judged:
        return review(call, policy, session, self._detector, self._keys)

    def _too_much(self, over: Spending, agent: Agent | None) -> Ground:
        """Why a draft beyond a budget waits. Fails where the policy would have it refused."""
        if agent is None or (over.budget is not Budget.BLOCKED and agent.exhausted == "refuse"):
            return refused(over)
        if over.budget is Budget.BLOCKED and agent.when_blocked == "suspend":
            because = "too many drafts blocked in a row"
            self.roster.suspend(over.agent_id, because=because, by=GATE)
            policy = self.policies.active
            self.audit.record(
                self.trail.turned("SuspendAgent", over.agent_id, policy, because=because, actor=GATE)
            )
            self.roster.check(over.agent_id)
        detail = f"the agent has used up {over.budget.value}: a person sends"
        return Ground(Code.BUDGET_EXHAUSTED, detail, Action.HOLD)

    def _saw(
        self, call: PrepareCall | ReviewCall, answer: Prepared | Reviewed, counts: Mapping[str, int]
    ) -> None:
        if not answer.repeated:
            self.roster.saw(call.agent_id, counts, (one.finding.entity for one in answer.findings))


def _spent(
    call: ReviewCall, course: Course, findings: Sequence[Located], verdict: Verdict | None
) -> Sequence[Spending]:
    """What a draft uses of its agent's budgets. ``verdict``: None as long as it has none."""
    if course.agent is None:
        return ()
    return budgets.reviewed(
        call.agent_id,
        course.decision_id,
        findings,
        verdict=verdict,
        agent=course.agent,
        policy=course.policy,
    )


def _reviewed(call: ReviewCall, judged: Judged, course: Course) -> Reviewed:
    text, arguments = (judged.content, None) if call.text is not None else (None, judged.content)
    return Reviewed(
        judged.verdict,
        text,
        arguments,
        judged.reasons,
        judged.findings,
        course.decision_id,
        course.policy.version,
        course.policy.digest,
        suggestion=judged.suggestion,
    )
