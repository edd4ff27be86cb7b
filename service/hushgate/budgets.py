"""What an agent may use up before somebody looks, and what each decision uses of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from hushgate.calls import SENDABLE, Verdict
from hushgate.finding import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hushgate.calls import Located, PrepareCall, Prepared
    from hushgate.policy.model import Agent, Policy

HOUR_SECONDS = 3600.0
_SEEN = frozenset({Action.KEEP, Action.LAST4, Action.MASK, Action.GENERALIZE})
"""What shows a value, whole or in part."""
_LET_THROUGH = frozenset({*_SEEN, Action.PSEUDONYMIZE, Action.ENCRYPT}) - {Action.KEEP}
"""What is done to a field that the policy holds to be sensitive, and lets through."""
_RESTORED = frozenset({"session.token", "session.surrogate"})


class Budget(StrEnum):
    """What is counted, of one agent in one session, or in an hour. Named as in the policy."""

    RECORDS = "max_records_per_session"
    SUBJECTS = "max_subjects_per_session"
    FIELDS = "max_sensitive_fields_per_session"
    SENDS = "sensitive_sends_per_hour"
    RESTORES = "max_restores_per_session"
    BLOCKED = "max_blocked_in_a_row"


@dataclass(frozen=True, slots=True)
class Spending:
    """What a decision uses of a budget: marks, of which each counts once."""

    budget: Budget
    agent_id: str
    limit: int
    marks: Sequence[str] = field(repr=False)
    clears: bool = False
    """Afterwards nothing of the budget is used."""

    @property
    def hourly(self) -> bool:
        """Whether it counts for an hour, over all sessions; else for one session."""
        return self.budget is Budget.SENDS


def prepared(call: PrepareCall, answer: Prepared, agent: Agent, policy: Policy) -> list[Spending]:
    """What an answer of Prepare uses: different records, subjects, and sensitive fields of them."""
    records = [f"{record.source}\0{record.subject_id}\0{record.json}" for record in call.records]
    subjects = [record.subject_id for record in call.records if record.subject_id]
    places = [
        (one.record, one.path)
        for one in answer.findings
        if one.record is not None and is_sensitive(policy, one.finding.entity)
    ]
    places += [(one.record, one.path) for one in answer.fields if one.action in _LET_THROUGH]
    fields = [
        f"{call.records[index].source}\0{call.records[index].subject_id}\0{path}" for index, path in places
    ]
    used = {Budget.RECORDS: records, Budget.SUBJECTS: subjects, Budget.FIELDS: fields}
    return [
        Spending(budget, call.agent_id, limit, tuple(dict.fromkeys(marks)))
        for budget, marks in used.items()
        if marks and (limit := agent.budgets.get(budget)) is not None
    ]


def reviewed(
    agent_id: str,
    decision_id: str,
    findings: Iterable[Located],
    *,
    verdict: Verdict | None,
    agent: Agent,
    policy: Policy,
) -> list[Spending]:
    """What an answer of Review uses, or of a stream so far, which has no verdict before its end.

    Marks are made of the decision and a place in the draft, so that a stream's next step counts what came
    before it once.
    """
    used = []
    shown = [one for one in findings if one.finding.action in _SEEN]
    if verdict is None or verdict in SENDABLE:
        sends = [decision_id] if any(is_sensitive(policy, one.finding.entity) for one in shown) else []
        restores = [
            f"{decision_id}\0{one.path}\0{one.finding.start}"
            for one in shown
            if one.finding.rule in _RESTORED
        ]
        used = [(Budget.SENDS, sends), (Budget.RESTORES, restores)]
    spendings = [
        Spending(budget, agent_id, limit, tuple(dict.fromkeys(marks)))
        for budget, marks in used
        if marks and (limit := agent.budgets.get(budget)) is not None
    ]
    return [*spendings, *_in_a_row(agent_id, decision_id, verdict, agent)]


def _in_a_row(agent_id: str, decision_id: str, verdict: Verdict | None, agent: Agent) -> Iterator[Spending]:
    """A blocked draft is one more; a draft that is sent begins anew, but not once there were too many."""
    most = agent.budgets.get(Budget.BLOCKED)
    if most is None:
        return
    if verdict is Verdict.BLOCKED:
        # The one that would suspend is never counted: it is answered by the suspension.
        limit = most - 1 if agent.when_blocked == "suspend" else most
        yield Spending(Budget.BLOCKED, agent_id, limit, (decision_id,))
    elif verdict in SENDABLE:
        yield Spending(Budget.BLOCKED, agent_id, most - 1, (), clears=True)


def is_sensitive(policy: Policy, entity: str) -> bool:
    """Whether a value of this kind is one that the policy hides from the model."""
    model = policy.destination("model")
    return any(own.action(entity).hides for own in (model.own, *(each.own for each in model.profiles)))
