"""Which question each turn of a conversation answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

CUSTOMER_ROLES = frozenset({"user", "customer"})
"""Who speaks of values that are the customer's own words."""
DRAFTING_ROLES = frozenset({"assistant", "model", "ai"})
"""Whose turns are the model's own: what stands in them alone may come from anywhere."""
_SILENT_ROLES = frozenset({"system", "developer", "tool", "function", "action"})
"""Turns that nobody says to the customer."""
_REQUEST = 80
"""Code points of what a customer says first that tell what they want."""


def questions(turns: Iterable[tuple[str, str]]) -> list[str]:
    """For each (role, text), what was asked before it; "" where it answers nothing.

    A customer's turn answers all that was said to them since they last spoke: until somebody speaks to them
    again, the question stands. Where nobody speaks to them at all, only their side is known, and the request
    that they begin with stands in for it; a turn with digits tells what was asked for, and is no request.
    """
    asked: list[str] = []
    said = request = ""
    spoken_to = customer_last = False
    for role, text in turns:
        folded = role.casefold()
        if folded in CUSTOMER_ROLES:
            asked.append(said if spoken_to else request)
            if len(request) < _REQUEST and not any(map(str.isdecimal, text)):
                request = f"{request}\n{text}"[:_REQUEST].lstrip()
            customer_last = True
            continue
        asked.append("")
        if folded not in _SILENT_ROLES:
            said = text if customer_last or not said else f"{said}\n{text}"
            spoken_to, customer_last = True, False
    return asked
