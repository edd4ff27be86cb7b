"""What a finding is: where something sensitive stands, what it is, and what is done about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Action(StrEnum):
    """What is done with a field or a finding."""

    KEEP = "keep"
    """Passes as it is."""
    DROP = "drop"
    """Left out, with its key."""
    REDACT = "redact"
    """``[ENTITY]`` stands in its place."""
    MASK = "mask"
    """Letters and digits become ``*``; what shows its form stays."""
    LAST4 = "last4"
    """All but the last four letters or digits become ``*``."""
    HASH = "hash"
    """A keyed hash: the same value, the same stand-in, no way back."""
    GENERALIZE = "generalize"
    """A coarser value: a year, an area, a range."""
    PSEUDONYMIZE = "pseudonymize"
    """A token of the session, which can be restored."""
    ENCRYPT = "encrypt"
    """A ciphertext under the tenant's key."""
    BLOCK = "block"
    """The whole text is refused."""
    HOLD = "hold"
    """The whole text waits for a person."""

    @property
    def hides(self) -> bool:
        """Whether the value itself is gone afterwards."""
        return self is not Action.KEEP

    @property
    def stops(self) -> bool:
        """Whether nothing of the text goes out."""
        return self in {Action.BLOCK, Action.HOLD}


SECRETS = frozenset({"API_KEY", "ACCESS_TOKEN", "PASSWORD", "PRIVATE_KEY", "CONNECTION_STRING"})
"""Entities that open a door, whoever's they are: a policy's ``secrets:`` speaks of these."""


NOTE = "INTERNAL_NOTE"
"""The entity of what staff have written for staff: a policy's ``internal_notes:`` speaks of it."""

SIMILAR = "session.similar"
"""The rule by which a text says in other words what a note says: a policy's ``similar_notes:``."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A half-open span ``[start, end)`` of a text in Unicode code points. Never the value."""

    start: int
    end: int
    entity: str
    """Presidio's vocabulary where it has a word: ``CREDIT_CARD``, ``PERSON``."""
    score: float
    """0 to 1."""
    rule: str
    """The id of what found it: ``payment.card``, ``names.spacy``, ``session.value``."""
    action: Action = Action.KEEP
    decided_by: tuple[str, ...] = ()
    """What made the action stricter than the destination has it: ``risk.new_device``, ``profile.gdpr``."""


def free(start: int, end: int, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The parts of ``[start, end)`` that none of the half-open ``spans`` covers; these in order of start."""
    for first, last in spans:
        if first >= end:
            break
        if first > start:
            yield start, first
        start = max(start, last)
    if start < end:
        yield start, end
