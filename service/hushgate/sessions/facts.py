"""What a session remembers: five kinds of fact, and when two writings are one value."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Known:
    """A value that stood in a record, or that the customer said."""

    value: str = field(repr=False)
    entity: str
    """What it is; ``FIELD_VALUE`` where nobody could tell."""
    path: str = ""
    """The field of the record, as ``customer.account.number``; empty for what was said."""
    source: str = ""
    subject: str = ""
    """Whom the record is about; empty when it did not say."""
    dropped: bool = False
    """The intent had no use for the field: the model has not seen it."""
    said: bool = False
    """The customer said it in this conversation."""
    number: bool = False
    """It was a JSON number."""


@dataclass(frozen=True, slots=True)
class Pseudonym:
    """A token's id, and the value that it stands for."""

    identifier: str
    known: Known


@dataclass(frozen=True, slots=True)
class Surrogate:
    """A made-up value, and what it stands for: a word of a name, or a whole value of another kind."""

    text: str = field(repr=False)
    known: Known


@dataclass(frozen=True, slots=True)
class Gist:
    """What one sentence of a note tells: keyed hashes of words or pairs of words, and how much each tells."""

    length: int
    """Words of the sentence."""
    least: float
    """What a copy of it must tell."""
    marks: tuple[tuple[bytes, float], ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Note:
    """An internal note's fingerprint: keyed hashes of all its runs of ``width`` words, never the words."""

    path: str
    source: str
    width: int
    prints: frozenset[bytes] = field(repr=False)
    gists: tuple[Gist, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Customer:
    """The subject who reads the answers of this conversation."""

    subject: str


Fact = Known | Pseudonym | Surrogate | Note | Customer

UNTYPED = "FIELD_VALUE"
"""The entity of a record's value that no rule and no policy gives a type."""


def canonical(value: str) -> str:
    """What two writings of one value share: NFKC, no case, single spaces, none where digits stand."""
    folded = unicodedata.normalize("NFKC", value).casefold()
    if any(c.isdecimal() for c in folded) and "@" not in folded:
        return "".join(c for c in folded if c.isalnum())
    return " ".join(folded.split())
