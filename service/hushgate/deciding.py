"""How a call is decided once: by one policy, on the session as it is stored, whoever else writes to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn, TypeVar, cast

from hushgate import answers
from hushgate.audit.decisions import new_id
from hushgate.calls import Prepared, Reviewed
from hushgate.failure import Failure, Reason
from hushgate.sessions.store import Exhausted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hushgate.audit.entry import Entry
    from hushgate.budgets import Spending
    from hushgate.calls import PrepareCall, ReviewCall
    from hushgate.policy.model import Agent, Policy
    from hushgate.sessions.session import Session
    from hushgate.sessions.vault import Moment, Vault

Answer = TypeVar("Answer")
Decision = TypeVar("Decision", Prepared, Reviewed)

_ATTEMPTS = 50
"""How often a call is redone because another writer of its session was first."""


@dataclass(frozen=True, slots=True)
class Course:
    """What stays the same from a call's checks to its answer."""

    policy: Policy
    agent: Agent | None
    """The register's entry of the agent that calls; None without a register."""
    began: float
    """By ``time.perf_counter``."""
    decision_id: str = field(default_factory=new_id)
    entry: Entry | None = None
    """What the audit log says already of a draft that comes in pieces; None where there is no log."""
    moment: Moment | None = None
    """The session before such a draft, where a shadow runs."""


def refused(over: Spending, _: object = None) -> NoReturn:
    """Nothing beyond a budget is decided."""
    sentence = f"the agent has used up {over.budget.value}"
    raise Failure(Reason.BUDGET_EXHAUSTED, sentence, field=over.budget.value, limit=over.limit)


def once(
    vault: Vault,
    call: PrepareCall | ReviewCall,
    decide: Callable[[Session], Decision],
    *,
    record: Callable[[Session, Decision], None],
    spent: Callable[[Decision], Sequence[Spending]],
    instead: Callable[[Spending, Session], Decision] = refused,
) -> Decision:
    """As ``in_session``; or the answer that a call of the same request_id has had."""
    if not call.request_id:
        return in_session(vault, call, decide, record=record, spent=spent, instead=instead)

    def again_or_first(session: Session) -> Decision:
        kept = vault.answer(call.tenant, call.session_id, call.request_id)
        return decide(session) if kept is None else cast("Decision", answers.load(call, kept))

    def kept(answer: Decision) -> tuple[str, bytes] | None:
        return None if answer.repeated else (call.request_id, answers.dump(call, answer))

    def first_spent(answer: Decision) -> Sequence[Spending]:
        return () if answer.repeated else spent(answer)

    return in_session(
        vault, call, again_or_first, kept=kept, record=record, spent=first_spent, instead=instead
    )


def in_session(
    vault: Vault,
    call: PrepareCall | ReviewCall,
    decide: Callable[[Session], Answer],
    *,
    kept: Callable[[Answer], tuple[str, bytes] | None] = lambda _: None,
    record: Callable[[Session, Answer], None] = lambda *_: None,
    spent: Callable[[Answer], Sequence[Spending]] = lambda _: (),
    instead: Callable[[Spending, Session], Answer] = refused,
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
        session = vault.open(*place)
        try:
            answer = decide(session) if over is None else instead(over, session)
            spendings = spent(answer) if over is None else ()
            stored = vault.save(*place, kept(answer), spendings)
        except Exhausted as exhausted:
            vault.discard(*place)
            over = spendings[exhausted.place]
            continue
        except BaseException:
            vault.discard(*place)
            raise
        if stored:
            record(session, answer)
            return answer
    raise Failure(Reason.STORE_UNAVAILABLE, "too many calls write to this session at once")
