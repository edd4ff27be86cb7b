"""By which keys a value is known in another conversation: by what all its writings share, and no others.

Only what tells enough has one. They tell the value: the vault hashes them before a store sees them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from hushgate.finding import NOTE
from hushgate.sessions.facts import UNTYPED
from hushgate.sessions.people import without_title
from hushgate.sessions.rarity import TELLING, surprise
from hushgate.sessions.streets import first_line, house
from hushgate.transformation.people import fold, name_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

NAMING = 10.0
"""What a whole name must tell: agents, colleagues and shops have common ones, too."""
ADDRESSING = 12.0
"""What a street and its number must tell."""
WORDS = 3
"""Words of a name, at most."""
NATIONAL = 10
"""Last digits of a telephone number that tell it, however its country is written."""
SHARED = frozenset(
    {
        *("DATE_TIME", "DATE_OF_BIRTH", "AGE", "LOCATION", "POSTCODE", "ORGANIZATION", "NRP", "URL", "ICD"),
        *("SWIFT_CODE", "US_ROUTING_NUMBER", "UK_SORT_CODE", "AU_BSB", "IP_ADDRESS", "EMPLOYEE_ID"),
        *("CARD_EXPIRY", "CARD_SECURITY_CODE", UNTYPED, NOTE),
    }
)
"""Entities whose values many people share, or that are no value of one person's."""
MAILBOX = re.compile(
    r"(?i)(?:info|contact|hello|support|help|helpdesk|service|care|sales|billing|orders?|returns|refunds?|claims"
    r"|accounts?|admin|office|team|press|privacy|security|abuse|postmaster|webmaster|no-?reply|do-?not-?reply"
    r"|customer[._-]?(?:service|care|support|relations))@"
)
"""A company's own addresses; among them those of RFC 2142."""
_TOLL_FREE = re.compile(r"8(?:00|08|33|44|55|66|77|88)")
_POSSESSIVE = re.compile(r"['’]s(?!\w)", re.IGNORECASE)


def value_keys(entity: str, value: str) -> Iterator[str]:
    """The keys of a value; none where it tells too little."""
    if entity in SHARED:
        return
    if entity == "PERSON":
        yield from name_keys(value)
    elif entity == "PHONE_NUMBER":
        yield from phone_keys(folded(value))
    elif entity == "STREET_ADDRESS":
        for part in dict.fromkeys((value, first_line(value))):
            if any(map(str.isdecimal, part)) and surprise(part) >= ADDRESSING:
                yield folded(part)
        if found := house(value):
            yield from house_keys(found.number, found.named)
    else:
        yield from bare_keys(value)


def bare_keys(value: str) -> Iterator[str]:
    """The key of a value of any other kind, or of none that is known."""
    if not MAILBOX.match(value) and surprise(value) >= TELLING:
        yield folded(value)


def folded(value: str) -> str:
    """Its letters and digits, without case."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", value).casefold()))


def phone_keys(digits: str) -> Iterator[str]:
    """The key of a telephone number: its last digits."""
    national = digits[-NATIONAL:]
    if len(national) >= TELLING and not _TOLL_FREE.match(national):
        yield national


def name_keys(name: str) -> Iterator[str]:
    """The keys of a whole name: its words, or the first and the last, in any order."""
    yield from (" ".join(sorted(part)) for part in _names(name))


def glued_keys(name: str) -> Iterator[str]:
    """Those of a name whose words are written as one, or letter by letter."""
    yield from ("".join(part) for part in _names(name))


def house_keys(number: str, names: Sequence[str]) -> Iterator[str]:
    """The key of a house by its number and the words of its street, in any order."""
    words = sorted(fold(name.strip(".")) for name in names)
    if surprise(f"{number} {' '.join(words)}") >= ADDRESSING:
        yield " ".join((number.casefold(), *words))


def _names(name: str) -> Iterable[tuple[str, ...]]:
    """The words of a name that tell it."""
    words = name_words(without_title(_POSSESSIVE.sub("", name))[1])
    if len(words) < 2 or len(words) > 2 * WORDS:
        return
    for part in dict.fromkeys((tuple(words), (words[0], words[-1]))):
        if all(len(word) > 1 for word in part) and surprise(" ".join(part)) >= NAMING:
            yield part
