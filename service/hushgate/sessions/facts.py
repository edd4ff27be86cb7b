"""What a session remembers, fact by fact, and when two writings are one value."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

from hushgate.detection.views import views
from hushgate.transformation.joinable import normal_form


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
    """A token's id, with its form if it has one, and the value that it stands for."""

    identifier: str
    known: Known
    gender: str = ""
    """``m`` or ``f`` where a title told whom it names."""


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
    words: frozenset[bytes] = field(repr=False)
    """Keyed hashes of its words, one by one."""
    gists: tuple[Gist, ...] = field(default=(), repr=False)
    model: bytes = b""
    """Which model of sentences has made ``meanings``; empty where there is none."""
    meanings: tuple[bytes, ...] = field(default=(), repr=False)
    """What its sentences say, as vectors of bytes."""


@dataclass(frozen=True, slots=True)
class Customer:
    """The subject who reads the answers of this conversation."""

    subject: str


@dataclass(frozen=True, slots=True)
class Tail:
    """How the customer's last turn ended, where a number may go on in the next; "" where none may."""

    number: int
    """Which one of the session's."""
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Told:
    """Digits that a message to this destination had and that may be parts of a known number."""

    destination: str
    groups: tuple[str, ...] = field(repr=False)
    place: int
    """How many such messages went before."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A risk signal that a call has given. It holds to the end of the session."""

    name: str


@dataclass(frozen=True, slots=True)
class Heard:
    """Keys of what stood in this conversation and could be a value of another one; see ``elsewhere``."""

    keys: tuple[str, ...] = field(repr=False)
    """In order."""


Fact = Known | Pseudonym | Surrogate | Note | Customer | Tail | Told | Signal | Heard


def subject_of(fact: Fact) -> str:
    """Whom the fact is about; empty where it does not say."""
    match fact:
        case Known(subject=subject) | Customer(subject=subject):
            return subject
        case Pseudonym(known=known) | Surrogate(known=known):
            return known.subject
        case _:
            return ""


UNTYPED = "FIELD_VALUE"
"""The entity of a record's value that no rule and no policy gives a type."""


def canonical(value: str) -> str:
    """What two writings of one value share: NFKC, no case, single spaces, none where digits stand."""
    folded = unicodedata.normalize("NFKC", value).casefold()
    if any(c.isdecimal() for c in folded) and "@" not in folded:
        return "".join(c for c in folded if c.isalnum())
    return " ".join(folded.split())


_SAME_DIGITS = frozenset(
    {"CREDIT_CARD", "PHONE_NUMBER", "US_SSN", "IBAN_CODE", "ACCOUNT_ID", "US_BANK_NUMBER", "ORDER_ID"}
)
"""Entities in which dots, slashes and brackets are only ways to write one number."""
_SPELLED = 4
"""A value with fewer digits may be spelled out."""


def identity(entity: str, value: str) -> str:
    """What makes two values of an entity one: its normal form, digits also when they are spelled out.

    Unlike ``canonical``, which finds a value, it never makes two dates or two amounts one.
    """
    if entity not in _SAME_DIGITS:
        return normal_form(entity, value)
    digits = [c for c in value if c.isdecimal()]
    if len(digits) < _SPELLED:
        spoken = (view.text for view in views(value))
        value = max(spoken, key=lambda text: sum(map(str.isdecimal, text)), default=value)
    return "".join(c for c in normal_form(entity, value) if c.isalnum() or c == "+")
