"""Which values of one conversation are known again in another, and as what: told by keys, never by values."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from hushgate.sessions.candidates import Candidate, candidates
from hushgate.sessions.facts import UNTYPED, Known
from hushgate.sessions.rarity import surprise
from hushgate.sessions.value_keys import NATIONAL, SHARED, WORDS, folded, glued_keys, name_keys, value_keys
from hushgate.transformation.people import name_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from hushgate.finding import Finding
    from hushgate.sessions.facts import Fact

_TELLING_WORD = 4.0
"""What a word of a name must tell for it to matter whether this conversation has had it."""
_SPOKEN_OF = frozenset({"PERSON", "PHONE_NUMBER", "EMAIL_ADDRESS"})
"""Entities that customers name as often when they are a company's or its staff's."""


def apart(spotted: Iterable[Candidate]) -> list[Candidate]:
    """Without those that stand inside another: what has a kind first, then the longest."""
    kept: list[Candidate] = []
    for each in sorted(spotted, key=lambda c: (c.entity == UNTYPED, c.start - c.end)):
        if not any(other.start <= each.start and each.end <= other.end for other in kept):
            kept.append(each)
    return kept


def keys_in(text: str, found: Iterable[Finding] = ()) -> Iterator[str]:
    """Its words, since a name may stand there in parts, and the keys of all else that stands in the text."""
    words = {word for word in name_words(text) if surprise(word) >= _TELLING_WORD}
    yield from words
    yield from (each.key for each in candidates(text, found) if not _in_words(each.key, words))


def _in_words(key: str, words: Collection[str]) -> bool:
    """Whether a key of several words is made of these, and of words that tell nothing."""
    return " " in key and all(word in words or surprise(word) < _TELLING_WORD for word in key.split())


def holdings(facts: Iterable[Fact]) -> Iterator[tuple[str, str]]:
    """The keys of values that may not turn up in another conversation, each with whom it is about, if known.

    A name in two fields of one object is one name.
    """
    apart: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for fact in facts:
        if not isinstance(fact, Known) or fact.entity in SHARED or not (fact.path or fact.said):
            continue
        if fact.said and fact.entity in _SPOKEN_OF:
            continue
        if fact.entity == "PERSON" and len(name_words(fact.value)) == 1:
            apart[fact.source, fact.subject, fact.path.rpartition(".")[0]].append(fact.value)
        for key in (*value_keys(fact.entity, fact.value), *_glued(fact)):
            yield key, fact.subject
    for (_, subject, _), words in apart.items():
        for pair in combinations(dict.fromkeys(words[:WORDS]), 2):
            for key in (*name_keys(" ".join(pair)), *glued_keys(" ".join(pair))):
                yield key, subject


def _glued(fact: Known) -> Iterator[str]:
    return glued_keys(fact.value) if fact.entity == "PERSON" else iter(())


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
        return key in self._keys or _in_words(key, self._keys)


def _every_key(value: str) -> Iterator[str]:
    """All keys that any writing of the value could have, whatever it is, and those of what stands in it."""
    whole = folded(value)
    yield whole
    yield whole[-NATIONAL:]
    yield from keys_in(value)
