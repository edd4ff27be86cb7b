"""How many calls may wait or be open, and how much time must be left; what one may hold: ``bounds``."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final, Protocol

from hushgate.failure import Failure, Reason

WAITING_CALLS: Final = 128
"""How many calls may wait for the one thread that decides; the next one is OVERLOADED."""
EXPLAINED_CHARACTERS: Final = 10_000
"""The most code points of a text to explain: its answer tells every match of every rule, in every view."""
CONCURRENT_CALLS: Final = 1024
"""How many calls may be open at once, streams that rest included; gRPC refuses the next one."""
LEAST_SECONDS: Final = 0.005
"""With less of its deadline left, a call is not begun."""


class Timed(Protocol):
    """What knows how long its caller still waits: a servicer context."""

    def time_remaining(self) -> float | None:
        """Seconds, or None for ever."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when the caller waits, on the monotonic clock; ``at`` is None for ever."""

    at: float | None

    @classmethod
    def of(cls, context: Timed) -> Deadline:
        """The deadline of a call."""
        remaining = context.time_remaining()
        return cls(None if remaining is None else time.monotonic() + remaining)

    def check(self) -> None:
        """Failure DEADLINE_TOO_SHORT if too little is left to go on."""
        if self.at is not None and self.at - time.monotonic() < LEAST_SECONDS:
            raise Failure(
                Reason.DEADLINE_TOO_SHORT,
                f"less than {LEAST_SECONDS * 1000:.0f} ms of the call's deadline were left",
                limit=round(LEAST_SECONDS * 1000),
            )
