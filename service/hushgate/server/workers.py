"""How several processes serve one port: who starts them anew when they die, and when all of it ends.

Workers are spawned, never forked: gRPC's threads do not survive a fork. The parent runs no gRPC.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Final

from hushgate.failure import Failure, Reason
from hushgate.server.scraping import shared as counted
from hushgate.server.shared import shared

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from hushgate.server.address import Address
    from hushgate.server.scraping import Share, Shares
    from hushgate.settings import Settings

FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 30.0
"""Seconds before a worker that died is started anew; doubled each time, until one has lived for a while."""
LIVED_SECONDS: Final = 60.0
PATIENCE_SECONDS: Final = 10.0
"""Beyond drain and grace, before a worker that does not end is killed."""


class _Workers:
    """The processes of one server."""

    def __init__(
        self,
        settings: Settings,
        address: Address,
        announce: Callable[[str], None],
        stopping: asyncio.Event,
        shares: Shares | None,
    ) -> None:
        self._settings = settings
        self._address = address
        self._announce = announce
        self._context = multiprocessing.get_context("spawn")
        self._stopping = stopping
        self._shares = shares
        self._ready: set[int] = set()
        self._announced = False
        self._processes: set[SpawnProcess] = set()

    def hang_up(self) -> None:
        """SIGHUP, passed on: the workers look at the policies now."""
        for process in self._processes:
            if process.pid is not None and process.is_alive():
                os.kill(process.pid, signal.SIGHUP)

    async def keep(self, place: int) -> None:
        """Have one worker run, and another after it, until the stop. The first must come to serve."""
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            began = time.monotonic()
            status = await self._life(place)
            if self._stopping.is_set():
                return
            if not self._announced:
                self._stopping.set()
                raise Failure(Reason.INTERNAL, "a worker ended before it served; what it wrote says why")
            pause = FIRST_PAUSE if time.monotonic() - began > LIVED_SECONDS else pause
            print(f"hushgate: worker {place} ended with {status}; the next in {pause:.1f} s", file=sys.stderr)
            await _first(self._stopping.wait(), asyncio.sleep(pause))
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _life(self, place: int) -> int | None:
        """One process from start to end: its exit status."""
        ours, theirs = self._context.Pipe(duplex=False)
        share = self._shares.of(place) if self._shares else None
        process = self._context.Process(
            target=work, args=(self._settings, self._address, theirs, share), name=f"hushgate-{place}"
        )
        process.start()
        self._processes.add(process)
        theirs.close()
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        loop.add_reader(process.sentinel, ended.set)
        loop.add_reader(ours.fileno(), self._heard, place, ours)
        try:
            await _first(ended.wait(), self._stopping.wait())
            if not ended.is_set():
                await self._end(process, ended)
        finally:
            loop.remove_reader(process.sentinel)
            loop.remove_reader(ours.fileno())
            ours.close()
            self._ready.discard(place)
            self._processes.discard(process)
        process.join()
        return process.exitcode

    async def _end(self, process: SpawnProcess, ended: asyncio.Event) -> None:
        process.terminate()
        patience = self._settings.drain_seconds + self._settings.grace_seconds + PATIENCE_SECONDS
        await _first(ended.wait(), asyncio.sleep(patience))
        if not ended.is_set():
            process.kill()
            await ended.wait()

    def _heard(self, place: int, pipe: Connection) -> None:
        """A worker serves, or has closed its end."""
        asyncio.get_running_loop().remove_reader(pipe.fileno())
        try:
            notice = pipe.recv()
        except EOFError:
            return
        self._ready.add(place)
        if len(self._ready) == self._settings.workers and not self._announced:
            self._announced = True
            self._announce(notice)


async def supervise(settings: Settings, address: Address, announce: Callable[[str], None]) -> None:
    """Have ``settings.workers`` processes serve ``address`` until a signal, and return when all have drained.

    ``announce`` is told once, when all of them serve. Failure INTERNAL if one of the first never does.
    """
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    with shared(settings) as theirs, counted(settings) as (shares, said):
        workers = _Workers(theirs, address, lambda notice: announce(notice + said), stopping, shares)
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, workers.hang_up)
        lives = [asyncio.create_task(workers.keep(place)) for place in range(settings.workers)]
        results = await asyncio.gather(*lives, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result


def work(settings: Settings, address: Address, pipe: Connection, share: Share | None) -> None:
    """One worker's whole life, in its own process. It drains when its parent is gone, whatever ended it."""
    from hushgate.server.lifecycle import run  # noqa: PLC0415 - gRPC is for the workers alone

    async def live() -> None:
        stopping = asyncio.Event()
        parent = multiprocessing.parent_process()
        if parent is not None:
            asyncio.get_running_loop().add_reader(parent.sentinel, stopping.set)
        await run(settings, address, pipe.send, shared=True, share=share, stopping=stopping)

    try:
        asyncio.run(live())
    except Failure as failure:
        print(f"hushgate: {failure.sentence}", file=sys.stderr)
        os._exit(2)


async def _first(*waits: object) -> None:
    """Until one of the awaitables is done; the others are given up."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]  # type: ignore[call-overload]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
