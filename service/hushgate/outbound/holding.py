"""Whether a draft that may be sent waits for a person first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hushgate.calls import Code, Ground, Verdict
from hushgate.finding import Action
from hushgate.outbound.judged import Judged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hushgate.calls import ReviewCall
    from hushgate.policy.model import Agent

_DRAFTS = Ground(Code.AUTONOMY, "the agent drafts only: a person sends", Action.HOLD)
_TALKS = Ground(Code.AUTONOMY, "the agent's autonomy is low: a person lets a tool call go", Action.HOLD)


def waits(call: ReviewCall, agent: Agent | None) -> tuple[Ground, ...]:
    """Why a draft of this call waits, whatever it says; nothing where it need not."""
    if agent is None:
        return ()
    if agent.autonomy == "draft_only":
        return (_DRAFTS,)
    if agent.autonomy == "low" and call.destination == "tool":
        return (_TALKS,)
    return ()


def held(judged: Judged, grounds: Sequence[Ground]) -> Judged:
    """The verdict with grounds to hold the draft: HELD where it could have been sent."""
    if not grounds or judged.verdict is Verdict.BLOCKED:
        return judged
    return Judged(Verdict.HELD, None, (*grounds, *judged.reasons), judged.findings)
