"""Which values a customer says in two turns: "4111 1111", and in the next turn "1111 1111".

The end of one turn and the beginning of the next are looked at as one text. What is found across the seam is
the value; what stands of it in each turn is its half.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hushgate.detection.spelling import READ_OUT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hushgate.finding import Finding

TAIL = 80
"""Code points of a turn's end that are looked at with the next: a number and the words before it."""
_LEAD = 24
"""Code points that may stand in the next turn before the number goes on: "and then"."""
_SPELLED = "|".join(sorted((re.escape(word) for word in READ_OUT if word.isalpha()), key=len, reverse=True))
_ENDS = re.compile(rf"(?i)(?:\d|\b(?:{_SPELLED}))[\s.,…-]*\Z")
_DIGIT = re.compile(r"\d")
_SPELLED_ON = re.compile(rf"(?i)\b(?:{_SPELLED})\b")
_STOPS = " \t\r\n.,…-"
_FEWEST = 7
"""Letters and digits of a value that comes in two: what is shorter may be two numbers."""


@dataclass(frozen=True, slots=True)
class Half:
    """What stands of a split value in one turn."""

    turn: int
    """Its index; -1 for the turn that came before this call."""
    finding: Finding
    value: str = field(repr=False)
    """The whole of it."""


def tail(turn: str) -> str:
    """The end of a turn, if a number may go on behind it; else ""."""
    return turn[-TAIL:] if _ENDS.search(turn[-TAIL:]) else ""


def halves(
    before: str,
    turns: Sequence[tuple[str, Sequence[Finding]]],
    find: Callable[[str], Sequence[Finding]],
) -> Iterator[Half]:
    """The halves of each value that begins in one of the customer's turns and ends in the next.

    ``before``: the tail of the turn before the first. ``turns``: texts with what was found in each alone.
    ``find``: what stands in a text.
    """
    end, length = before, len(before)
    for index, (turn, found) in enumerate(turns):
        on = _DIGIT.search(turn, 0, _LEAD) or _SPELLED_ON.search(turn, 0, _LEAD)
        across = _across(end, turn[on.start() :], found, on.start(), find) if end and on else None
        stop = 0
        if across and on:
            finding, seam, value = across
            shift = length - len(end)
            stop = finding.end - seam + on.start()
            yield Half(index - 1, replace(finding, start=finding.start + shift, end=seam - 1 + shift), value)
            yield Half(index, replace(finding, start=on.start(), end=stop), value)
        # A number that has come to its end here does not go on in the next turn.
        end, length = tail(turn) if turn[stop:].strip(_STOPS) else "", len(turn)


def _across(
    end: str, head: str, found: Sequence[Finding], at: int, find: Callable[[str], Sequence[Finding]]
) -> tuple[Finding, int, str] | None:
    """What is found across a turn's end and the next one's head, where that begins, and the value.

    None where the head holds a whole value as surely. ``at``: where the head begins in its turn.
    """
    end = end.rstrip(_STOPS)
    seam, joined = len(end) + 1, f"{end} {head[:TAIL]}"
    sure = max((f.score for f in found if f.start <= at < f.end and _long(head, at, f)), default=0.0)
    for finding in find(joined):
        if (
            finding.start < seam - 1
            and finding.end > seam
            and finding.score > sure
            and _long(joined, 0, finding)
        ):
            return finding, seam, joined[finding.start : finding.end]
    return None


def _long(text: str, at: int, finding: Finding) -> bool:
    """Whether the finding is long enough for a value; ``text`` begins at ``at`` of what it was found in."""
    return sum(map(str.isalnum, text[max(0, finding.start - at) : finding.end - at])) >= _FEWEST
