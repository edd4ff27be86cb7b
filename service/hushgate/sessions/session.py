"""One conversation's memory while a call uses it: which token stands for which value, and what is known."""

from __future__ import annotations

import hmac
from base64 import b32encode
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from hushgate import deadline
from hushgate.failure import Failure, Reason
from hushgate.sessions.elsewhere import Held, keys_in
from hushgate.sessions.facts import (
    Customer,
    Heard,
    Known,
    Note,
    Pseudonym,
    Signal,
    Surrogate,
    Tail,
    Told,
    canonical,
    identity,
    subject_of,
)
from hushgate.sessions.fragments import LONGEST_MEMORY, Fragments
from hushgate.sessions.meanings import Meanings
from hushgate.sessions.notes import Notes
from hushgate.sessions.people import People, form_of, gender_of, read_name, without_title
from hushgate.sessions.recall import Recall
from hushgate.sessions.surrogates import Surrogates
from hushgate.transformation.people import fold, name_words
from hushgate.transformation.tokens import ID_LENGTH, IDS, token_id, write_token

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from hushgate.finding import Finding
    from hushgate.sessions.facts import Fact
    from hushgate.sessions.meanings import Model

    Others = Callable[[Collection[str], str], Collection[str]]

MOST_FACTS = 50_000
"""Facts that one session may hold; more is SESSION_LIMIT."""
_MOST_WRITINGS = 100
"""Of one name in one form; its number has two digits."""
PERSON = "PERSON"
"""The entity whose writings are linked."""


class Session:
    """The facts of one session. Not safe to share between threads: the gate uses one at a time.

    New facts collect in ``unsaved`` until the vault has stored them.
    """

    def __init__(self, key: bytes, others: Others = lambda *_: ()) -> None:
        """``key``: 32 secret bytes of this session alone, which tokens and fingerprints are made with.

        ``others``: which of some keys other sessions know, and not of the given subject.
        """
        self.key = key
        self._others = others
        self.unsaved: dict[bytes, Fact] = {}
        self.customer = ""
        self.subjects: set[str] = set()
        """Whom it holds something about."""
        self.signals: list[str] = []
        """Risk signals that calls have given, in the order in which they first were."""
        self._deaf = False
        self._tail = Tail(0, "")
        self._seen: set[bytes] = set()
        self._pseudonyms: dict[str, Pseudonym] = {}
        self._live: dict[str, str] = {}
        self._identifiers: dict[tuple[str, str, str], str] = {}
        self._people = People()
        self._known: dict[str, list[Known]] = {}
        self._named: dict[str, list[Known]] = {}
        self.surrogates = Surrogates(key, self._has_met, self._names_with)
        self._notes: list[Note] = []
        self._told: dict[str, list[tuple[str, ...]]] = {}
        self._held = Held()
        self._recall = Recall()
        self.fragments = Fragments()
        self._note_index: Notes | None = None
        self._meanings: Meanings | None = None

    def learn(self, fact: Fact, *, saved: bool = False) -> None:
        """Takes a fact in, once. ``saved``: it comes from the store."""
        if self._deaf and not isinstance(fact, Signal):
            return
        deadline.check()
        name = self._name(fact)
        if name in self._seen:
            if saved:
                self.unsaved.pop(name, None)
            return
        if len(self._seen) >= MOST_FACTS:
            raise Failure(
                Reason.SESSION_LIMIT,
                f"the session holds {MOST_FACTS} facts, the most it may",
                limit=MOST_FACTS,
            )
        self._seen.add(name)
        if not saved:
            self.unsaved[name] = fact
        self._take(fact)

    @contextmanager
    def learning_nothing(self) -> Iterator[None]:
        """What would be learnt within is not: a text is looked at that goes nowhere. Risk signals are."""
        self._deaf = True
        try:
            yield
        finally:
            self._deaf = False

    def _take(self, fact: Fact) -> None:
        if subject := subject_of(fact):
            self.subjects.add(subject)
        match fact:
            case Pseudonym():
                self._take_pseudonym(fact)
            case Known():
                self._known.setdefault(canonical(fact.value), []).append(fact)
                for word in name_words(fact.value) if fact.entity == "PERSON" else ():
                    self._named.setdefault(word, []).append(fact)
                self._recall.add(fact)
                self._held.add(fact.value)
                self.fragments.add(fact)
                self.surrogates.met(fact.value)
                if fact.entity == PERSON:
                    self._people.add_field(fact.value, fact.path, fact.source, fact.subject)
            case Surrogate():
                self.surrogates.take(fact)
            case Note():
                self._notes.append(fact)
                self._note_index = self._meanings = None
            case Customer():
                self.customer = fact.subject
            case Tail():
                self._tail = fact
            case Told():
                self._told.setdefault(fact.destination, []).append(fact.groups)
            case Signal():
                self.signals.append(fact.name)
            case Heard():
                self._held.take(fact.keys)

    def _take_pseudonym(self, fact: Pseudonym) -> None:
        identifier, known = fact.identifier[:ID_LENGTH], fact.known
        self._pseudonyms.setdefault(fact.identifier, fact)
        self._live[identifier] = known.entity
        self._identifiers[known.entity, identity(known.entity, known.value), fact.gender] = fact.identifier
        if known.entity == PERSON and (name := read_name(known.value, fact.gender)).words:
            self._people.add(name, identifier)

    def _name(self, fact: Fact) -> bytes:
        """What makes two facts the same one; the store keeps the first of a name. 16 bytes, keyed."""
        parts: tuple[str, ...]
        match fact:
            case Pseudonym():
                parts = ("token", fact.identifier, fact.gender)
            case Known():
                # A later turn may keep what an earlier one dropped: a fact of its own.
                parts = (
                    "known", fact.entity, fact.subject, fact.path, canonical(fact.value),
                    f"{fact.dropped:d}{fact.said:d}",
                )  # fmt: skip
            case Surrogate():
                parts = ("surrogate", fact.known.entity, fold(fact.text))
            case Note():
                prints = b"".join(sorted(fact.prints)).hex()
                parts = (
                    "note",
                    fact.path,
                    str(fact.width),
                    prints,
                    *([fact.model.hex()] if fact.model else []),
                )
            case Customer():
                parts = ("customer", fact.subject)
            case Tail():
                parts = ("tail", str(fact.number))
            case Told():
                parts = ("told", fact.destination, str(fact.place), *fact.groups)
            case Signal():
                parts = ("signal", fact.name)
            case Heard():
                parts = ("heard", *fact.keys)
        return self._digest("\0".join(parts))

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self.key, text.encode("utf-8", "surrogatepass"), "sha256")[:16]

    def canary(self, path: str) -> str:
        """A mark of this session for the note at ``path``: ten letters and digits that nobody would say."""
        return b32encode(self._digest("\0".join(("canary", path)))).decode().lower()[:10]

    def pseudonym(self, known: Known, *, title: str = "", surrogate: bool = False) -> str:
        """What stands for this value: the same for every writing of it in this session.

        A token; with ``surrogate`` a made-up value, where one can be made up. A name's other forms have its
        id: ``[PERSON_K7Q2M9_FIRST]``; titles that it begins with stay in front of the token. ``title``: one
        that stands before the value in its text.
        """
        if surrogate and (made_up := self.surrogates.stand_in(known, self.learn)) is not None:
            return made_up
        before = ""
        if known.entity == PERSON:
            before, rest = without_title(known.value)
            known = replace(known, value=rest)
        gender = gender_of(before or title)
        name = (known.entity, identity(known.entity, known.value))
        written = self._identifiers.get((*name, gender))
        if written is None:
            written = (
                self._written_name(known, gender) if known.entity == PERSON else self._new_identifier(name)
            )
            self.learn(Pseudonym(written, known, gender))
        return before + write_token(known.entity, written)

    def _written_name(self, known: Known, gender: str) -> str:
        """The id and form for a name's new writing: those of the person whom it fits, or new ones."""
        name = read_name(known.value, gender)
        if not name.words:
            return self._new_identifier((PERSON, identity(PERSON, known.value)))
        person = self._people.add(name)
        whole = person.fullest
        identifier = person.identifier
        if not identifier:
            identifier = self._new_identifier((PERSON, " ".join((*whole.words, whole.gender))))
        form = form_of(name, whole)
        for written in _writings(identifier, form):
            taken = self._pseudonyms.get(written)
            if taken is None or identity(PERSON, taken.known.value) == identity(PERSON, known.value):
                return written
        raise Failure(Reason.SESSION_LIMIT, "a name has too many writings", limit=_MOST_WRITINGS)

    def pseudonym_of(self, entity: str, value: str) -> str | None:
        """What stands for this value already, a made-up value or a token."""
        return self.surrogates.held(Known(value, entity)) or self.token_of(entity, value)

    def hear(self, signals: Iterable[str]) -> None:
        """Remembers risk signals: a later call that does not give them loosens nothing."""
        for signal in dict.fromkeys(signals):
            self.learn(Signal(signal))

    @property
    def tail(self) -> str:
        """How the customer's last turn ended, where a number may go on in the next."""
        return self._tail.text

    def end_turn(self, text: str) -> None:
        """Keeps the tail of the customer's last turn."""
        if text != self._tail.text:
            self.learn(Tail(self._tail.number + 1, text))

    def token_of(self, entity: str, value: str) -> str | None:
        """The token that stands for this value already, if one does."""
        for gender in ("", "m", "f"):
            if written := self._identifiers.get((entity, identity(entity, value), gender)):
                return write_token(entity, written)
        return None

    def _new_identifier(self, name: tuple[str, str]) -> str:
        for attempt in range(100):
            digest = self._digest("\0".join(("id", *name, str(attempt))))
            identifier = token_id(int.from_bytes(digest[:4]) % IDS)
            if identifier not in self._live:
                return identifier
        raise Failure(Reason.SESSION_LIMIT, "the session has no free token id left", limit=IDS)

    @property
    def live(self) -> Mapping[str, str]:
        """Each living token id's entity."""
        return self._live

    def restored(self, identifier: str) -> Known:
        """What a living id stands for; in another form than any that was written, in the first one."""
        if pseudonym := self._pseudonyms.get(identifier) or self._pseudonyms.get(identifier[:ID_LENGTH]):
            return pseudonym.known
        stem = identifier[:ID_LENGTH]
        forms = [p.known for written, p in self._pseudonyms.items() if written.startswith(stem)]
        return max(forms, key=lambda known: len(known.value))

    def known_as(self, value: str) -> Sequence[Known]:
        """All facts about this value, however it is written."""
        return self._known.get(canonical(value), ())

    def facts_about(self, known: Known) -> Sequence[Known]:
        """All that the session knows of a value that has come back; of a word of a name, whose it is."""
        if known.entity == "PERSON" and (named := self._named.get("".join(name_words(known.value)))):
            return named
        return [known, *self.known_as(known.value)]

    def _names_with(self, word: str) -> list[str]:
        return [known.value for each in name_words(word) for known in self._named.get(each, ())]

    def _has_met(self, value: str) -> bool:
        return canonical(value) in self._known or any(word in self._named for word in name_words(value))

    @property
    def recall(self) -> Recall:
        """The index that finds known values in a text."""
        return self._recall

    def told(self, destination: str) -> tuple[str, ...]:
        """The last groups of digits that messages to the destination had, first to last."""
        return tuple(chain.from_iterable(self._told.get(destination, ())))[-LONGEST_MEMORY:]

    def tell(self, destination: str, groups: Sequence[str]) -> None:
        """Remembers that a message to the destination has these groups of digits, where they may matter."""
        if self.fragments.touches(groups):
            before = len(self._told.get(destination, ()))
            self.learn(Told(destination, tuple(groups[:LONGEST_MEMORY]), before))

    def meet(self, text: str, found: Iterable[Finding]) -> None:
        """What stands in the text belongs to this conversation. ``found``: by detectors."""
        if new := sorted({key for key in keys_in(text, found) if key not in self._held}):
            self.learn(Heard(tuple(new)))

    def of_others(self, keys: Iterable[str], reader: str) -> Collection[str]:
        """Those of the keys that other conversations know, this one does not, and none about the reader."""
        unknown = {key for key in keys if key not in self._held}
        return self._others(unknown, reader) if unknown else ()

    @property
    def notes(self) -> Notes:
        """The index that finds repeated notes in a text."""
        if self._note_index is None:
            self._note_index = Notes(self._notes, self.key)
        return self._note_index

    def meanings(self, model: Model) -> Meanings:
        """The index that finds what notes say in other words, by the server's model."""
        if self._meanings is None:
            self._meanings = Meanings(self._notes, model)
        return self._meanings


def _writings(identifier: str, form: str) -> Iterator[str]:
    """The id as it may be written for a form, one after the other until one is free."""
    yield f"{identifier}_{form}" if form else identifier
    if not form:
        yield f"{identifier}_FULL"
    for count in range(2, _MOST_WRITINGS):
        yield f"{identifier}_{form or 'FULL'}{count}"
