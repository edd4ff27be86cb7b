"""Which made-up value stands for a real one in a session, and where a draft holds one.

A name is made up word by word, any other value as a whole, a date by moving it. Which one is picked follows
from the session's key, so that two workers agree; one that the session has met as a real value is not picked,
and one that it meets later no longer stands for anything.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import replace
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from hushgate.sessions.bare import digit_runs
from hushgate.sessions.facts import Known, Surrogate, canonical
from hushgate.sessions.standing import DATES, Index, MovedDates, Restored, Standing
from hushgate.transformation import people
from hushgate.transformation.dates import find_dates, moved, shift, tells_day_first
from hushgate.transformation.joinable import normal_form
from hushgate.transformation.reserved import GROUPED, MADE_UP, laid_out, made_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

SURROGATES = MADE_UP | DATES | {"PERSON"}
"""Entities for which a stand-in can be made up; of all others it is a token."""
_ATTEMPTS = 64
_LEAST_WEEKS, _MOST_WEEKS = 4, 52
_INITIAL = re.compile(r"[ \u00a0](?P<letter>[A-Z])(?![^\W_]|['’])")
_WORD = re.compile(r"[^\W_]+")


class Surrogates:
    """The made-up values of one session."""

    def __init__(
        self, key: bytes, is_real: Callable[[str], bool], names_with: Callable[[str], Iterable[str]]
    ) -> None:
        """``is_real``: whether the session has met this value, or word of a name, as a real one.

        ``names_with``: the names that it has met with this word in them.
        """
        self._key = key
        self._names_with = names_with
        self._is_real = is_real
        self._heard: set[str] = set()
        self._texts: dict[tuple[str, str], Surrogate] = {}
        """By entity and the real value's canonical form."""
        self._standing: dict[str, Surrogate] = {}
        """By the made-up value's folded form."""
        self._days = 7 * self._weeks()
        self._index: Index | None = None
        self._day_first = False
        """Whether a date of the session shows that days stand before months in it."""
        self._moved_dates: MovedDates | None = None

    def __bool__(self) -> bool:
        return bool(self._texts)

    def take(self, fact: Surrogate) -> None:
        """A fact of the session, new or stored. A later one for the same value replaces a retired one."""
        self._texts[_name(fact.known)] = fact
        self._standing[_folded(fact.known.entity, fact.text)] = fact
        self._index = None
        if fact.known.entity in DATES:
            self._day_first = self._day_first or tells_day_first(fact.known.value)
            self._moved_dates = None

    def hear(self, texts: Iterable[str]) -> None:
        """The texts of the call under way: what stands in one of them is not picked."""
        self._heard = set()
        for text in texts:
            self._heard.update(map(people.fold, _WORD.findall(text)))
            self._heard.update(digits for _, _, digits in digit_runs(text))

    def met(self, value: str) -> None:
        """The session has met another real value, which may be one that was made up."""
        if not self._standing.keys().isdisjoint({canonical(value), *people.name_words(value)}):
            self._index = None

    def stand_in(self, known: Known, learn: Callable[[Surrogate], None]) -> str | None:
        """What stands for the value; ``learn`` takes each new fact. None where nothing can be made up."""
        if known.entity == "PERSON":
            return self._person(known, learn)
        if (held := self.held(known)) is not None:
            return held
        text = self._moved(known) if known.entity in DATES else self._made_up(known)
        if text is not None:
            learn(Surrogate(text, known))
        return text

    def held(self, known: Known) -> str | None:
        """What stands for the value already."""
        if known.entity == "PERSON":
            return self._person(known, None) if self._texts else None
        fact = self._texts.get(_name(known))
        if fact is None or not self._lives(fact):
            return None
        return laid_out(fact.text, known.value) if known.entity in GROUPED else fact.text

    def _person(self, known: Known, learn: Callable[[Surrogate], None] | None) -> str | None:
        parts = people.parts(known.value)
        if parts is None:
            return None
        out: list[str] = []
        at = 0
        for part in parts:
            word = replace(known, value=part.word)
            held = self._texts.get(_name(word))
            if held is None or not self._lives(held):
                if learn is None:
                    return None
                pick = partial(self._pick, "PERSON", people.fold(part.word), "", 0)
                text = people.stand_in(part, pick, self._is_free)
                if text is None:
                    return None
                held = Surrogate(text, word)
                learn(held)
            out += (known.value[at : part.start], people.in_case_of(held.text, part.word))
            at = part.end
        return "".join((*out, known.value[at:]))

    def _made_up(self, known: Known) -> str | None:
        for attempt in range(_ATTEMPTS):
            numbers = count()

            def pick(size: int, attempt: int = attempt, numbers: Iterator[int] = numbers) -> int:
                return self._pick(known.entity, canonical(known.value), str(next(numbers)), attempt, size)

            text = made_up(known.entity, known.value, pick)
            if text is None:
                return None
            if canonical(text) != canonical(known.value) and self._is_free(text):
                return text
        return None

    def _moved(self, known: Known) -> str | None:
        text = shift(known.value, self._days, day_first=self._day_first or tells_day_first(known.value))
        return None if text is None or _digit_count(text) == 0 else text

    def _is_free(self, text: str) -> bool:
        forms = {people.fold(text), canonical(text)}
        return forms.isdisjoint(self._standing) and forms.isdisjoint(self._heard) and not self._is_real(text)

    def _lives(self, fact: Surrogate) -> bool:
        """Whether it still stands for its value. A moved date may be another date: they all move together."""
        if fact.known.entity in DATES:
            return True
        return not self._is_real(fact.text)

    def _pick(self, entity: str, value: str, label: str, attempt: int, size: int) -> int:
        text = "\0".join(("surrogate", entity, value, label, str(attempt)))
        digest = hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256")
        return int.from_bytes(digest[:8]) % size

    def _weeks(self) -> int:
        spread = _MOST_WEEKS - _LEAST_WEEKS + 1
        number = self._pick("dates", "", "", 0, 2 * spread)
        weeks = _LEAST_WEEKS + number % spread
        return weeks if number < spread else -weeks

    def find(self, text: str) -> Standing:
        """What stands in a draft for something, in the forms that a model writes, and what seems to."""
        if not self._texts:
            return Standing((), ())
        if self._index is None:
            self._index = Index(self._standing.values(), self._lives)
        found = self._index.find(text)
        unknown = list(self._index.suspects(text))
        found += [*self._initials(text, found), *self._dates(text)]
        taken: list[Restored] = []
        for one in sorted(found, key=lambda r: (r.start - r.end, r.start)):
            if all(one.end <= t.start or t.end <= one.start for t in taken):
                taken.append(one)
        covered = [(t.start, t.end) for t in taken]
        left = [
            (start, end)
            for start, end in dict.fromkeys(unknown)
            if all(end <= a or b <= start for a, b in covered)
        ]
        return Standing(tuple(sorted(taken, key=lambda r: r.start)), tuple(sorted(left)))

    def _initials(self, text: str, found: Iterable[Restored]) -> Iterator[Restored]:
        """The first letter of a made-up name behind another of the same person: "Maren A."."""
        for one in found:
            letter = _INITIAL.match(text, one.end) if one.known.entity == "PERSON" else None
            if letter is None:
                continue
            words = {word for name in self._names_with(one.text) for word in people.name_words(name)}
            held = [self._texts.get(("PERSON", word)) for word in words - {people.fold(one.text)}]
            real = {f.known.value[0].upper() for f in held if f and f.text[0].upper() == letter["letter"]}
            if len(real) == 1:
                yield Restored(*letter.span("letter"), real.pop(), one.known)

    def _dates(self, text: str) -> Iterator[Restored]:
        """Dates that were moved, moved back; where all dates are, those that the model has worked out too."""
        if self._moved_dates is None:
            facts = [f for (entity, _), f in self._texts.items() if entity in DATES]
            self._moved_dates = MovedDates.of(facts, day_first=self._day_first)
        moved_dates = self._moved_dates
        if not moved_dates:
            return
        for dated in find_dates(text, day_first=self._day_first):
            written = text[dated.start : dated.end]
            known = moved_dates.known.get(dated.key)
            if known is None and (not moved_dates.every or dated.year is None):
                continue
            back = moved_dates.exact.get(written) or moved(dated, text, -self._days)
            known = replace(known, value=back) if known else Known(back, "DATE_TIME")
            yield Restored(dated.start, dated.end, back, known)

    def is_moved_date(self, text: str) -> bool:
        """Whether the text is a date as the session has moved it."""
        return any(entity in DATES and f.text == text for (entity, _), f in self._texts.items())


def _name(known: Known) -> tuple[str, str]:
    if known.entity == "PERSON":
        return known.entity, people.fold(known.value)
    return known.entity, known.value if known.entity in DATES else normal_form(known.entity, known.value)


def _folded(entity: str, text: str) -> str:
    return people.fold(text) if entity == "PERSON" else canonical(text)


def _digit_count(text: str) -> int:
    return sum(map(str.isdecimal, text))
