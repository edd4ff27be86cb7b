"""Which of several actions holds: the stricter, by one total order, so that more rules can only hide more.

All that may tighten what a policy does (channels, tools, risk signals, profiles) is put together here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hushgate.finding import Action

if TYPE_CHECKING:
    from collections.abc import Iterable

STRICTNESS: Final = (
    Action.KEEP, Action.LAST4, Action.GENERALIZE, Action.MASK, Action.PSEUDONYMIZE, Action.HASH,
    Action.ENCRYPT, Action.REDACT, Action.DROP, Action.HOLD, Action.BLOCK,
)  # fmt: skip
"""All actions, the laxest first: by how much of a value the reader may learn at the most.

The last four of a date are its day; a year is not. So ``generalize`` is stricter than ``last4``.
"""
_PLACE: Final = {action: place for place, action in enumerate(STRICTNESS)}


def stricter(one: Action, other: Action) -> Action:
    """Of two actions the one that tells the reader less."""
    return max(one, other, key=_PLACE.__getitem__)


def tightened(action: Action, said: Iterable[tuple[str, Action]]) -> tuple[Action, tuple[str, ...]]:
    """The strictest of ``action`` and all that is said beside, and who says it, in their order.

    Nobody does where ``action`` itself is as strict. ``said``: who, and what.
    """
    listed = list(said)
    strictest = action
    for _, each in listed:
        strictest = stricter(strictest, each)
    if strictest is action:
        return action, ()
    return strictest, tuple(dict.fromkeys(who for who, each in listed if each is strictest))
