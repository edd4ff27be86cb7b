"""The way of a held draft: to a person, and back to the one who asked."""

from __future__ import annotations

import uuid
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hushgate.failure import Failure, Reason
from hushgate.finding import Action
from hushgate.reviews.held import UNKNOWN, State, decided, digest_of_call, held, released, sample
from hushgate.reviews.store import Waits

if TYPE_CHECKING:
    from collections.abc import Callable

    from hushgate.calls import Ground, ReviewCall, Verdict
    from hushgate.outbound.judged import Judged
    from hushgate.policy.model import Policy
    from hushgate.reviews.held import Held
    from hushgate.reviews.queue import Found
    from hushgate.sessions.session import Session
    from hushgate.sessions.vault import Vault

    Look = Callable[[ReviewCall, Policy, Session], Judged]

_LET: Final = {Action.HOLD: Action.KEEP}
"""What a person lets go."""
_SHOWN: Final = {Action.HOLD: Action.REDACT, Action.BLOCK: Action.REDACT}
"""A person is shown all of a draft but what a log may not have."""


class Desk:
    """Where people decide, and what they decide on. One thread at a time."""

    def __init__(self, vault: Vault, look: Look) -> None:
        """``look``: how a draft is reviewed."""
        self._vault = vault
        self._look = look

    def new_name(self, call: ReviewCall) -> str:
        """What the call's draft waits under, if it must: for a call made again, the same."""
        if not call.request_id:
            return uuid.uuid4().hex
        return self._vault.review_id(call.request_id, digest_of_call(call))

    def hold(
        self, call: ReviewCall, policy: Policy, session: Session, reasons: tuple[Ground, ...], name: str
    ) -> None:
        """Has the draft wait for a person, once under each name. Failure SESSION_LIMIT: too many wait."""
        with session.learning_nothing():
            text = self._shown(call, policy, session)
            let = self._let(call, policy, session)
        review = held(
            call,
            reasons,
            name=name,
            text=text,
            content=let.content or "",
            now=self._vault.now(),
            seconds=policy.reviews.expire_seconds,
        )
        self._vault.hold(review, {call.recipient_id or session.customer})

    def sample(self, call: ReviewCall, policy: Policy, session: Session, name: str, seconds: float) -> None:
        """Has a message that was sent wait for a label. Failure SESSION_LIMIT: too many wait."""
        with session.learning_nothing():
            text = self._shown(call, policy, session)
        review = sample(call, name=name, text=text, now=self._vault.now(), seconds=seconds)
        self._vault.keep_sample(review, {call.recipient_id, *session.subjects})

    def decision(self, call: ReviewCall, policy: Policy, session: Session) -> tuple[Found, Judged]:
        """What a person has decided on the call's draft; with content, ``collected`` must follow.

        Fails with REVIEW_UNKNOWN or REVIEW_CLOSED.
        """
        found = self._vault.reviews.find(call.review_id)
        goes_out = found.review.state is State.APPROVED
        with nullcontext() if goes_out else session.learning_nothing():
            judged = self._let(call, policy, session)
        return found, released(found.review, call, judged)

    def collected(self, found: Found) -> None:
        """What was found is given out. Failure REVIEW_CLOSED if another was first."""
        self._vault.reviews.replace(found, replace(found.review, state=State.COLLECTED, text=""))

    def _shown(self, call: ReviewCall, policy: Policy, session: Session) -> str:
        """The draft as a person sees it: as the policy lets a log have it."""
        call = replace(call, destination="log")
        return self._look(call, policy.changed("log", _SHOWN), session).content or ""

    def _let(self, call: ReviewCall, policy: Policy, session: Session) -> Judged:
        """The draft as it may be sent once a person lets it."""
        return self._look(call, policy.changed(call.destination, _LET), session)

    def waiting(
        self, tenant: str, *, size: int, token: str, waits: Waits = Waits.DECISION
    ) -> tuple[list[Held], str]:
        """See ``Queue.waiting``."""
        return self._vault.reviews.waiting(waits, tenant, size=size, token=token)

    def count(self, waits: Waits) -> int:
        """See ``Queue.count``."""
        return self._vault.reviews.count(waits)

    def find(self, review_id: str, tenants: frozenset[str] | None = None) -> Held:
        """The review, of one of the tenants. Failure REVIEW_UNKNOWN if there is none, or it is over."""
        return self._found(review_id, tenants).review

    def decide(
        self,
        review_id: str,
        verdict: Verdict,
        *,
        by: str,
        because: str,
        name: str,
        proven: str = "",
        tenants: frozenset[str] | None = None,
        sampled: bool = False,
    ) -> Held:
        """Decides what waits, once: the first decision stands. ``name``: its decision_id.

        ``by``: who, for the record; ``proven``: who, as authenticated, empty where nobody has to prove it.
        ``sampled``: what is meant is a sample. Fails with REVIEW_UNKNOWN or REVIEW_CLOSED; with ROLE_REQUIRED
        if it is the one who asked; with FIELD_INVALID if it is the other of the two, or if no person can give
        the verdict.
        """
        found = self._found(review_id, tenants)
        if proven and proven == found.review.asked_by:
            raise Failure(Reason.ROLE_REQUIRED, "who has asked for a review does not decide it")
        now = self._vault.now()
        review = decided(
            found.review, verdict, by=by, because=because, decision_id=name, now=now, sampled=sampled
        )
        self._vault.reviews.replace(found, review)
        return review

    def _found(self, review_id: str, tenants: frozenset[str] | None) -> Found:
        found = self._vault.reviews.find(review_id)
        if tenants is not None and found.review.tenant not in tenants:
            raise UNKNOWN
        return found
