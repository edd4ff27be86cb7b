"""What the server writes about its calls: one JSON line a call, of fixed fields, none of which is a value.

What other libraries log is written as logger, level and place alone, since their sentences may quote a text.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from hushgate.finding import Finding
    from hushgate.stages import Stages

RESTORED = frozenset({"session.token", "session.surrogate"})
"""The rules of what a review has turned back (``outbound/looking.py``)."""


@dataclass(slots=True)
class Line:
    """What is known so far about one call. It becomes a line when the call is over."""

    rpc: str
    tenant: str = ""
    intent: str = ""
    """Set once the policy has known it: before that it is the caller's text."""
    agent: str = field(default="", repr=False)
    """The caller's text."""
    policy_version: str = ""
    verdict: str = ""
    findings: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By entity and action."""
    scores: dict[str, tuple[int, float]] = field(default_factory=dict)
    """By the rule that found something: how often, and the sum of the scores."""
    restored: int = 0
    """Values that stood behind a token, or a made-up value, and went out as they are."""
    grounds: Counter[str] = field(default_factory=Counter)
    """Why a draft was changed or stopped, by code."""
    fields: Counter[str] = field(default_factory=Counter)
    """Fields of records, by action."""
    reason: str = ""
    """Why there is no answer: a failure's reason, CANCELLED, or empty."""
    written: bool = False
    """The audit log says itself that there is none."""
    repeated: bool = False
    """The answer of an earlier call with the same request_id: counted then, not now."""
    stages: Stages | None = None
    """What took how long; None where nobody watches."""
    traceparent: str = field(default="", repr=False)
    """The caller's, as it came: it may be anything."""
    began: float = field(default_factory=time.monotonic)
    ended: float = 0.0
    """Set when the call is over."""

    def count(self, findings: Iterable[Finding]) -> None:
        """Add findings."""
        for finding in findings:
            self.findings[finding.entity, finding.action.value] += 1
            count, total = self.scores.get(finding.rule, (0, 0.0))
            self.scores[finding.rule] = (count + 1, total + finding.score)
            self.restored += finding.rule in RESTORED and not finding.action.hides

    @property
    def entities(self) -> Counter[str]:
        """How many findings there were, by entity."""
        counted: Counter[str] = Counter()
        for (entity, _), count in self.findings.items():
            counted[entity] += count
        return counted


class Log:
    """A stream of JSON lines. It is written to from several threads."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def call(self, line: Line) -> None:
        """One call is over."""
        self._write(
            event="call",
            rpc=line.rpc,
            tenant=line.tenant,
            intent=line.intent,
            policy_version=line.policy_version,
            verdict=line.verdict,
            entities=dict(sorted(line.entities.items())),
            scores={rule: [n, round(total / n, 3)] for rule, (n, total) in sorted(line.scores.items())},
            milliseconds=round((line.ended - line.began) * 1000, 1),
            reason=line.reason,
            repeated=line.repeated,
        )

    def deed(self, event: str, **fields: str | int) -> None:
        """A person has done what only some may: who is forgotten or what is revealed, by keyed hashes."""
        self._write(event=event, **fields)

    def crash(self, error: BaseException) -> None:
        """An unexpected exception: its type and where it rose, never its text, which may quote a value."""
        self._write(event="crash", type=type(error).__name__, frames=_frames(error.__traceback__))

    def foreign(self, record: logging.LogRecord) -> None:
        """Another library has logged."""
        kind = record.exc_info[0] if record.exc_info else None
        self._write(
            event="library",
            logger=record.name,
            level=record.levelname,
            place=f"{record.pathname}:{record.lineno}",
            type=kind.__name__ if kind else "",
        )

    def _write(self, **fields: object) -> None:
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        text = json.dumps({"time": now, **fields}) + "\n"
        with self._lock:
            self._stream.write(text)
            self._stream.flush()


class _Foreign(logging.Handler):
    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        self._log.foreign(record)


def take_over(log: Log) -> None:
    """Send what libraries and threads would print through ``log``: for the owner of a process alone."""
    logging.root.handlers = [_Foreign(log)]
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False
    threading.excepthook = lambda crash: log.crash(crash.exc_value or crash.exc_type())
    sys.unraisablehook = lambda crash: log.crash(crash.exc_value or crash.exc_type())


def _frames(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(trace)]
