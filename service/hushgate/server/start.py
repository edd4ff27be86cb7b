"""How a server is started: at which address, and alone or as several workers."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hushgate.server.address import Address, check, reserved
from hushgate.server.assembly import check_shared
from hushgate.server.lifecycle import run
from hushgate.server.scraping import checked
from hushgate.server.workers import supervise

if TYPE_CHECKING:
    from collections.abc import Callable

    from hushgate.settings import Settings


def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT, and return when the calls under way are answered.

    ``announce`` is told once, when the server serves. Failure FIELD_INVALID if it cannot listen as it is set,
    and whatever reading its packs, policies, model and store fails with.
    """
    address = Address.parse(settings.listen)
    many = settings.workers > 1
    check_shared(settings)
    check(address, tls=settings.tls_cert is not None, insecure=settings.insecure, workers=settings.workers)
    if settings.metrics:
        checked(settings)
    with reserved(address, shared=many) as place:
        if many:
            asyncio.run(supervise(settings, place, announce))
        else:
            asyncio.run(run(settings, place, announce))
