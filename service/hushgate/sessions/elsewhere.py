"""Which values of one conversation are known again in another, and as what: told by keys, never by values.

A key is what all writings of a value share: letters and digits, the last ten digits of a telephone number,
the words of a whole name in any order. Only what tells enough has one. The vault hashes a key before a store
sees it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

import regex

from hushgate.detection.views import views
from hushgate.finding import NOTE
from hushgate.sessions.facts import UNTYPED, Known
from hushgate.sessions.people import without_title
from hushgate.sessions.rarity import TELLING, surprise
from hushgate.transformation.people import name_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hushgate.finding import Finding
    from hushgate.sessions.facts import Fact

_NAMING = 10.0
"""What a whole name must tell: agents, colleagues and shops have common ones, too."""
_TELLING_WORD = 4.0
"""What a word of a name must tell for it to matter whether this conversation has had it."""
_ADDRESSING = 12.0
"""What a street and its number must tell."""
_WORDS = 3
"""Words of a name, at most."""
_LONGEST = 200
"""Code points of a word that is looked at; what is longer is text that something was put into."""
_NATIONAL = 10
"""Last digits of a telephone number that tell it, however its country is written."""
_DIALLED = 15
"""Digits that a telephone number may have, by ITU-T E.164."""

_SHARED = frozenset(
    {
        *("DATE_TIME", "DATE_OF_BIRTH", "AGE", "LOCATION", "POSTCODE", "ORGANIZATION", "NRP", "URL", "ICD"),
        *("SWIFT_CODE", "US_ROUTING_NUMBER", "UK_SORT_CODE", "AU_BSB", "IP_ADDRESS", "EMPLOYEE_ID"),
        *("CARD_EXPIRY", "CARD_SECURITY_CODE", UNTYPED, NOTE),
    }
)
"""Entities whose values many people share, or that are no value of one person's."""
_SPOKEN_OF = frozenset({"PERSON", "PHONE_NUMBER", "EMAIL_ADDRESS"})
"""Entities that customers name as often when they are a company's or its staff's."""
_MAILBOX = re.compile(
    r"(?i)(?:info|contact|hello|support|help|helpdesk|service|care|sales|billing|orders?|returns|refunds?|claims"
    r"|accounts?|admin|office|team|press|privacy|security|abuse|postmaster|webmaster|no-?reply|do-?not-?reply"
    r"|customer[._-]?(?:service|care|support|relations))@"
)
"""A company's own addresses; among them those of RFC 2142."""
_TOLL_FREE = re.compile(r"8(?:00|08|33|44|55|66|77|88)")

_NUMBER = re.compile(r"\d(?:[ ().·/-]{0,3}\d){7,39}")
_WORD = re.compile(r"\S+")
_MARKED = re.compile(r"[\d@]")
_EDGES = ".,;:!?\"'“”‘’()[]{}<>*_/\\|=#-"
_INSIDE = re.compile(r"[=:,;|()\[\]{}<>\"'&?/_]")
_CAPITAL = regex.compile(r"(?<!\p{L})\p{Lu}[\p{L}'’-]+")
_BETWEEN = re.compile(r"[ ,_*+\u00a0]{1,5}")
"""What stands between the words of a name, also in a file's name, a link or in bold."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A half-open span of a text in code points that may hold a value of another conversation."""

    start: int
    end: int
    entity: str
    key: str = field(repr=False)


def candidates(text: str, found: Iterable[Finding] = ()) -> list[Candidate]:
    """What in the text tells enough to be looked for, in every view, overlaps included.

    ``found``: what detectors found in it. Beside that, by its form: long numbers, words with digits, e-mail
    addresses, whole names.
    """
    spotted = [*_of_findings(text, found), *_names(text), *_numbers(text)]
    for view in views(text):
        spotted += (
            Candidate(*view.origin(each.start, each.end), each.entity, each.key)
            for each in (*_names(view.text), *_numbers(view.text))
        )
    return list(dict.fromkeys(spotted))


def apart(spotted: Iterable[Candidate]) -> list[Candidate]:
    """Without those that stand inside another: what has a kind first, then the longest."""
    kept: list[Candidate] = []
    for each in sorted(spotted, key=lambda c: (c.entity == UNTYPED, c.start - c.end)):
        if not any(other.start <= each.start and each.end <= other.end for other in kept):
            kept.append(each)
    return kept


def keys_in(text: str, found: Iterable[Finding] = ()) -> Iterator[str]:
    """The keys of all that stands in the text, and its words: a name may stand there in parts."""
    yield from (each.key for each in candidates(text, found))
    yield from (word for word in name_words(text) if surprise(word) >= _TELLING_WORD)


def holdings(facts: Iterable[Fact]) -> Iterator[tuple[str, str]]:
    """The keys of values that may not turn up in another conversation, each with whom it is about, if known.

    A name in two fields of one object is one name.
    """
    apart: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for fact in facts:
        if not isinstance(fact, Known) or fact.entity in _SHARED or not (fact.path or fact.said):
            continue
        if fact.said and fact.entity in _SPOKEN_OF:
            continue
        if fact.entity == "PERSON" and len(name_words(fact.value)) == 1:
            apart[fact.source, fact.subject, fact.path.rpartition(".")[0]].append(fact.value)
        for key in _keys(fact.entity, fact.value):
            yield key, fact.subject
    for (_, subject, _), words in apart.items():
        for pair in combinations(dict.fromkeys(words[:_WORDS]), 2):
            for key in _name_keys(" ".join(pair)):
                yield key, subject


def _keys(entity: str, value: str) -> Iterator[str]:
    """The keys of a value; none where it tells too little."""
    if entity == "PERSON":
        yield from _name_keys(value)
    elif entity == "PHONE_NUMBER":
        yield from _phone_keys(_folded(value))
    elif entity == "STREET_ADDRESS":
        line = re.split(r"[,\n]", value, maxsplit=1)[0]
        for part in dict.fromkeys((value, line)):
            if any(map(str.isdecimal, part)) and surprise(part) >= _ADDRESSING:
                yield _folded(part)
    elif not _MAILBOX.match(value) and surprise(value) >= TELLING:
        yield _folded(value)


def _folded(value: str) -> str:
    """Its letters and digits, without case."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", value).casefold()))


def _phone_keys(digits: str) -> Iterator[str]:
    national = digits[-_NATIONAL:]
    if len(national) < TELLING or _TOLL_FREE.match(national):
        return
    yield national


def _name_keys(name: str) -> Iterator[str]:
    words = name_words(without_title(name)[1])
    if len(words) < 2 or len(words) > 2 * _WORDS:
        return
    for part in dict.fromkeys((tuple(words), (words[0], words[-1]))):
        if all(len(word) > 1 for word in part) and surprise(" ".join(part)) >= _NAMING:
            yield " ".join(sorted(part))


def _of_findings(text: str, found: Iterable[Finding]) -> Iterator[Candidate]:
    for finding in found:
        if finding.entity not in _SHARED:
            for key in _keys(finding.entity, text[finding.start : finding.end]):
                yield Candidate(finding.start, finding.end, finding.entity, key)


def _numbers(text: str) -> Iterator[Candidate]:
    """Long numbers, words with digits, e-mail addresses."""
    if not _MARKED.search(text):
        return
    for number in _NUMBER.finditer(text):
        digits = _folded(number.group())
        yield Candidate(*number.span(), UNTYPED, digits)
        if _NATIONAL <= len(digits) <= _DIALLED:
            for key in _phone_keys(digits):
                yield Candidate(*number.span(), "PHONE_NUMBER", key)
    for start, end in _words(text):
        if "@" in (word := text[start:end]):
            if not _MAILBOX.match(word):
                yield from (Candidate(start, end, "EMAIL_ADDRESS", key) for key in _keys("", word))
        else:
            yield from (Candidate(start, end, UNTYPED, key) for key in _keys("", word))


def _words(text: str) -> Iterator[tuple[int, int]]:
    """The words that hold a digit or an at sign, and their parts, without what stands round them."""
    for word in _WORD.finditer(text):
        start, end = word.span()
        if end - start > _LONGEST or not _MARKED.search(text, start, end):
            continue
        inside = [mark.start() for mark in _INSIDE.finditer(text, start, end)]
        parts = {(start, end), *zip((start, *(at + 1 for at in inside)), (*inside, end), strict=True)}
        for first, last in sorted(parts):
            part = text[first:last]
            bare = part.strip(_EDGES)
            if _MARKED.search(bare):
                first += part.index(bare)  # noqa: PLW2901
                yield first, first + len(bare)


def _names(text: str) -> Iterator[Candidate]:
    """Two or three words in a row that begin with a capital and tell as much as a name does."""
    run: list[tuple[int, int, float]] = []
    for word in _CAPITAL.finditer(text):
        if run and not _BETWEEN.fullmatch(text, run[-1][1], word.start()):
            run = []
        run = [*run[1 - _WORDS :], (*word.span(), surprise(word.group()))]
        for first in range(len(run) - 1):
            if sum(tells for *_, tells in run[first:]) >= _NAMING:
                start, end = run[first][0], word.end()
                for key in _name_keys(text[start:end]):
                    yield Candidate(start, end, "PERSON", key)


class Held:
    """The keys that a session knows itself; those of its values are made only when they are asked for."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._values: list[str] = []

    def add(self, value: str) -> None:
        """The session knows the value, and what stands in it."""
        self._values.append(value)

    def take(self, keys: Sequence[str]) -> None:
        """The session has met these."""
        self._keys.update(keys)

    def __contains__(self, key: str) -> bool:
        for value in self._values:
            self._keys.update(_every_key(value))
        self._values.clear()
        return key in self._keys or (
            " " in key and all(word in self._keys or surprise(word) < _TELLING_WORD for word in key.split())
        )


def _every_key(value: str) -> Iterator[str]:
    """All keys that any writing of the value could have, whatever it is, and those of what stands in it."""
    whole = _folded(value)
    yield whole
    yield whole[-_NATIONAL:]
    yield from keys_in(value)
