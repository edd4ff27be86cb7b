"""What is decided of a draft: its verdict, what may be sent, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hushgate.calls import Verdict
from hushgate.finding import Action

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hushgate.calls import Ground, Located

TRIES = 3
"""How often a suggestion is made anew: what is left of a draft may read otherwise than the whole."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What ``review`` makes of a draft: ``content`` is what may be sent, None if it is blocked or held."""

    verdict: Verdict
    content: str | None = field(repr=False)
    reasons: tuple[Ground, ...]
    findings: tuple[Located, ...]
    suggestion: str = field(default="", repr=False)
    """What could be drafted instead where it is blocked or held; empty where there is nothing."""


def verdict_on(reasons: Iterable[Ground], *, hidden: bool) -> Verdict:
    """The verdict on these grounds: a block goes before what a person may decide."""
    actions = {ground.action for ground in reasons}
    if Action.BLOCK in actions:
        return Verdict.BLOCKED
    if Action.HOLD in actions:
        return Verdict.HELD
    return Verdict.REDACTED if hidden else Verdict.PASSED
