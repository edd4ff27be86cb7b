"""Which agents are stopped, and what each has touched: known to all workers and replicas by the store."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from hushgate.sessions.board import Board, Kept

FRESH_SECONDS = 0.1
"""How old may be what is known of the suspended: after so long, every worker has heard of a suspension."""
GATE = "hushgate"
"""Who has suspended an agent, where no person has."""
_SUSPENSIONS = "agents/suspensions"
_SEEN = "agents/seen"
_ATTEMPTS = 50


@dataclass(frozen=True, slots=True)
class Suspension:
    """The last word on whether an agent may go on. Times are seconds since the epoch."""

    suspended: bool
    because: str
    """As its author stated it, redacted."""
    by: str
    at: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What an agent has done so far. Counts, never a value."""

    last: float = 0.0
    """When it last called, in seconds since the epoch; 0: never."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Calls by what was decided, and ``records``."""
    entities: Mapping[str, int] = field(default_factory=dict)

    def and_then(self, more: Seen) -> Seen:
        """Both together."""
        return Seen(
            max(self.last, more.last),
            dict(Counter(self.counts) + Counter(more.counts)),
            dict(Counter(self.entities) + Counter(more.entities)),
        )


class Roster:
    """The agents of one store, by id. One thread at a time."""

    def __init__(
        self,
        board: Board,
        *,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """``clock``: seconds since the epoch; ``ticks``: seconds that never go back."""
        self._board = board
        self._clock = clock
        self._ticks = ticks
        self._read_at = -FRESH_SECONDS
        self._known: Kept | None = None
        self._suspended: frozenset[str] = frozenset()
        self._unsaved: dict[str, Seen] = {}

    def check(self, agent_id: str) -> None:
        """Failure AGENT_NOT_ALLOWED if the agent is suspended; STORE_UNAVAILABLE if that cannot be known."""
        if self.is_suspended(agent_id):
            raise Failure(Reason.AGENT_NOT_ALLOWED, "this agent is suspended", field="agent_id")

    def is_suspended(self, agent_id: str) -> bool:
        """Whether the agent is stopped, as it was known FRESH_SECONDS ago or later."""
        now = self._ticks()
        if now - self._read_at >= FRESH_SECONDS:
            known = self._board.kept(_SUSPENSIONS, self._known)
            if known is not self._known:
                self._suspended = frozenset(
                    name for name, each in _read(known).items() if Suspension(**each).suspended
                )
                self._known = known
            self._read_at = now
        return agent_id in self._suspended

    def suspend(self, agent_id: str, *, because: str, by: str) -> Suspension:
        """Stop the agent. One that is stopped already stays as it was."""
        return self._set(agent_id, Suspension(suspended=True, because=because, by=by, at=self._clock()))

    def resume(self, agent_id: str, *, because: str, by: str) -> Suspension:
        """Let the agent go on. One that does so already stays as it was."""
        return self._set(agent_id, Suspension(suspended=False, because=because, by=by, at=self._clock()))

    def saw(self, agent_id: str, counts: Mapping[str, int], entities: Iterable[str] = ()) -> None:
        """Takes down what the agent has done; ``flush`` tells the others."""
        if agent_id:
            done = Seen(self._clock(), counts, Counter(entities))
            self._unsaved[agent_id] = self._unsaved.get(agent_id, Seen()).and_then(done)

    def flush(self) -> None:
        """Adds what was taken down here to what all workers know. Failure STORE_UNAVAILABLE keeps it."""
        if not self._unsaved:
            return

        def added(all_seen: dict[str, Any]) -> None:
            for agent_id, done in self._unsaved.items():
                all_seen[agent_id] = asdict(Seen(**all_seen.get(agent_id, {})).and_then(done))

        self._change(_SEEN, added)
        self._unsaved.clear()

    def all(self) -> Mapping[str, tuple[Suspension | None, Seen]]:
        """Every agent that was ever suspended or seen, by id."""
        self.flush()
        suspensions, seen = (_read(self._board.kept(name)) for name in (_SUSPENSIONS, _SEEN))
        return {
            name: (
                Suspension(**suspensions[name]) if name in suspensions else None,
                Seen(**seen.get(name, {})),
            )
            for name in sorted({*suspensions, *seen})
        }

    def _set(self, agent_id: str, wanted: Suspension) -> Suspension:
        def changed(suspensions: dict[str, Any]) -> None:
            if suspensions.get(agent_id, {}).get("suspended", False) is not wanted.suspended:
                suspensions[agent_id] = asdict(wanted)

        suspensions = self._change(_SUSPENSIONS, changed)
        self._read_at = -FRESH_SECONDS
        return Suspension(**suspensions.get(agent_id, asdict(wanted)))

    def _change(self, name: str, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """What is kept under the name, changed: redone when another writer was first."""
        for _ in range(_ATTEMPTS):
            known = self._board.kept(name)
            value = _read(known)
            change(value)
            data = json.dumps(value).encode()
            if (known is not None and data == known.data) or self._board.keep(name, known, data):
                return value
        raise Failure(Reason.STORE_UNAVAILABLE, "too many calls change the agents at once")


def _read(known: Kept | None) -> dict[str, Any]:
    return dict(json.loads(known.data)) if known else {}
