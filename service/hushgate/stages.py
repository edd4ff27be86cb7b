"""How long the stages of a call take, and what it uses of budgets, told to whoever watches; else at no cost.

A stage has a name out of the program and two times, and nothing of the call.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")

MOST_SPANS = 128
"""Of one call. A stream goes through its stages with each piece; later ones are counted, not kept."""


class Span(NamedTuple):
    """One run of a stage, in seconds of the monotonic clock."""

    stage: str
    began: float
    ended: float


@dataclass(slots=True)
class Stages:
    """What the stages of one call have taken so far."""

    spans: list[Span] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    """By stage, all its runs together."""
    budgets: dict[tuple[str, str], float] = field(default_factory=dict)
    """By agent of the register and name of the budget: the share that is used, 0 to 1."""

    def add(self, stage: str, began: float, ended: float) -> None:
        """A stage is over."""
        self.seconds[stage] = self.seconds.get(stage, 0.0) + ended - began
        if len(self.spans) < MOST_SPANS:
            self.spans.append(Span(stage, began, ended))


WATCHED: ContextVar[Stages | None] = ContextVar("watched", default=None)
"""Of the call that is under way in this context; None: nobody watches."""


def staged(stage: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Make each run of the decorated function a stage of the call that is under way."""

    def decorate(work: Callable[P, T]) -> Callable[P, T]:
        @wraps(work)
        def run(*arguments: P.args, **options: P.kwargs) -> T:
            stages = WATCHED.get()
            if stages is None:
                return work(*arguments, **options)
            began = time.monotonic()
            try:
                return work(*arguments, **options)
            finally:
                stages.add(stage, began, time.monotonic())

        return run

    return decorate
