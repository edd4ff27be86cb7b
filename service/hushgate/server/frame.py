"""What happens around every call: one thread decides, a failure becomes a status, the log gets one line.

A call that is out of time, cancelled, or one too many ends as an error before anything is decided.
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import grpc

from hushgate.deadline import Deadline
from hushgate.failure import Failure, Reason
from hushgate.server.identity import caller
from hushgate.server.limits import WAITING_CALLS
from hushgate.server.log import Line, Log
from hushgate.server.status import INTERNAL, status
from hushgate.stages import WATCHED, Stages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

T = TypeVar("T")
Context = grpc.aio.ServicerContext[Any, Any]
CANCELLED = "CANCELLED"
"""Why a call has no answer whose caller has gone away, or had no time left."""
TRACEPARENT = "traceparent"
"""The metadata key of https://www.w3.org/TR/trace-context/."""


class Watcher(Protocol):
    """Who is told of every call that is over."""

    def call(self, line: Line) -> None:
        """A call is over, and the line holds what is known about it."""


class Frame:
    """What all calls of a process share: its one deciding thread, and how many wait for it."""

    def __init__(self, log: Log, *, waiting_calls: int = WAITING_CALLS) -> None:
        self.log = log
        self._watchers: tuple[Watcher, ...] = ()
        self._timed = False
        self.admit: Callable[[str], None] = _all
        """Asked in the deciding thread, for each decision, whether the agent that calls may go on."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="decide")
        self._waiting = 0
        self._waiting_calls = waiting_calls

    def watch(self, watcher: Watcher, *, timed: bool = True) -> None:
        """Tell ``watcher`` of every call from now on, beside the log; ``timed``: with how long what took."""
        self._watchers = (*self._watchers, watcher)
        self._timed |= timed

    @asynccontextmanager
    async def call(self, rpc: str, context: Context) -> AsyncIterator[Line]:
        """Around the body of a servicer's method: the line that it fills in, and the status if it fails."""
        line = Line(rpc)
        if self._timed:
            line.stages = Stages()
            line.traceparent = _traceparent(context)
            WATCHED.set(line.stages)
        try:
            yield line
        except Failure as failure:
            line.reason = cause(failure)
            if failure.field == "tenant":
                line.tenant = ""  # then it is no tenant, and may be anything
            await context.abort_with_status(status(failure))
        except grpc.aio.AbortError:
            raise
        except Exception as error:  # gRPC would send its text to the caller
            line.reason = cause(error)
            self.log.crash(error)
            await context.abort_with_status(status(INTERNAL))
        except BaseException as error:
            line.reason = cause(error)
            raise
        finally:
            line.ended = time.monotonic()
            self.log.call(line)
            self._tell(line)

    def _tell(self, line: Line) -> None:
        """A watcher that fails must not fail the call."""
        for watcher in self._watchers:
            try:
                watcher.call(line)
            except Exception as error:
                self.log.crash(error)

    @property
    def busy(self) -> bool:
        """Whether a caller waits for the deciding thread."""
        return self._waiting > 0

    async def decide(self, context: Context, work: Callable[[], T]) -> T:
        """What ``work`` answers, in the one thread, in the order of asking.

        Failure OVERLOADED if too many wait already; DEADLINE_TOO_SHORT if the caller's time is out, before it
        begins or while it lasts. When the caller goes away, it ends at the next place where it looks.
        """
        deadline = Deadline(context.time_remaining())
        deadline.check()
        asked, stages = time.monotonic(), WATCHED.get()
        if self._waiting >= self._waiting_calls:
            raise Failure(Reason.OVERLOADED, "too many calls are waiting", limit=self._waiting_calls)

        agent = caller().agent

        def check() -> None:
            deadline.check()
            deadline.begin()
            if agent:
                self.admit(agent)

        def begin() -> T:
            if stages is None:
                check()
                return work()
            began = time.monotonic()
            stages.add("wait", asked, began)
            check()
            try:
                return work()
            finally:
                stages.add("decide", began, time.monotonic())

        self._waiting += 1
        try:
            return await self.run(partial(copy_context().run, begin))
        except asyncio.CancelledError:
            deadline.leave()
            raise
        finally:
            self._waiting -= 1

    async def run(self, work: Callable[[], T]) -> T:
        """What ``work`` answers, in the one thread: the server's own work, which no caller waits for."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def later(self, work: Callable[[], object]) -> None:
        """Have the one thread do what nobody waits for; the log gets why it failed."""

        def begin() -> None:
            try:
                work()
            except Exception as error:  # there is nobody else to tell
                self.log.crash(error)

        self._thread.submit(begin)

    def close(self) -> None:
        """Let go of the thread; what still waits is never begun."""
        self._thread.shutdown(wait=False, cancel_futures=True)


def cause(error: BaseException) -> str:
    """Why a call has no answer: a reason's name, or CANCELLED."""
    if isinstance(error, Failure):
        return error.reason.name
    return INTERNAL.reason.name if isinstance(error, Exception) else CANCELLED


def _traceparent(context: Context) -> str:
    """What the caller says of the trace that its call belongs to; empty if nothing."""
    for key, value in context.invocation_metadata() or ():
        if key == TRACEPARENT and isinstance(value, str):
            return value
    return ""


def _all(_: str) -> None:
    """Every agent may go on."""
