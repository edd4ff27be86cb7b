"""Which rules can match a text at all, and find their words in it: a few passes, whatever their number."""

from __future__ import annotations

from itertools import groupby
from string import ascii_lowercase, digits
from typing import TYPE_CHECKING

from hushgate.detection.alphabet import NONE
from hushgate.detection.automaton import Automaton, lines
from hushgate.detection.superset import DIGIT, Superset

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hushgate.detection.blocks import Block
    from hushgate.detection.nearby import Vocabulary

GROUP = 110
"""Patterns in one automaton. Its states multiply with what can be under way at once, so that many small ones
come to rest sooner than one that holds all; each costs a text a microsecond."""


class Prefilter:
    """Many patterns' supersets as a few automata. Its answer is indices into the given order."""

    def __init__(self, supersets: Sequence[Superset]) -> None:
        self._always = tuple(index for index, each in enumerate(supersets) if not each.text)
        self._count = len(supersets)
        self._texts = [each.also or each.text for each in supersets]
        # A rule's second condition has an index behind those of all rules.
        self._also = {index: self._count + index for index, each in enumerate(supersets) if each.also}
        conditions = [
            (each.digits > 0, each.wordless, each.digits, text, place)
            for index, each in enumerate(supersets)
            for text, place in ((each.text, index), (each.also, self._also.get(index, 0)))
            if text
        ]
        self._groups: list[_Group] = []
        for _, members in groupby(sorted(conditions), key=lambda each: each[:2]):
            patterns = list(members)
            for start in range(0, len(patterns), GROUP):
                group = patterns[start : start + GROUP]
                self._groups.append(_Group(group[0][2], [(text, place) for *_, text, place in group]))

    def match(self, data: bytes) -> list[int]:
        """Which can match, in order. ``data`` is an ``encoded`` text."""
        hits = list(self._always)
        count = data.count(DIGIT)
        for group in self._groups:
            if group.digits <= count:
                hits += group.match(data)
        return sorted(hit for hit in hits if hit < self._count and self._also.get(hit, hit) in hits)

    def lines(self, index: int, block: Block) -> Iterable[int]:
        """On which lines of a block the rule can match, in order."""
        text = self._texts[index]
        return lines(text, block.data, block.starts) if text else range(len(block.starts))


class _Group:
    """One automaton, whose patterns are in it, and the fewest digits that one of them matches."""

    def __init__(self, fewest: int, patterns: Iterable[tuple[str, int]]) -> None:
        self.digits = fewest
        members: dict[str, list[int]] = {}
        for text, index in patterns:
            members.setdefault(text, []).append(index)
        self.members = tuple(members.values())
        self.automaton = Automaton(list(members))

    def match(self, data: bytes) -> list[int]:
        return [index for hit in self.automaton.match(data) for index in self.members[hit]]


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
