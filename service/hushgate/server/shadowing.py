"""When a shadow's candidate is asked: between calls, at most a quarter of the deciding thread's time."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from hushgate.failure import Failure

if TYPE_CHECKING:
    from hushgate.server.assembly import Assembled
    from hushgate.server.frame import Frame

_BUSY_SECONDS: Final = 0.01
"""After how long a busy thread is looked at again."""
_REST: Final = 3.0
"""How much longer than the candidate was asked it is left alone."""


async def ask_when_idle(frame: Frame, assembled: Assembled) -> None:
    """Until it is cancelled, have the candidate asked about live answers, while no call waits."""
    shadow, loop, wanted = assembled.gate.shadow, asyncio.get_running_loop(), asyncio.Event()
    shadow.wake = lambda: loop.call_soon_threadsafe(wanted.set)
    shadow.crashed = frame.log.crash
    while True:
        await wanted.wait()
        wanted.clear()
        while shadow.waiting:
            if frame.busy:
                await asyncio.sleep(_BUSY_SECONDS)
                continue
            began = time.monotonic()
            await frame.run(shadow.ask_next)
            await asyncio.sleep((time.monotonic() - began) * _REST)


async def follow_shadow(frame: Frame, assembled: Assembled) -> None:
    """Take up a shadow that was started elsewhere, and let go of one that has ended."""
    shadow = assembled.gate.shadow
    run = await frame.run(lambda: shadow.follow(assembled.in_force.policies.active))
    if run is None:
        return
    try:
        candidate = await asyncio.to_thread(assembled.candidate, run)
    except Failure as failure:
        frame.log.deed("shadow", what="cannot run here", version=run.version, problem=failure.sentence)
        candidate = None
    await frame.run(lambda: shadow.take(run, candidate))
