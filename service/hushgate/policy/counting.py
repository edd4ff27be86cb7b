"""Which findings count: the thresholds of where they are going, the policy's ``allow`` and ``deny``."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import regex

from hushgate.finding import Finding
from hushgate.transformation.tokens import placeholders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hushgate.policy.model import Policy, Thresholds

RULE = "policy.deny"

# A value ends where a word ends, on a side where it is a word.
_DENIED = r"(?:(?<!\w)(?=\w)|(?=\W))\L<values>(?:(?<=\w)(?!\w)|(?<=\W))"


def counted(text: str, findings: Iterable[Finding], policy: Policy, thresholds: Thresholds) -> list[Finding]:
    """The findings in ``text`` that reach their threshold there and are not allowed, and all that is denied.

    Both lists mean whole values and whole words, in upper or lower case alike. What is denied counts, even
    if it is allowed too.
    """
    allowed = policy.allow and {value.casefold() for value in policy.allow}
    counting = [
        finding
        for finding in findings
        if finding.score >= thresholds.of(finding.entity)
        and not (allowed and text[finding.start : finding.end].strip().casefold() in allowed)
    ]
    return [*counting, *_denied(text, policy)] if policy.deny else counting


def deniable(texts: Sequence[str], policy: Policy) -> list[int]:
    """The places of the texts in which something that the policy denies may stand."""
    patterns = _patterns(_Deny(policy.digest, policy.deny)) if policy.deny else ()
    together = "\n".join(texts).casefold() if patterns else ""
    values = [value for _, values, _ in patterns for value in values if value in together]
    if not values:
        return []
    return [
        place
        for place, folded in enumerate(map(str.casefold, texts))
        if any(value in folded for value in values)
    ]


def _denied(text: str, policy: Policy) -> Iterator[Finding]:
    folded = text.casefold()
    ours = placeholders(text)
    for entity, values, pattern in _patterns(_Deny(policy.digest, policy.deny)):
        if not any(value in folded for value in values):
            continue
        for match in pattern.finditer(text):
            if not any(start <= match.start() and match.end() <= end for start, end in ours):
                yield Finding(*match.span(), entity, 1.0, RULE)


@dataclass(frozen=True, slots=True)
class _Deny:
    """A policy's ``deny``, known by the policy's digest."""

    digest: str
    lists: Mapping[str, tuple[str, ...]] = field(compare=False, repr=False)


@lru_cache(maxsize=16)
def _patterns(deny: _Deny) -> tuple[tuple[str, tuple[str, ...], regex.Pattern[str]], ...]:
    """Each entity with its values without case and the pattern that finds them."""
    return tuple(
        (
            entity,
            tuple(value.casefold() for value in values),
            regex.compile(_DENIED, regex.IGNORECASE | regex.FULLCASE, values=values),
        )
        for entity, values in deny.lists.items()
        if values
    )
