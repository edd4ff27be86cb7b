"""How many calls may wait or be open; what one may hold: ``bounds``, how long it may take: ``deadline``."""

from __future__ import annotations

from typing import Final

WAITING_CALLS: Final = 128
"""How many calls may wait for the one thread that decides; the next one is OVERLOADED."""
EXPLAINED_CHARACTERS: Final = 10_000
"""The most code points of a text to explain: its answer tells every match of every rule, in every view."""
TOLD_TIMES: Final = 3
"""A message so many times as long as one may be is still read, for its refusal to be told as others are."""
CONCURRENT_CALLS: Final = 1024
"""How many calls may be open at once, streams that rest included; gRPC refuses the next one."""
