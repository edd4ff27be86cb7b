"""Waiting for what another process does soon: right, however long it takes on a busy machine."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def until(condition: Callable[[], T], seconds: float = 60) -> T:
    """What ``condition`` says as soon as that is true."""
    end = time.monotonic() + seconds
    while not (said := condition()):
        if time.monotonic() > end:
            raise AssertionError(condition)
        time.sleep(0.02)
    return said
