"""Which refused calls have an entry of their own, and which are counted: a storm must not fill the disk."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

from hushgate.audit.decisions import new_id
from hushgate.audit.entry import Entry, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ALONE: Final = 20
"""Refused calls of one reason in a minute that have an entry each; more are counted by call and reason."""
_MINUTE: Final = 60.0


def refusal(
    rpc: str, reason: str, *, actor: str = "", tenant: str = "", agent: str = "", count: int = 0
) -> Entry:
    """That nothing was decided. ``count``: of how many calls, where it is an entry of several."""
    return Entry(
        rpc=rpc, decision_id=new_id(), stage=Stage.REFUSED, actor=actor, tenant=tenant, agent=agent,
        reasons={reason: count or 1}, items=count,
    )  # fmt: skip


class Refusals:
    """What one process has refused lately. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """``clock``: seconds that never go back."""
        self._clock = clock
        self._lock = threading.Lock()
        self._since = clock()
        self._alone: Counter[str] = Counter()
        self._more: Counter[tuple[str, str]] = Counter()

    def alone(self, entry: Entry) -> bool:
        """Whether the refusal is to have an entry of its own; it is counted otherwise."""
        (reason,) = entry.reasons
        with self._lock:
            if self._alone[reason] < ALONE:
                self._alone[reason] += 1
                return True
            self._more[entry.rpc, reason] += 1
            return False

    def missed(self, entry: Entry) -> None:
        """The entry could not be written: it is counted until it can be."""
        with self._lock:
            for reason, count in entry.reasons.items():
                self._more[entry.rpc, reason] += count

    def counted(self, *, now: bool = False) -> list[Entry]:
        """Once a minute, or ``now``: an entry for each call and reason of which some have none."""
        with self._lock:
            if not now and self._clock() - self._since < _MINUTE:
                return []
            self._since = self._clock()
            self._alone.clear()
            more: Mapping[tuple[str, str], int] = dict(self._more)
            self._more.clear()
        return [refusal(rpc, reason, count=count) for (rpc, reason), count in more.items()]
