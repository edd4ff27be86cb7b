"""Which policy runs as a shadow on all servers of a store, and what they have counted of it together."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hushgate.effect import Difference
from hushgate.failure import Failure, Reason
from hushgate.policy.reader import policy_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hushgate.policy.model import Policy
    from hushgate.sessions.board import Board, Kept

_RUN, _TALLY = "shadow", "shadow/tally"
_TRIES = 20
_MOST_ROWS = 2000
"""Differences that are told apart; what comes beyond counts as ``REST``."""
REST = Difference("", "", "rest", "", "", "")


@dataclass(frozen=True, slots=True)
class Run:
    """A candidate beside the active policy, from when it was started."""

    id: str
    version: str
    digest: str
    active_version: str
    active_digest: str
    """Of the policy that it is compared with: when another decides, the shadow ends."""
    recognizers: bool
    """Whether it runs with the packs that are set for shadows."""
    at: float
    """Seconds since the epoch."""
    by: str = field(repr=False)
    content: str = field(repr=False)
    """The policy, zlib and base 64."""
    ended: float = 0.0
    """Seconds since the epoch; 0: it runs."""

    @classmethod
    def of(cls, id_: str, candidate: Policy, active: Policy, *, recognizers: bool, at: float, by: str) -> Run:
        """A new one."""
        content = b64encode(zlib.compress(candidate.content.encode())).decode()
        decides = (active.version, active.digest)
        return cls(id_, candidate.version, candidate.digest, *decides, recognizers, at, by, content)

    @property
    def policy(self) -> Policy:
        """The candidate."""
        return policy_of(zlib.decompress(b64decode(self.content)).decode())


@dataclass(slots=True)
class Tally:
    """What was counted of a run."""

    compared: Counter[str] = field(default_factory=Counter)
    """Answers, by rpc; of a Redact its items."""
    changed: Counter[str] = field(default_factory=Counter)
    """Those of them that would have been others."""
    dropped: Counter[str] = field(default_factory=Counter)
    """Answers that were not looked at, since the server had better things to do."""
    errors: Counter[str] = field(default_factory=Counter)
    """Answers on which the candidate failed as no policy makes a call fail."""
    differences: Counter[Difference] = field(default_factory=Counter)

    @property
    def empty(self) -> bool:
        """Whether nothing was counted."""
        return not (self.compared or self.dropped or self.errors)

    def add(self, other: Tally) -> None:
        """Counts what ``other`` has, too."""
        for name in ("compared", "changed", "dropped", "errors"):
            getattr(self, name).update(getattr(other, name))
        for difference, count in other.differences.items():
            known = difference in self.differences or len(self.differences) < _MOST_ROWS
            self.differences[difference if known else REST] += count


class Agreed:
    """The run and its tally in the store. One thread at a time, the vault's."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._kept: Kept | None = None
        self._run: Run | None = None

    def run(self) -> Run | None:
        """The last run, ended or not; the same value again where nothing has changed."""
        kept = self._board.kept(_RUN, self._kept)
        if kept is not self._kept:
            self._kept, self._run = kept, Run(**json.loads(kept.data)) if kept else None
        return self._run

    def start(self, run: Run) -> None:
        """The run in the place of the one before, whose counts are gone."""
        self._change(_RUN, lambda _: asdict(run))
        self._change(_TALLY, lambda _: {"run": run.id})

    def end(self, id_: str, at: float) -> None:
        """Ends the run, where it is still the one, and runs."""

        def ended(data: Mapping[str, Any]) -> Mapping[str, Any]:
            run = Run(**data)
            return asdict(replace(run, ended=at)) if run.id == id_ and not run.ended else data

        self._change(_RUN, lambda data: ended(data) if data else data)

    def count(self, id_: str, tally: Tally) -> None:
        """Adds to the tally of the run, unless there is another by now."""

        def counted(data: Mapping[str, Any]) -> Mapping[str, Any]:
            if data.get("run") != id_:
                return data
            whole = _tally(data)
            whole.add(tally)
            return _written(id_, whole)

        self._change(_TALLY, counted)

    def tally(self, id_: str) -> Tally:
        """What all have counted of the run."""
        kept = self._board.kept(_TALLY)
        data = json.loads(kept.data) if kept else {}
        return _tally(data) if data.get("run") == id_ else Tally()

    def _change(self, name: str, change: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> None:
        """What is kept under the name, changed: redone when another server was first."""
        for _ in range(_TRIES):
            kept = self._board.kept(name)
            before = json.loads(kept.data) if kept else {}
            after = change(before)
            if after == before or self._board.keep(name, kept, json.dumps(after).encode()):
                return
        raise Failure(Reason.STORE_UNAVAILABLE, "too many servers change the shadow at once")


def _tally(data: Mapping[str, Any]) -> Tally:
    counts = {name: Counter(data.get(name, {})) for name in ("compared", "changed", "dropped", "errors")}
    rows = Counter({Difference(*row): count for row, count in data.get("differences", ())})
    return Tally(**counts, differences=rows)


def _written(id_: str, tally: Tally) -> Mapping[str, Any]:
    counts = {name: dict(getattr(tally, name)) for name in ("compared", "changed", "dropped", "errors")}
    return {"run": id_, **counts, "differences": [[list(row), n] for row, n in tally.differences.items()]}
