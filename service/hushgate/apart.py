"""Whose words are made up: findings told apart from the values that the session has made up itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hushgate.finding import Finding
from hushgate.sessions.standing import DATES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hushgate.sessions.session import Session

_NAMING = 3
"""Letters and digits that are left of a finding beside a made-up value, at the least, for it to count."""


def told_apart(text: str, found: Sequence[Finding], session: Session, *, real: bool) -> Sequence[Finding]:
    """The findings in a text that a model is to be told, in view of the session's made-up values.

    ``real``: the customer or a record says it. They know nothing of what was made up: where it stands there,
    it is somebody's value, and a finding. Elsewhere the model has written it, and it stays as it is.
    """
    if not session.surrogates:
        return found
    standing = session.surrogates.find(text).restored
    if real:
        meant = (one for one in standing if one.known.entity not in DATES)
        return (*found, *(Finding(r.start, r.end, r.known.entity, 1.0, "session.surrogate") for r in meant))
    ours = [
        (one.start, one.end)
        for one in standing
        if one.known.entity not in DATES or session.surrogates.is_moved_date(text[one.start : one.end])
    ]
    return tuple(
        replace(finding, start=start, end=end)
        for finding in found
        for start, end in _outside(finding, ours)
        if (start, end) == (finding.start, finding.end) or sum(map(str.isalnum, text[start:end])) >= _NAMING
    )


def _outside(finding: Finding, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The parts of the finding that stand in none of the spans, which are disjoint and in order."""
    at = finding.start
    for start, end in spans:
        if start < finding.end and at < end:
            if at < start:
                yield at, start
            at = end
    if at < finding.end:
        yield at, finding.end
