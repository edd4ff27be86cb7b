"""Which question each turn of a conversation answers."""

from __future__ import annotations

import re
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
_ASIDE = 80
"""Code points at most of "one moment", and of what is said to somebody who looks for what was asked for."""
_REPLY = 160
"""Code points at most of what is said to somebody whose answer would not do."""
_LOOKS = re.compile(
    r"(?i)\b(?:bear|check|find|get|grab|hang|hold|look|minute|moment|open|pull|search|sec|second|wait)\b"
)
_SAYS_NO_MORE = re.compile(
    r"(?i)(?:\W{0,9}\b(?:a|alright|and|bear|check|course|find|for|get|give|go|gotta|grab|hang|have|here|hmm|hold|i"
    r"|ill|im|it|just|let|ll|look|m|me|minute|moment|my|need|no|now|of|oh|ok|okay|on|one|open|out|please|problem"
    r"|pull|search|sec|second|see|so|sorry|sure|thank|thanks|that|the|to|uh|um|up|wait|will|with|yeah|yep|yes|you)\b){1,30}\W{0,9}"
)
"""Somebody who asks for a moment says one of the former, and none but the latter."""


_TRIES_AGAIN = re.compile(
    r"(?i)\b(?:(?:did|do|does|could|can)(?:n['’]?t| not|not) (?:quite |really )?"
    r"(?:catch|get|hear|make|match|read|recogni[sz]e|understand)"
    r"|no \w{1,12}(?: \w{1,6}){0,3} that match|not (?:clear|valid|correct|right)"
    r"|incorrect|invalid|pardon|say that again|try again|once more)\b"
)
"""Somebody who says one of these and asks nothing has not had the answer that they asked for."""


def questions(turns: Iterable[tuple[str, str]]) -> list[str]:
    """For each (role, text), what was asked before it; "" where it answers nothing.

    A customer's turn answers all that was said to them since they last spoke: until somebody speaks to them
    again, the question stands; and beyond that, where they asked for a moment and were only given it, or were
    told that the answer would not do. Where
    nobody speaks to them at all, only their side is known, and the request that they begin with stands in for
    it; a turn with digits tells what was asked for, and is no request.
    """
    asked: list[str] = []
    said = request = ""
    spoken_to = customer_last = looking = False
    for role, text in turns:
        folded = role.casefold()
        if folded in CUSTOMER_ROLES:
            asked.append(said if spoken_to else request)
            if len(request) < _REQUEST and not any(map(str.isdecimal, text)):
                request = f"{request}\n{text}"[:_REQUEST].lstrip()
            looking = (looking or not customer_last) and _asks_for_a_moment(text)
            customer_last = True
            continue
        asked.append("")
        if folded not in _SILENT_ROLES:
            waits = looking and len(text) <= _ASIDE and "?" not in text
            stands = waits or (len(text) <= _REPLY and "?" not in text and bool(_TRIES_AGAIN.search(text)))
            said = f"{said}\n{text}" if said and (stands or not customer_last) else text
            spoken_to, customer_last, looking = True, False, False
    return asked


def _asks_for_a_moment(text: str) -> bool:
    return len(text) <= _ASIDE and bool(_LOOKS.search(text)) and bool(_SAYS_NO_MORE.fullmatch(text))
