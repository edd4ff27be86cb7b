"""Which of several overlapping findings wins: one written total order, and no character left open.

The order: an action that hides beats one that keeps; then the earliest start, the longest span, the
highest score, then the order in which they were given. A loser that reaches beyond the winner keeps
the part that is still free, so that every character of every hiding finding stays hidden.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from typing import TYPE_CHECKING

from hushgate.finding import free

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hushgate.finding import Finding


def settle(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Disjoint findings in order of their start, which cover all that any hiding finding covers.

    ``findings`` carry their actions. Where one is cut, each free part becomes a finding of its own.
    """
    ranked = sorted(findings, key=lambda f: (not f.action.hides, f.start, f.start - f.end, -f.score))
    taken: list[Finding] = []
    starts: list[int] = []
    for finding in ranked:
        for start, end in _free(finding, taken, starts):
            at = bisect_left(starts, start)
            whole = (start, end) == (finding.start, finding.end)
            taken.insert(at, finding if whole else replace(finding, start=start, end=end))
            starts.insert(at, start)
    return tuple(taken)


def _free(finding: Finding, taken: list[Finding], starts: list[int]) -> list[tuple[int, int]]:
    """The parts of the finding's span that no finding in ``taken`` holds."""
    at = max(bisect_left(starts, finding.start) - 1, 0)
    holding = ((taken[place].start, taken[place].end) for place in range(at, len(taken)))
    return list(free(finding.start, finding.end, holding))
