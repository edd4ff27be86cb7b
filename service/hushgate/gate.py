"""The crossing: every call checked, decided under one policy and one session, answered or failed whole."""

from __future__ import annotations

import time
import uuid
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from hushgate import answers, budgets
from hushgate.audit import decisions
from hushgate.audit.entry import Entry, Stage
from hushgate.audit.log import Audit
from hushgate.budgets import Budget
from hushgate.calls import Code, Ground, Prepared, Revealed, Reviewed, Verdict
from hushgate.failure import Failure, Reason
from hushgate.finding import Action
from hushgate.outbound.holding import held, waits
from hushgate.outbound.review import Judged, advance, looker_for, review
from hushgate.preparing import prepare
from hushgate.reviews.desk import Desk
from hushgate.roster import GATE, Roster, Seen
from hushgate.sessions.store import Exhausted
from hushgate.transformation.reading import find_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hushgate.budgets import Spending
    from hushgate.calls import PrepareCall, ReviewCall
    from hushgate.detection.detector import Detector
    from hushgate.outbound.review import Progress
    from hushgate.policy.model import Agent, Policies, Policy
    from hushgate.reviews.held import Held
    from hushgate.reviews.queue import Found
    from hushgate.roster import Suspension
    from hushgate.sessions.receipt import Receipt
    from hushgate.sessions.session import Session
    from hushgate.sessions.vault import Vault
    from hushgate.transformation.joinable import Keys

Answer = TypeVar("Answer")
Decision = TypeVar("Decision", Prepared, Reviewed)

_ATTEMPTS = 50
"""How often a call is redone because another writer of its session was first."""
_LONGEST_NAME = 256
"""Code points of a tenant, a session id or any other name."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may hold."""

    text: int = 1_000_000
    """Code points of one text or JSON document."""
    messages: int = 200
    records: int = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """An agent as an operator sees it."""

    agent: Agent | None
    """Its entry in the register; None where there is none."""
    suspension: Suspension | None
    """The last one, which may be over; None: never."""
    seen: Seen


@dataclass(frozen=True, slots=True)
class Course:
    """What stays the same while a draft that comes in pieces is reviewed."""

    policy: Policy
    began: float
    """By ``time.perf_counter``."""
    entry: Entry
    """What the audit log says of it so far."""


def _refused(over: Spending, _: object = None) -> NoReturn:
    """Nothing beyond a budget is decided."""
    sentence = f"the agent has used up {over.budget.value}"
    raise Failure(Reason.BUDGET_EXHAUSTED, sentence, field=over.budget.value, limit=over.limit)


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
        self._vault = vault
        self._policies = policies
        self._keys = keys
        self._limits = limits or Limits()
        self.roster = Roster(vault)
        """Who is stopped, and what each agent has touched."""
        self._audit = audit or Audit()
        self.desk = Desk(vault, self._look)
        """What a person decides on."""

    def take(self, policies: Policies) -> None:
        """Decide calls that begin from now on by these. A call under way keeps the policy it began with."""
        self._policies = policies

    def prepare(self, call: PrepareCall) -> Prepared:
        """What the model may be told. Everything that it stands for is stored before this returns."""
        began = time.perf_counter()
        self._check_prepare(call)
        policy = self._policy(call.policy, call.tenant)
        self._admit(call, policy, sources=[record.source for record in call.records])

        def decide(session: Session) -> Prepared:
            told = prepare(call, policy, session, self._detector, self._keys)
            return Prepared(
                told.messages,
                told.records,
                told.fields,
                told.findings,
                _decision_id(),
                policy.version,
                policy.digest,
            )

        agent = _agent(call, policy)
        prepared = self._once(
            call,
            decide,
            lambda *done: self._record("Prepare", call, (policy, began), *done),
            lambda answer: budgets.prepared(call, answer, agent, policy) if agent else (),
        )
        self._saw(call, prepared, {"PREPARED": 1, "records": len(call.records)})
        return prepared

    def review(self, call: ReviewCall) -> Reviewed:
        """Whether the draft may be sent, and in which words; held, once a person has let it go."""
        began = time.perf_counter()
        policy = self._policy_for(call)
        if call.review_id:
            return self._collect(call, policy, began)
        grounds = self._waits(call, policy)
        name = self.desk.new_name(call)

        def decide(session: Session) -> Reviewed:
            # What waits has told nobody anything yet.
            with session.learning_nothing() if grounds else nullcontext():
                judged = held(self._look(call, policy, session), grounds)
            answer = _reviewed(call, judged, policy, _decision_id())
            if judged.verdict is not Verdict.HELD:
                return answer
            self.desk.hold(call, policy, session, judged.reasons, name)
            return replace(answer, review_id=name)

        agent = _agent(call, policy)

        def spent(answer: Reviewed) -> Sequence[Spending]:
            if agent is None:
                return ()
            given = (call.agent_id, answer.decision_id, answer.findings)
            return budgets.reviewed(*given, verdict=answer.verdict, agent=agent, policy=policy)

        def instead(over: Spending, session: Session) -> Reviewed:
            judged = Judged(Verdict.HELD, None, (self._too_much(over, agent),), ())
            self.desk.hold(call, policy, session, judged.reasons, name)
            return replace(_reviewed(call, judged, policy, _decision_id()), review_id=name)

        reviewed = self._once(
            call,
            decide,
            lambda *done: self._record("Review", call, (policy, began), *done),
            spent,
            instead,
        )
        self._saw(call, reviewed, {reviewed.verdict.value: 1})
        return reviewed

    def hold(self, call: ReviewCall, policy: Policy, draft: str, reasons: tuple[Ground, ...]) -> str:
        """Has a draft wait that came in pieces and was held on these grounds; the review_id."""
        call = replace(call, text=draft)
        name = self.desk.new_name(call)
        self._in_session(call, lambda session: self.desk.hold(call, policy, session, reasons, name))
        return name

    def _collect(self, call: ReviewCall, policy: Policy, began: float) -> Reviewed:
        """The answer for a draft that was held: what a person approved goes out once, as it was approved."""
        marked: list[Session] = []

        def decide(session: Session) -> tuple[Found, Judged]:
            marked[:] = [session]
            return self.desk.decision(call, policy, session)

        found, judged = self._in_session(call, decide)
        if judged.content is not None:
            self.desk.collected(found)
        reviewed = _reviewed(call, judged, policy, _decision_id())
        if judged.verdict is Verdict.HELD:
            reviewed = replace(reviewed, review_id=call.review_id)
        self._record("Review", call, (policy, began), marked[0], reviewed)
        self._saw(call, reviewed, {reviewed.verdict.value: 1})
        return reviewed

    def decide_review(
        self,
        review_id: str,
        verdict: Verdict,
        *,
        by: str,
        because: str,
        actor: str,
        tenants: frozenset[str] | None,
    ) -> Held:
        """``Desk.decide``, written into the audit log. ``actor``: who, as authenticated."""
        _check_name("review_id", review_id)
        _check_name("decided_by", by)
        tenant = self.desk.find(review_id, tenants).tenant
        entry = self._change(
            "DecideReview", tenant, self._policy("", tenant), because=because, actor=actor,
            target=review_id, verdict=verdict.value,
        )  # fmt: skip
        self._audit.record(replace(entry, stage=Stage.BEGUN))
        review = self.desk.decide(
            review_id, verdict, by=by, because=because, tenants=tenants, name=entry.decision_id
        )
        self._audit.record(entry)
        return review

    def _look(self, call: ReviewCall, policy: Policy, session: Session) -> Judged:
        return review(call, policy, session, self._detector, self._keys)

    def reviewing(self, call: ReviewCall) -> Course:
        """By what a draft that comes in pieces is decided from its beginning to its end.

        From here on something may go out, so that the audit log has an entry already; ``concluded`` or
        ``broken_off`` writes the one that belongs to it.
        """
        began = time.perf_counter()
        policy = self._policy_for(call)
        if not self._audit.on:
            return Course(policy, began, Entry(rpc="ReviewStream", decision_id=_decision_id()))
        session = self._vault.open(call.tenant, call.session_id)
        entry = self._asked("ReviewStream", call, policy, session, _decision_id())
        self._audit.record(replace(entry, stage=Stage.BEGUN))
        return Course(policy, began, entry)

    def _policy_for(self, call: ReviewCall) -> Policy:
        self._check_review(call)
        policy = self._policy("", call.tenant)
        self._admit(call, policy, destination=call.destination)
        policy.intent(call.intent)
        policy.destination(call.destination)
        return policy

    def go_on(self, call: ReviewCall, course: Course, progress: Progress) -> tuple[Progress, str]:
        """The review of a draft that comes in pieces, as far as it can go now, and what may be sent of it.

        ``call`` has an empty text; the draft is in ``progress``. Each step is decided on the session as it
        is then stored, and of an agent that is suspended by then none is made.
        """
        self.roster.check(call.agent_id)
        policy, agent = course.policy, _agent(call, course.policy)
        waits = self._waits(call, policy)

        def decide(session: Session) -> tuple[Progress, str]:
            with session.learning_nothing() if waits else nullcontext():
                return advance(progress, looker_for(call, policy, session, self._detector, self._keys))

        def spent(done: tuple[Progress, str]) -> Sequence[Spending]:
            after, _ = done
            if agent is None or waits:
                return ()
            verdict = after.judged("").verdict if after.stopped or after.ended else None
            given = (call.agent_id, course.entry.decision_id, after.findings)
            return budgets.reviewed(*given, verdict=verdict, agent=agent, policy=policy)

        def instead(over: Spending, _: Session) -> tuple[Progress, str]:
            reasons = (*progress.reasons, self._too_much(over, agent))
            return replace(progress, reasons=reasons, held=True), ""

        after, released = self._in_session(call, decide, spent=spent, instead=instead)
        return after, "" if waits else released

    def concluded(self, call: ReviewCall, course: Course, progress: Progress, released: str) -> Reviewed:
        """The answer at the end of such a review; ``released`` is what may be sent last."""
        judged = held(progress.judged(released), self._waits(call, course.policy))
        reviewed = _reviewed(call, judged, course.policy, course.entry.decision_id)
        self._write(course.entry, reviewed, course.policy, course.began)
        self._saw(call, reviewed, {reviewed.verdict.value: 1})
        return reviewed

    def broken_off(self, call: ReviewCall, course: Course, progress: Progress, why: str) -> None:
        """Such a review has no end: the audit log has what was decided so far. ``why``: a reason's name."""
        answer = _reviewed(call, progress.judged(""), course.policy, course.entry.decision_id)
        entry = replace(course.entry, stage=Stage.BROKEN_OFF)
        self._write(entry, answer, course.policy, course.began, verdict="", reasons={why: 1})

    def end_session(self, tenant: str, session_id: str) -> bool:
        """Forgets the session for good. Whether there was one."""
        _check_name("tenant", tenant)
        _check_name("session_id", session_id)
        policy = self._policy("", tenant)
        if not self._audit.on:
            return self._vault.end(tenant, session_id)
        # What it is called can be told only as long as there is its key.
        label = self.session_mark(tenant, session_id)
        entry = self._change("EndSession", tenant, policy, session=label)
        self._audit.record(replace(entry, stage=Stage.BEGUN))
        ended = self._vault.end(tenant, session_id)
        self._audit.record(replace(entry, items=int(ended)))
        return ended

    def erase(self, tenant: str, subject_id: str, *, because: str = "", actor: str = "") -> Receipt:
        """Ends every session of the tenant that holds something about the subject.

        ``because`` and ``actor`` are for the audit log: why, without values, and who, as authenticated.
        """
        _check_name("tenant", tenant)
        _check_name("subject_id", subject_id)
        policy = self._policy("", tenant)
        entry = self._change("EraseSubject", tenant, policy, because=because, actor=actor)
        self._audit.record(replace(entry, stage=Stage.BEGUN))
        receipt = self._vault.erase(tenant, subject_id)
        self._audit.record(replace(entry, subject=receipt.subject, items=receipt.sessions))
        return receipt

    def reveal(
        self, tenant: str, session_id: str, token: str, *, because: str = "", actor: str = ""
    ) -> Revealed:
        """What the token stands for. Failure TOKEN_UNKNOWN if it is no token of this session.

        ``because`` and ``actor``: as in ``erase``.
        """
        for field, name in (("tenant", tenant), ("session_id", session_id), ("token", token)):
            _check_name(field, name)
        policy = self._policy("", tenant)
        session = self._vault.open(tenant, session_id)
        tokens = find_tokens(token, session.live)
        if len(tokens) != 1 or tokens[0].identifier not in session.live:
            raise Failure(Reason.TOKEN_UNKNOWN, "token is no token of this session", field="token")
        known = session.restored(tokens[0].identifier)
        label = decisions.mark(session.key, "session")
        entry = self._change(
            "RevealToken", tenant, policy, because=because, actor=actor, session=label,
            entities={known.entity: {"keep": 1}},
        )  # fmt: skip
        self._audit.record(entry)
        return Revealed(known.value, known.entity, label, entry.decision_id)

    def agents(self) -> Mapping[str, Listed]:
        """The register of the active policy and all agents that have called, by id."""
        register = self._policies.active.agents or {}
        known = self.roster.all()
        return {
            name: Listed(register.get(name), *known.get(name, (None, Seen())))
            for name in sorted({*register, *known})
        }

    def suspend(self, agent_id: str, *, because: str, by: str) -> Listed:
        """Stops the agent on every worker and replica. Fails with FIELD_INVALID if it is nobody's."""
        self._check_agent(agent_id)
        # It takes effect even where it cannot be written down; then the call fails, and can be made again.
        self.roster.suspend(agent_id, because=because, by=by)
        self._audit.record(self._turned("SuspendAgent", agent_id, because, by))
        return self.agents()[agent_id]

    def resume(self, agent_id: str, *, because: str, by: str) -> Listed:
        """Lets the agent go on. Fails as ``suspend``."""
        self._check_agent(agent_id)
        entry = self._turned("ResumeAgent", agent_id, because, by)
        self._audit.record(replace(entry, stage=Stage.BEGUN))
        self.roster.resume(agent_id, because=because, by=by)
        self._audit.record(entry)
        return self.agents()[agent_id]

    def _turned(self, rpc: str, agent_id: str, because: str, actor: str) -> Entry:
        policy = self._policies.active
        registered = policy.agents is not None and agent_id in policy.agents
        name = agent_id if registered else self.agent_mark(agent_id)
        return self._change(rpc, "", policy, target=name, because=because, actor=actor)

    def _check_agent(self, agent_id: str) -> None:
        """Someone who stops an agent must not be told that it is done because of a slip in its name."""
        _check_name("agent_id", agent_id)
        register = self._policies.active.agents
        if register is not None and agent_id not in register and agent_id not in self.roster.all():
            sentence = f"agent_id is not in the register of policy {self._policies.active.version}"
            raise Failure(Reason.FIELD_INVALID, sentence, field="agent_id")

    def _admit(
        self,
        call: PrepareCall | ReviewCall,
        policy: Policy,
        *,
        destination: str = "",
        sources: Sequence[str] = (),
    ) -> None:
        """Failure AGENT_NOT_ALLOWED if the register does not let the agent do this, or if it is suspended."""
        policy.authorize(call.agent_id, call.intent, destination=destination, sources=sources)
        self.roster.check(call.agent_id)

    def _too_much(self, over: Spending, agent: Agent | None) -> Ground:
        """Why a draft beyond a budget waits. Fails where the policy would have it refused."""
        if agent is None or (over.budget is not Budget.BLOCKED and agent.exhausted == "refuse"):
            return _refused(over)
        if over.budget is Budget.BLOCKED and agent.when_blocked == "suspend":
            because = "too many drafts blocked in a row"
            self.roster.suspend(over.agent_id, because=because, by=GATE)
            self._audit.record(self._turned("SuspendAgent", over.agent_id, because, GATE))
            self.roster.check(over.agent_id)
        detail = f"the agent has used up {over.budget.value}: a person sends"
        return Ground(Code.BUDGET_EXHAUSTED, detail, Action.HOLD)

    def _waits(self, call: ReviewCall, policy: Policy) -> tuple[Ground, ...]:
        return waits(call, _agent(call, policy))

    def _saw(self, call: PrepareCall | ReviewCall, answer: Decision, counts: Mapping[str, int]) -> None:
        if not answer.repeated:
            self.roster.saw(call.agent_id, counts, (one.finding.entity for one in answer.findings))

    def _record(
        self,
        rpc: str,
        call: PrepareCall | ReviewCall,
        course: tuple[Policy, float],
        session: Session,
        answer: Prepared | Reviewed,
    ) -> None:
        """The entry of an answer. ``course``: by which policy it was decided, and when that began."""
        policy, began = course
        if self._audit.on:
            entry = self._asked(rpc, call, policy, session, answer.decision_id)
            self._write(entry, answer, policy, began)

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

    def session_mark(self, tenant: str, session_id: str) -> str:
        """What the audit log calls a session; empty where there is none now."""
        session = self._vault.known(tenant, session_id)
        return decisions.mark(session.key, "session") if session else ""

    def agent_mark(self, agent_id: str) -> str:
        """What the audit log calls an agent that is in no register."""
        return f"#{self._vault.mark('agent', agent_id)}"

    def _write(
        self,
        entry: Entry,
        answer: Prepared | Reviewed,
        policy: Policy,
        began: float,
        **other: Any,  # noqa: ANN401
    ) -> None:
        if self._audit.on:
            became: dict[str, Any] = {**decisions.outcome(answer, policy), **other}
            took = round((time.perf_counter() - began) * 1e6)
            self._audit.record(replace(entry, **became, microseconds=took))

    def _change(self, rpc: str, tenant: str, policy: Policy, **other: Any) -> Entry:  # noqa: ANN401 - its fields
        return Entry(
            rpc=rpc,
            decision_id=_decision_id(),
            tenant=tenant,
            policy_version=policy.version,
            policy_digest=policy.digest,
            **other,
        )

    def _once(
        self,
        call: PrepareCall | ReviewCall,
        decide: Callable[[Session], Decision],
        record: Callable[[Session, Decision], None],
        spent: Callable[[Decision], Sequence[Spending]],
        instead: Callable[[Spending, Session], Decision] = _refused,
    ) -> Decision:
        """``decide``, or the answer that a call of the same request_id has had."""
        place = (call.tenant, call.session_id)
        if not call.request_id:
            return self._in_session(call, decide, record=record, spent=spent, instead=instead)

        def again_or_first(session: Session) -> Decision:
            kept = self._vault.answer(*place, call.request_id)
            return decide(session) if kept is None else cast("Decision", answers.load(call, kept))

        def kept(answer: Decision) -> tuple[str, bytes] | None:
            return None if answer.repeated else (call.request_id, answers.dump(call, answer))

        def first_spent(answer: Decision) -> Sequence[Spending]:
            return () if answer.repeated else spent(answer)

        return self._in_session(call, again_or_first, kept, record=record, spent=first_spent, instead=instead)

    def _in_session(
        self,
        call: PrepareCall | ReviewCall,
        decide: Callable[[Session], Answer],
        kept: Callable[[Answer], tuple[str, bytes] | None] = lambda _: None,
        *,
        record: Callable[[Session, Answer], None] = lambda *_: None,
        spent: Callable[[Answer], Sequence[Spending]] = lambda _: (),
        instead: Callable[[Spending, Session], Answer] = _refused,
    ) -> Answer:
        """``decide`` on the session as it is stored, redone when another writer stored first.

        ``kept``: by which name the session keeps the answer for the call made again, and how. ``record``
        writes down what was stored; where it fails there is no answer. ``spent``: what the answer uses of
        budgets, counted with it; ``instead``: what is answered where that is too much.
        """
        place = (call.tenant, call.session_id)
        over: Spending | None = None
        spendings: Sequence[Spending] = ()
        for _ in range(_ATTEMPTS):
            session = self._vault.open(*place)
            try:
                answer = decide(session) if over is None else instead(over, session)
                spendings = spent(answer) if over is None else ()
                stored = self._vault.save(*place, kept(answer), spendings)
            except Exhausted as exhausted:
                self._vault.discard(*place)
                over = spendings[exhausted.place]
                continue
            except BaseException:
                self._vault.discard(*place)
                raise
            if stored:
                record(session, answer)
                return answer
        raise Failure(Reason.STORE_UNAVAILABLE, "too many calls write to this session at once")

    def _policy(self, version: str, tenant: str) -> Policy:
        policy = self._policies.of(version)
        if not policy.admits(tenant):
            raise Failure(Reason.TENANT_UNKNOWN, "tenant is not one that the policy names", field="tenant")
        return policy

    def _check_prepare(self, call: PrepareCall) -> None:
        for name in ("tenant", "session_id", "intent"):
            _check_name(name, getattr(call, name))
        _check_optional(call, ("agent_id", "policy", "language", "request_id", "customer_id"))
        _check_count("messages", len(call.messages), self._limits.messages)
        _check_count("records", len(call.records), self._limits.records)
        for index, message in enumerate(call.messages):
            self._check_text(f"messages[{index}].text", message.text)
        for index, record in enumerate(call.records):
            self._check_text(f"records[{index}].json", record.json)

    def _check_review(self, call: ReviewCall) -> None:
        for name in ("tenant", "session_id", "intent", "destination"):
            _check_name(name, getattr(call, name))
        names = ("agent_id", "recipient_id", "channel", "tool", "language", "request_id", "review_id")
        _check_optional(call, names)
        if (call.text is None) == (call.arguments_json is None):
            raise Failure(Reason.FIELD_REQUIRED, "content must be a text or arguments_json", field="content")
        self._check_text(
            "text" if call.text is not None else "arguments_json", call.text or call.arguments_json or ""
        )

    def _check_text(self, field: str, text: str) -> None:
        limit = self._limits.text
        if len(text) > limit:
            sentence = f"{field} is longer than {limit} code points"
            raise Failure(Reason.TEXT_TOO_LONG, sentence, field=field, limit=limit)


def _agent(call: PrepareCall | ReviewCall, policy: Policy) -> Agent | None:
    """The register's entry of the agent that calls; None without a register."""
    return policy.agents[call.agent_id] if policy.agents is not None else None


def _check_name(field: str, name: str) -> None:
    if not name.strip():
        raise Failure(Reason.FIELD_REQUIRED, f"{field} must not be empty", field=field)
    _check_length(field, name)


def _check_optional(call: PrepareCall | ReviewCall, fields: tuple[str, ...]) -> None:
    for field in fields:
        _check_length(field, getattr(call, field))


def _check_length(field: str, name: str) -> None:
    if len(name) > _LONGEST_NAME:
        sentence = f"{field} is longer than {_LONGEST_NAME} code points"
        raise Failure(Reason.FIELD_INVALID, sentence, field=field, limit=_LONGEST_NAME)


def _check_count(field: str, count: int, limit: int) -> None:
    if count > limit:
        sentence = f"{field} has more than {limit} items"
        raise Failure(Reason.TOO_MANY_ITEMS, sentence, field=field, limit=limit)


def _reviewed(call: ReviewCall, judged: Judged, policy: Policy, decision_id: str) -> Reviewed:
    text, arguments = (judged.content, None) if call.text is not None else (None, judged.content)
    return Reviewed(
        judged.verdict,
        text,
        arguments,
        judged.reasons,
        judged.findings,
        decision_id,
        policy.version,
        policy.digest,
        suggestion=judged.suggestion,
    )


def _decision_id() -> str:
    """A new name for a decision: random, so that it tells nothing."""
    return uuid.uuid4().hex
