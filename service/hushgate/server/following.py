"""How a running server comes to other policies: it looks at files and store each second, or on SIGHUP."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from hushgate.failure import Failure
from hushgate.server.shadowing import follow_shadow

if TYPE_CHECKING:
    from hushgate.server.assembly import Assembled
    from hushgate.server.frame import Frame

POLICY_SECONDS: Final = 1.0
"""How often files and store are looked at: what is activated elsewhere decides here after so long."""


async def follow_policies(changed: asyncio.Event, assembled: Assembled, frame: Frame) -> None:
    """Until it is cancelled. ``changed``: look now.

    Files are read and tried beside the deciding thread; there the policies are swapped, between two calls.
    A store that is away, or a fault, leaves the policies that are in force.
    """
    looked = assembled.in_force.looked
    for problem in looked.problems:
        frame.log.deed("policy", what="refused", problem=str(problem))
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(changed.wait(), POLICY_SECONDS)
        changed.clear()
        try:
            seen, looked = looked, await asyncio.to_thread(assembled.files.look)
            for problem in looked.problems if looked.problems != seen.problems else ():
                frame.log.deed("policy", what="refused", problem=str(problem), refused=looked.refused)
            if await frame.run(lambda: assembled.follow(looked)):  # noqa: B023 - awaited here
                active = assembled.in_force.policies.active
                frame.log.deed("policy", what="in force", version=active.version, digest=active.digest)
            await follow_shadow(frame, assembled)
        except Failure:
            continue
        except Exception as error:
            frame.log.crash(error)
