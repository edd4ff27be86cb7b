"""What a policy would answer if it decided: the real decisions, with no store, budget or log behind them."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hushgate import effect
from hushgate.detection.detector import LANGUAGE
from hushgate.failure import Failure
from hushgate.outbound.holding import held, waits
from hushgate.outbound.review import review
from hushgate.policy.model import Policies
from hushgate.preparing import prepare
from hushgate.redactor import Redactor

if TYPE_CHECKING:
    from hushgate.calls import PrepareCall, ReviewCall
    from hushgate.detection.detector import Detector
    from hushgate.effect import Answer
    from hushgate.outbound.judged import Judged
    from hushgate.policy.model import Agent, Policy
    from hushgate.preparing import Told
    from hushgate.sessions.session import Session
    from hushgate.transformation.joinable import Keys


@dataclass(frozen=True, slots=True)
class Candidate:
    """A policy, and what finds and writes for it."""

    policy: Policy
    detector: Detector = field(repr=False)
    keys: Keys = field(repr=False)
    redactor: Redactor = field(repr=False)

    @classmethod
    def of(cls, policy: Policy, detector: Detector, keys: Keys, *, max_text: int) -> Candidate:
        """``max_text``: the most code points of a text to redact."""
        return cls(policy, detector, keys, Redactor(detector, policy, keys, max_text=max_text))

    @property
    def for_anyone(self) -> Candidate:
        """The same without a register of agents."""
        return replace(self, policy=replace(self.policy, agents=None))

    def tell(self, call: PrepareCall, session: Session) -> Told:
        """What the model would be told. The session learns it. Fails as ``Gate.prepare``, budgets aside."""
        self._agent(call, sources=[record.source for record in call.records])
        return prepare(call, self.policy, session, self.detector, self.keys)

    def judge(self, call: ReviewCall, session: Session) -> Judged:
        """What would become of the draft. Fails as ``Gate.review``, budgets aside."""
        agent = self._agent(call, destination=call.destination)
        self.policy.intent(call.intent)
        self.policy.destination(call.destination)
        grounds = waits(call, agent)
        with session.learning_nothing() if grounds else nullcontext():
            return held(review(call, self.policy, session, self.detector, self.keys), grounds)

    def _agent(
        self, call: PrepareCall | ReviewCall, *, destination: str = "", sources: list[str] | None = None
    ) -> Agent | None:
        policy = Policies.only(self.policy).for_tenant(call.tenant)
        return policy.authorize(call.agent_id, call.intent, destination=destination, sources=sources or ())

    def prepared(self, call: PrepareCall, session: Session) -> Answer:
        """What would come of a Prepare."""
        try:
            return effect.prepared(call.intent, self.tell(call, session))
        except Failure as failure:
            return effect.failed("Prepare", call.intent, failure)

    def reviewed(self, call: ReviewCall, session: Session) -> Answer:
        """What would come of a Review."""
        try:
            judged = self.judge(call, session)
        except Failure as failure:
            return effect.failed("Review", call.intent, failure)
        return effect.reviewed(call.intent, judged, judged.content)

    def redacted(self, text: str, *, json: bool = False, language: str = LANGUAGE) -> Answer:
        """What would come of a text, or a JSON document, to redact."""
        redact = self.redactor.redact_json if json else self.redactor.redact
        try:
            return effect.redacted(redact(text, language))
        except Failure as failure:
            return effect.failed("Redact", "", failure)
