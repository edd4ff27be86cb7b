"""Which messages that were sent a person is shown afterwards: so much of each intent, and so many a week."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from hushgate.calls import SENDABLE
from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hushgate.audit.trail import Trail
    from hushgate.calls import ReviewCall, Reviewed
    from hushgate.policy.model import Policy, Sampling
    from hushgate.reviews.desk import Desk
    from hushgate.sessions.vault import Vault

_DAY: Final = 86_400.0
_WEEK: Final = 7 * _DAY
_FIRST_MONDAY: Final = 4 * _DAY
"""1970-01-05, in seconds since the epoch."""
_HASHES: Final = 2**64
_MOST_FULL: Final = 10_000
SHOWN, LEFT_OUT = "shown", "left out"
"""What comes of a message that was drawn."""


class Sampler:
    """What is drawn of one store's messages. One thread at a time, but for ``draws``."""

    def __init__(self, vault: Vault, desk: Desk, trail: Trail) -> None:
        self._vault = vault
        self._desk = desk
        self._trail = trail
        self._full: dict[tuple[str, str], Mapping[str, int]] = {}
        """By tenant and intent: the room that is known to be taken."""
        self.told: Callable[[str, str], object] = _nothing
        """Told of each message that was drawn: what came of it, and its intent."""

    def draws(self, call: ReviewCall, answer: Reviewed, policy: Policy) -> bool:
        """Whether the message is one to be shown, if there is room.

        Of its decision_id and the store's secret alone: it can be told again, and nobody can steer it. What
        a person has approved, or what goes out again, is not drawn.
        """
        if policy.sampling is None or answer.verdict not in SENDABLE or answer.repeated or call.review_id:
            return False
        share = policy.sampling.shares.get(call.intent, 0.0)
        return int(self._vault.mark("sample", answer.decision_id), 16) < share * _HASHES

    def take(self, call: ReviewCall, answer: Reviewed, policy: Policy) -> bool:
        """Has a message that was drawn wait for a label. False: there is no room, or its session is over."""
        if policy.sampling is None:
            return False
        shown = self._take(call, answer, policy, policy.sampling)
        self.told(SHOWN if shown else LEFT_OUT, call.intent)
        return shown

    def _take(self, call: ReviewCall, answer: Reviewed, policy: Policy, sampling: Sampling) -> bool:
        now = self._vault.now()
        room, until = room_for(sampling, call.intent, now)
        place = (call.tenant, call.intent)
        if self._full.get(place) == room:
            return False
        session = self._vault.known(call.tenant, call.session_id)
        if session is None:
            return False
        if room and not self._vault.count_once(call.tenant, call.session_id, answer.decision_id, room, until):
            if len(self._full) >= _MOST_FULL:
                self._full.clear()
            self._full[place] = room
            return False
        name = self._vault.review_id("sample", answer.decision_id)
        try:
            self._desk.sample(call, policy, session, name, sampling.keep_seconds)
        except Failure as failure:
            if failure.reason is Reason.SESSION_LIMIT:
                return False
            raise
        self._trail.sampled(call, answer, policy, session, name)
        return True


def room_for(sampling: Sampling, intent: str, now: float) -> tuple[dict[str, int], float]:
    """How many each account of the tenant may hold, and until when; no account where nobody says how many.

    A week begins on Monday, UTC. The intents have equal parts; what is left over when they are even goes
    round from week to week. ``now``: seconds since the epoch.
    """
    if sampling.per_week is None:
        return {}, now
    week, into = divmod(now - _FIRST_MONDAY, _WEEK)
    intents = list(sampling.shares)
    turn = (intents.index(intent) + int(week)) % len(intents)
    part = sampling.per_week // len(intents) + (turn < sampling.per_week % len(intents))
    if sampling.paced:
        part = math.ceil(part * into / _WEEK)
    begun = f"samples/{int(week)}"
    return {begun: sampling.per_week, f"{begun}/{intent}": part}, now + _WEEK - into


def _nothing(*_: object) -> None:
    """Nobody is told."""
