"""Which rules can match a text at all, and find their words in it: a few passes, whatever their number."""

from __future__ import annotations

from itertools import groupby
from string import ascii_lowercase, digits
from typing import TYPE_CHECKING, NamedTuple

from hushgate.detection.alphabet import NONE
from hushgate.detection.automaton import Automaton, lines
from hushgate.detection.superset import DIGIT, Superset

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from hushgate.detection.blocks import Block
    from hushgate.detection.nearby import Vocabulary

GROUP = 110
"""Patterns in one automaton. Its states multiply with what can be under way at once, so that some small ones
come to rest sooner than one that holds all; each costs a text a microsecond."""
NUMBERS = 250
"""The same of patterns that match nothing but numbers: they share their states."""
LONG = 5
"""Digits of a number, at least, that most texts with a time, a price or a count have not."""


class Prefilter:
    """Many patterns' supersets as a few automata. Its answer is indices into the given order."""

    def __init__(self, supersets: Sequence[Superset], needs: Sequence[int | None] | None = None) -> None:
        """``needs``: for each, the vocabulary without which it need not match, as an index; None: none."""
        self._always = tuple(index for index, each in enumerate(supersets) if not each.text)
        self._count = len(supersets)
        self._texts = [each.begins for each in supersets]
        # A rule's second condition has an index behind those of all rules.
        self._also = {index: self._count + index for index, each in enumerate(supersets) if each.also}
        conditions = [
            _Condition(text, place, need, each.digits, each.digits > 0 and each.wordless)
            for index, (each, need) in enumerate(zip(supersets, needs or [None] * self._count, strict=True))
            for text, place in ((each.text, index), (each.also, self._also.get(index, 0)))
            if text
        ]
        self._groups: list[_Group] = []
        for kind, members in groupby(sorted(conditions, key=_sorting), key=_kind):
            self._groups += map(_Group, _shares(list(members), NUMBERS if kind.numbers else GROUP))

    def match(self, data: bytes, possible: Collection[int] | None = None) -> list[int]:
        """Which can match, in order. ``data`` is an ``encoded`` text.

        ``possible``: the vocabularies that may stand there; a rule that needs another need not be named.
        """
        hits = set(self._always)
        count = data.count(DIGIT)
        for group in self._groups:
            if group.digits <= count and group.may_match(possible):
                hits.update(*group.match(data))
        return sorted(hit for hit in hits if hit < self._count and self._also.get(hit, hit) in hits)

    def lines(self, index: int, block: Block) -> Iterable[int]:
        """On which lines of a block the rule can match, in order."""
        text = self._texts[index]
        return lines(text, block.data, block.starts) if text else range(len(block.starts))


class _Condition(NamedTuple):
    """What must match for a rule to match."""

    text: str
    place: int
    need: int | None
    digits: int
    number: bool
    """It matches nothing but numbers."""


class _Kind(NamedTuple):
    """What conditions of one automaton have in common."""

    needy: bool
    """They need words, without which a text with digits is spared this."""
    digit: bool
    long: bool
    """They need as many digits as a long number has."""
    numbers: bool


def _kind(condition: _Condition) -> _Kind:
    digit, long = condition.digits > 0, condition.digits >= LONG
    if digit and condition.need is not None:
        numbers = condition.number and long
        return _Kind(needy=True, digit=True, long=numbers, numbers=numbers)
    return _Kind(needy=False, digit=digit, long=long, numbers=False)


def _sorting(condition: _Condition) -> tuple[_Kind, str]:
    return _kind(condition), condition.text


def _shares(conditions: Sequence[_Condition], most: int) -> Iterator[Sequence[_Condition]]:
    """The conditions in as few parts as can be, all of nearly one size."""
    parts = -(-len(conditions) // most)
    for part in range(parts):
        yield conditions[len(conditions) * part // parts : len(conditions) * (part + 1) // parts]


class _Group:
    """One automaton, and the fewest digits that one of its patterns matches."""

    def __init__(self, conditions: Sequence[_Condition]) -> None:
        self.digits = min(each.digits for each in conditions)
        needs = {each.need for each in conditions}
        self._needs = None if None in needs else needs
        members: dict[str, list[int]] = {}
        for each in conditions:
            members.setdefault(each.text, []).append(each.place)
        self._members = tuple(members.values())
        self.automaton = Automaton(list(members))

    def may_match(self, possible: Collection[int] | None) -> bool:
        return self._needs is None or possible is None or not self._needs.isdisjoint(possible)

    def match(self, data: bytes) -> list[list[int]]:
        return [self._members[hit] for hit in self.automaton.match(data)]


class Words:
    """Which of some vocabularies can stand in a text in ASCII, without making words of it."""

    def __init__(self, vocabularies: Sequence[Vocabulary]) -> None:
        self._automaton = Automaton(
            ["|".join(map(_phrase, each.phrases)) or str(NONE) for each in vocabularies]
        )

    def match(self, data: bytes) -> Sequence[int]:
        """The indices of those that can. ``data`` is an ``encoded`` text."""
        return self._automaton.match(data)


def _phrase(words: Sequence[str]) -> str:
    """Words in this order, where words can begin and end: beside no letter, or where a capital begins one."""
    if not all(map(str.isascii, words)):
        return str(NONE)
    first, *others = (_EITHER[character] for character in words[0])
    if words[0][0].isalpha():
        first = f"(?:(?:(?m:^)|[^A-Za-z]){first}|{words[0][0].upper()})"
    following = ("[^A-Za-z0]*" + "".join(_EITHER[character] for character in word) for word in words[1:])
    return "".join((first, *others, *following, "(?:[^a-z]|(?m:$))" if words[-1][-1].isalpha() else ""))


_EITHER = {letter: f"[{letter.upper()}{letter}]" for letter in ascii_lowercase} | dict.fromkeys(digits, "0")
"""What a character of a folded word is in an ``encoded`` text."""
