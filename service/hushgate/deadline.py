"""Until when anybody waits for the work under way, and the failure of work that takes longer.

Long work asks between its parts; who calls it has nothing to hand on. Where no deadline is set, none is kept.
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEAST_SECONDS: Final = 0.005
"""With less of its deadline left, a call is not begun, and one that is under way ends."""
LONGEST_SECONDS: Final = 60.0
"""For one decision, however long its caller would wait: the calls behind it wait, too."""

LONG_TEXT: Final = 100_000
"""Code points of a text that may take so long; a longer one may take as many times as long."""


class Deadline:
    """Of one call, on the monotonic clock."""

    def __init__(self, seconds: float | None = None, *, longest: float = LONGEST_SECONDS) -> None:
        """``seconds``: for how long the caller waits from now on; None for ever."""
        self._left_at = math.inf if seconds is None else time.monotonic() + seconds - LEAST_SECONDS
        self._longest = longest
        self._stopped_at = math.inf

    def begin(self) -> None:
        """The work begins, and all that this context does until its end is held to the deadline."""
        self._stopped_at = time.monotonic() + self._longest
        _UNDER_WAY.set(self)

    def leave(self) -> None:
        """The caller has gone away, whatever was the deadline."""
        self._left_at = -math.inf

    def left(self) -> float:
        """Seconds that the work may still take; none, or fewer, when it is over."""
        return min(self._left_at, self._stopped_at) - time.monotonic()

    def check(self) -> None:
        """Failure DEADLINE_TOO_SHORT or DETECTION_TIMEOUT if too little is left to go on."""
        if self.left() >= 0:
            return
        if self._stopped_at < self._left_at:
            limit = round(self._longest * 1000)
            sentence = f"the call took longer than {limit} milliseconds to decide"
            raise Failure(Reason.DETECTION_TIMEOUT, sentence, limit=limit)
        limit = round(LEAST_SECONDS * 1000)
        sentence = f"less than {limit} ms of the call's deadline were left"
        raise Failure(Reason.DEADLINE_TOO_SHORT, sentence, limit=limit)


_UNDER_WAY: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def check() -> None:
    """Failure DEADLINE_TOO_SHORT or DETECTION_TIMEOUT if nobody waits for what is under way any more."""
    if deadline := _UNDER_WAY.get():
        deadline.check()


def within(seconds: float) -> float:
    """As many of the seconds as are left, and one millisecond at the least."""
    deadline = _UNDER_WAY.get()
    return min(seconds, max(deadline.left(), 0.001)) if deadline else seconds


@contextmanager
def bounded(texts: Sequence[str]) -> Iterator[None]:
    """Holds work on some texts to ``LONGEST_SECONDS`` for each, where no call's deadline is under way.

    What runs in the caller's own process is bounded by this alone.
    """
    if _UNDER_WAY.get() is not None:
        yield
        return
    long = sum(-(-len(text) // LONG_TEXT) for text in texts)
    Deadline(longest=LONGEST_SECONDS * max(long, 1)).begin()
    try:
        yield
    finally:
        _UNDER_WAY.set(None)
