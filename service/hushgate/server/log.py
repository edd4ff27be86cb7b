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


@dataclass(slots=True)
class Line:
    """What is known so far about one call. It becomes a line when the call is over."""

    rpc: str
    tenant: str = ""
    intent: str = ""
    """Set once the policy has known it: before that it is the caller's text."""
    policy_version: str = ""
    verdict: str = ""
    entities: Counter[str] = field(default_factory=Counter)
    reason: str = ""
    """Why there is no answer: a failure's reason, CANCELLED, or empty."""
    repeated: bool = False
    """The answer of an earlier call with the same request_id: counted then, not now."""
    began: float = field(default_factory=time.monotonic)

    def count(self, entities: Iterable[str]) -> None:
        """Add findings, by their entity."""
        self.entities.update(entities)


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
            milliseconds=round((time.monotonic() - line.began) * 1000, 1),
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
