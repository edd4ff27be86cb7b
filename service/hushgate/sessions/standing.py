"""Where a draft holds a made-up value, in the forms that a model writes it, and what only looks like one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hushgate.sessions.recall import Recall
from hushgate.transformation import people
from hushgate.transformation.dates import find_dates
from hushgate.transformation.reserved import GROUPED, laid_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from hushgate.sessions.facts import Known, Surrogate

DATES = frozenset({"DATE_TIME", "DATE_OF_BIRTH"})
"""Entities whose values are moved."""
_TAIL = re.compile(
    r"(?i)(?:\bend(?:ing|s|ed)?(?: in| with)?|\blast (?:four|4)(?: digits)?(?: are| is| of)?|[*•·xX#…]{2,4})"
    r"[\s:\"'*-]{0,4}(?P<digits>\d{4})(?!\d)"
)
"""How a number is named by its end."""
_INFLECTED = 5
"""Letters that a word of a made-up name must have for a longer word that begins with it to be suspect."""


@dataclass(frozen=True, slots=True)
class Restored:
    """A half-open span of a draft in code points, what stands in its place, and the value behind it."""

    start: int
    end: int
    text: str = field(repr=False)
    known: Known


@dataclass(frozen=True, slots=True)
class Standing:
    """The made-up values of a draft."""

    restored: tuple[Restored, ...]
    """Disjoint, first to last."""
    unknown: tuple[tuple[int, int], ...]
    """What looks like one and stands for nothing, or for one of two: half-open spans."""


class Index:
    """Finds made-up values in a text; made anew when the session has learnt one."""

    def __init__(self, facts: Iterable[Surrogate], lives: Callable[[Surrogate], bool]) -> None:
        listed = [f for f in facts if f.known.entity not in DATES]
        names = [f for f in listed if f.known.entity == "PERSON"]
        self._names = {people.fold(f.text): f for f in names if lives(f)}
        self._retired = frozenset(people.fold(f.text) for f in names if not lives(f))
        self._word = re.compile(r"[^\W\d_]+")
        others = [f for f in listed if f.known.entity != "PERSON"]
        self._values: dict[str, Known] = {}
        standing: list[Known] = []
        for fact in others:
            if lives(fact):
                for text, value in _writings(fact):
                    known = replace(fact.known, value=text)
                    standing.append(known)
                    self._values[text] = replace(fact.known, value=value)
        self._recall = Recall(standing)
        self._gone = Recall([replace(f.known, value=f.text) for f in others if not lives(f)])
        self._tails: dict[str, list[Known]] = {}
        for fact in others:
            real = "".join(c for c in fact.known.value if c.isalnum())
            shown = "".join(c for c in fact.text if c.isdecimal())
            if lives(fact) and len(shown) >= 7 and "@" not in fact.text:
                self._tails.setdefault(shown[-4:], []).append(replace(fact.known, value=real[-4:]))

    def find(self, text: str) -> list[Restored]:
        """Every made-up value in the text that stands for something, in any order, overlaps included."""
        found = [
            Restored(r.start, r.end, _laid_into(known, text, r.start, r.end), known)
            for r in self._recall.find(text)
            for known in (self._values[r.known.value],)
        ]
        for match in self._word.finditer(text):
            if named := self._named(match.group()):
                ending, fact = named
                end = match.end() - len(ending)
                written = text[match.start() : end]
                value = _in_form(fact.known.value, written)
                found.append(Restored(match.start(), end, value, replace(fact.known, value=value)))
        for match in _TAIL.finditer(text):
            behind = self._tails.get(match["digits"], [])
            if len(behind) == 1:
                found.append(Restored(*match.span("digits"), behind[0].value, behind[0]))
        return found

    def _named(self, word: str) -> tuple[str, Surrogate] | None:
        """Whose name the word is, and the plural's ending."""
        folded = people.fold(word)
        for ending in ("", "s", "es"):
            if folded.endswith(ending) and (fact := self._names.get(folded[: len(folded) - len(ending)])):
                return ending, fact
        return None

    def suspects(self, text: str) -> Iterator[tuple[int, int]]:
        """What stands for nothing any more, inflected names, and four digits that two numbers end in."""
        for match in self._word.finditer(text):
            folded = people.fold(match.group())
            if folded in self._retired or (
                not self._named(folded)
                and match.group()[0].isupper()
                and any(
                    folded[:size] in self._names and len(folded) - size <= 3
                    for size in range(_INFLECTED, len(folded))
                )
            ):
                yield match.span()
        for recalled in self._gone.find(text):
            yield recalled.start, recalled.end
        for match in _TAIL.finditer(text):
            if len(self._tails.get(match["digits"], [])) > 1:
                yield match.span("digits")


@dataclass(frozen=True, slots=True)
class MovedDates:
    """What the dates stand for that a session has moved."""

    exact: Mapping[str, str] = field(repr=False)
    """By a moved date as it was written, the real one as it was."""
    known: Mapping[tuple[int | None, int, int | None], Known] = field(repr=False)
    """By year, month and day."""
    every: bool
    """Every date of the session is moved, and not only those of births."""

    @classmethod
    def of(cls, facts: Iterable[Surrogate], *, day_first: bool) -> MovedDates:
        """From the session's facts about dates."""
        exact, known, every = {}, {}, False
        for fact in facts:
            every = every or fact.known.entity == "DATE_TIME"
            for made, real in zip(
                find_dates(fact.text, day_first=day_first),
                find_dates(fact.known.value, day_first=day_first),
                strict=False,
            ):
                exact[fact.text[made.start : made.end]] = fact.known.value[real.start : real.end]
                known[made.key] = fact.known
        return cls(exact, known, every)

    def __bool__(self) -> bool:
        return bool(self.known)


def _laid_into(known: Known, text: str, start: int, end: int) -> str:
    """The value in the form of the stand-in at ``[start, end)``, so that a bracket before it fits."""
    if known.entity not in GROUPED:
        return known.value
    value = laid_out(known.value, text[start:end])
    return value[1:] if text[:start].endswith("+") and value.startswith("+") else value


def _writings(fact: Surrogate) -> Iterator[tuple[str, str]]:
    """The made-up value and the real one, as they stand and as a model shortens them."""
    yield fact.text, fact.known.value
    if fact.known.entity != "PHONE_NUMBER":
        return
    shown, real = (re.sub(r"\D", "", each) for each in (fact.text, fact.known.value))
    if len(shown) == len(real) == 10:
        yield f"1{shown}", f"1{real}"
    for code in ("1", "44", "61", "33", "353", "49", "46"):
        national = shown.removeprefix(code), real.removeprefix(code)
        if fact.text.lstrip(" (").startswith("+") and shown.startswith(code) and real.startswith(code):
            yield f"{'' if code == '1' else '0'}{national[0]}", f"{'' if code == '1' else '0'}{national[1]}"


def _in_form(value: str, written: str) -> str:
    """The real word as the model has written its stand-in: in capitals, in small letters, or as it is."""
    if (len(written) > 1 and written.isupper()) or written.islower():
        return people.in_case_of(value, written)
    return value if value[:1].isupper() and not value.isupper() else value[:1].upper() + value[1:].lower()
