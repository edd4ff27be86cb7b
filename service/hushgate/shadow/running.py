"""What this process does of a shadow: it remembers live answers, asks the candidate when idle, and counts.

The answer, the session, budgets, queues and logs are not touched: the candidate decides on a copy of the
session as it was before the call. What is in the way is left out and counted: a long text, a full queue, a
fault.
"""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from hushgate import effect
from hushgate.calls import Code, PrepareCall, Verdict
from hushgate.effect import ANSWERED, differences
from hushgate.failure import Failure, Reason
from hushgate.sessions.session import Session
from hushgate.shadow.agreed import Agreed, Run, Tally
from hushgate.shadow.retelling import retelling

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hushgate.calls import Prepared, ReviewCall, Reviewed
    from hushgate.candidate import Candidate
    from hushgate.effect import Answer, Difference
    from hushgate.policy.model import Policy
    from hushgate.redactor import Redaction
    from hushgate.sessions.vault import Moment, Vault

WAITING: Final = 64
"""Answers that wait for the candidate at a time."""
LONGEST: Final = 20_000
"""Code points of a call that the candidate is asked about."""
STALE_SECONDS: Final = 5.0
"""How long an answer waits for an idle moment."""

COMPARED: Final = "compared"
CHANGED: Final = "changed"
DROPPED: Final = "dropped"
ERRORS: Final = "errors"

_REFUSALS = frozenset(
    {
        Reason.TENANT_UNKNOWN,
        Reason.INTENT_UNKNOWN,
        Reason.AGENT_NOT_ALLOWED,
        Reason.DESTINATION_UNKNOWN,
        Reason.FIELD_INVALID,  # a risk signal that it does not name
    }
)
"""How a policy makes a call fail."""
_OUTCOMES = frozenset({ANSWERED, *Verdict, *(reason.name for reason in _REFUSALS)})


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A live answer, and how the candidate is asked for its own: None where it no longer can be."""

    answer: Answer
    ask: Callable[[Candidate], Answer | None] = field(repr=False)
    policy: Policy = field(repr=False)
    """What the answer was decided by."""
    since: float
    """By ``time.monotonic``."""


class Shadow:
    """The shadow in one process. Used in the deciding thread; only where it says so does a method fail."""

    def __init__(self, vault: Vault, *, clock: Callable[[], float] = time.time) -> None:
        """``clock``: seconds since the epoch."""
        self._vault = vault
        self._clock = clock
        self._agreed = Agreed(vault.board)
        self._run: Run | None = None
        self._candidate: Candidate | None = None
        self._waiting: deque[_Waiting] = deque()
        self._tally = Tally()
        self.wake: Callable[[], object] = _nothing
        """Called when something waits."""
        self.told: Callable[[str, str, Counter[Difference]], None] = _nothing
        """Told of each answer: its rpc, what came of it, and the differences."""
        self.crashed: Callable[[Exception], None] = _nothing
        """Told of a fault, of which no caller knows."""

    @property
    def on(self) -> bool:
        """Whether a shadow runs here. From any thread."""
        return self._run is not None

    @property
    def waiting(self) -> bool:
        """Whether the candidate is to be asked something. From any thread."""
        return bool(self._waiting)

    def follow(self, active: Policy) -> Run | None:
        """Take up what the store says now; the run whose candidate ``take`` is to bring, if it is a new one.

        Fails with STORE_UNAVAILABLE.
        """
        run = self._agreed.run()
        if run is not None and not run.ended and run.active_digest != active.digest:
            self._agreed.end(run.id, self._clock())
            run = None
        if run is None or run.ended:
            self._leave()
            return None
        return None if self._run and self._run.id == run.id else run

    def take(self, run: Run, candidate: Candidate | None) -> None:
        """Ask this candidate from now on; None: it cannot be had here, and each answer is an error."""
        self._leave()
        self._run, self._candidate = run, candidate

    def start(self, run: Run, candidate: Candidate) -> None:
        """Begin a run on all servers of the store; the one before ends. Fails with STORE_UNAVAILABLE."""
        self._agreed.start(run)
        self.take(run, candidate)

    def stop(self) -> Run | None:
        """End what runs, on all servers; the last run, ended. Fails with STORE_UNAVAILABLE."""
        run, _ = self.report()
        if run is not None and not run.ended:
            self._agreed.end(run.id, self._clock())
        self._leave()
        return self._agreed.run()

    def report(self) -> tuple[Run | None, Tally]:
        """The last run, and what all servers have counted of it. Fails with STORE_UNAVAILABLE."""
        self.flush()
        run = self._agreed.run()
        return run, self._agreed.tally(run.id) if run else Tally()

    def flush(self) -> None:
        """Adds what was counted here to what all have counted. Failure STORE_UNAVAILABLE keeps it."""
        if self._run is not None and not self._tally.empty:
            self._agreed.count(self._run.id, self._tally)
            self._tally = Tally()

    def _leave(self) -> None:
        self._run = self._candidate = None
        self._waiting.clear()
        self._tally = Tally()

    def began(self, call: ReviewCall) -> Moment | None:
        """The session as it is before a draft that comes in pieces; None where no shadow runs."""
        with self._safely("Review"):
            if self._run is not None:
                self._vault.open(call.tenant, call.session_id)
                return self._vault.moment(call.tenant, call.session_id)
        return None

    def prepared(self, call: PrepareCall, policy: Policy, answer: Prepared) -> None:
        """A live answer of Prepare."""
        with self._safely("Prepare"):
            if self._run is not None and not (call.policy or answer.repeated):
                moment = self._vault.moment(call.tenant, call.session_id)
                self._offer_call(effect.prepared(call.intent, answer), call, policy, moment)

    def reviewed(self, call: ReviewCall, policy: Policy, answer: Reviewed) -> None:
        """A live answer of Review. One beyond a budget no policy has given alone."""
        with self._safely("Review"):
            over = any(ground.code is Code.BUDGET_EXHAUSTED for ground in answer.reasons)
            if self._run is not None and not (call.review_id or answer.repeated or over):
                content = answer.text if call.text is not None else answer.arguments_json
                moment = self._vault.moment(call.tenant, call.session_id)
                self._offer_call(effect.reviewed(call.intent, answer, content), call, policy, moment)

    def streamed(self, call: ReviewCall, policy: Policy, answer: Reviewed, moment: Moment | None) -> None:
        """A live answer of ReviewStream to the draft in ``call``, as far as it came; ``moment``: ``began``.

        What went out in pieces is not compared with what would have gone out whole.
        """
        with self._safely("Review"):
            over = any(ground.code is Code.BUDGET_EXHAUSTED for ground in answer.reasons)
            if self._run is not None and moment is not None and not over:
                before = replace(effect.reviewed(call.intent, answer, None), texts=())
                self._offer_call(before, call, policy, moment)

    @contextmanager
    def refusals(self, call: PrepareCall | ReviewCall, active: Policy) -> Iterator[None]:
        """Within, a call fails where the policy refuses it; which it does."""
        try:
            yield
        except Failure as failure:
            rpc = "Prepare" if isinstance(call, PrepareCall) else "Review"
            with self._safely(rpc):
                if self._run is not None and failure.reason in _REFUSALS and not getattr(call, "policy", ""):
                    self._offer_call(effect.failed(rpc, call.intent, failure), call, active, None)
            raise

    def redacted(
        self, texts: Sequence[tuple[str, bool]], language: str, policy: Policy, done: Sequence[Redaction]
    ) -> None:
        """Live answers of a Redact: each text, and whether it is JSON."""
        with self._safely("Redact"):
            for (text, is_json), redaction in zip(texts, done, strict=True) if self._run else ():
                self._offer(
                    effect.redacted(redaction),
                    lambda candidate, text=text, is_json=is_json: candidate.redacted(  # type: ignore[misc]
                        text, json=is_json, language=language
                    ),
                    policy,
                    len(text),
                )

    def _offer_call(
        self, answer: Answer, call: PrepareCall | ReviewCall, policy: Policy, moment: Moment | None
    ) -> None:
        """``moment``: None for a call that was refused, of which the session knows nothing."""

        def ask(candidate: Candidate) -> Answer | None:
            retold = retelling(call.intent, policy, candidate.policy)
            session = self._vault.as_of(call.tenant, call.session_id, moment, retold)
            if session is None and moment is not None:
                return None
            session = session or Session(os.urandom(32))
            if isinstance(call, PrepareCall):
                return candidate.prepared(call, session)
            return candidate.reviewed(call, session)

        self._offer(answer, ask, policy, _size(call))

    def _offer(
        self, answer: Answer, ask: Callable[[Candidate], Answer | None], policy: Policy, size: int
    ) -> None:
        if self._run is None or policy.digest != self._run.active_digest:
            return
        if self._candidate is None:
            self._count(answer.rpc, ERRORS)
        elif size > LONGEST or len(self._waiting) >= WAITING:
            self._count(answer.rpc, DROPPED)
        else:
            self._waiting.append(_Waiting(answer, ask, policy, time.monotonic()))
            self.wake()

    def ask_next(self) -> None:
        """Asks the candidate about the answer that has waited longest, and counts."""
        if not self._waiting or self._candidate is None:
            return
        waited, candidate = self._waiting.popleft(), self._candidate
        before = waited.answer
        with self._safely(before.rpc):
            stale = time.monotonic() - waited.since > STALE_SECONDS
            after = None if stale else waited.ask(candidate)
            if after is None:
                self._count(before.rpc, DROPPED)
            elif after.outcome not in _OUTCOMES:
                self._count(before.rpc, ERRORS)
            else:
                names = {**waited.policy.key_names, **candidate.policy.key_names}
                known = before.intent in waited.policy.intents or before.intent in candidate.policy.intents
                found = differences(before, after, names)
                if not known:  # then it is the caller's own text
                    found = Counter({each._replace(intent=""): count for each, count in found.items()})
                self._count(before.rpc, CHANGED if found else COMPARED, found)

    def _count(self, rpc: str, what: str, found: Counter[Difference] | None = None) -> None:
        counted = Tally(differences=found or Counter())
        for name in (COMPARED, CHANGED) if what == CHANGED else (what,):
            getattr(counted, name)[rpc] += 1
        self._tally.add(counted)
        self.told(rpc, what, counted.differences)

    @contextmanager
    def _safely(self, rpc: str) -> Iterator[None]:
        """Whatever goes wrong within, no caller is told of."""
        try:
            yield
        except Exception as error:
            self._count(rpc, ERRORS)
            self.crashed(error)


def _size(call: PrepareCall | ReviewCall) -> int:
    if isinstance(call, PrepareCall):
        return sum(len(m.text) for m in call.messages) + sum(len(r.json) for r in call.records)
    return len(call.text or call.arguments_json or "")


def _nothing(*_: Any) -> None:  # noqa: ANN401 - it takes anything
    """Nobody is there to be told."""
