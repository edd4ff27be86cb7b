"""One conversation's memory while a call uses it: which token stands for which value, and what is known."""

from __future__ import annotations

import hmac
from itertools import chain
from typing import TYPE_CHECKING

from hushgate.failure import Failure, Reason
from hushgate.sessions.facts import Customer, Known, Note, Pseudonym, Surrogate, canonical
from hushgate.sessions.notes import Notes
from hushgate.sessions.recall import Recall
from hushgate.sessions.surrogates import Surrogates
from hushgate.transformation.people import fold, name_words
from hushgate.transformation.tokens import IDS, token_id, write_token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hushgate.sessions.facts import Fact

MOST_FACTS = 50_000
"""Facts that one session may hold; more is SESSION_LIMIT."""


class Session:
    """The facts of one session. Not safe to share between threads: the gate uses one at a time.

    New facts collect in ``unsaved`` until the vault has stored them.
    """

    def __init__(self, key: bytes) -> None:
        """``key``: 32 secret bytes of this session alone, which tokens and fingerprints are made with."""
        self.key = key
        self.unsaved: dict[bytes, Fact] = {}
        self.customer = ""
        self._seen: set[bytes] = set()
        self._pseudonyms: dict[str, Pseudonym] = {}
        self._live: dict[str, str] = {}
        self._identifiers: dict[tuple[str, str], str] = {}
        self._known: dict[str, list[Known]] = {}
        self._named: dict[str, list[Known]] = {}
        self.surrogates = Surrogates(key, self._has_met, self._names_with)
        self._notes: list[Note] = []
        self._recall: Recall | None = None
        self._note_index: Notes | None = None

    def learn(self, fact: Fact, *, saved: bool = False) -> None:
        """Takes a fact in, once. ``saved``: it comes from the store."""
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

    def _take(self, fact: Fact) -> None:
        match fact:
            case Pseudonym():
                self._pseudonyms[fact.identifier] = fact
                self._live[fact.identifier] = fact.known.entity
                self._identifiers[fact.known.entity, canonical(fact.known.value)] = fact.identifier
            case Known():
                self._known.setdefault(canonical(fact.value), []).append(fact)
                for word in name_words(fact.value) if fact.entity == "PERSON" else ():
                    self._named.setdefault(word, []).append(fact)
                self._recall = None
                self.surrogates.met(fact.value)
            case Surrogate():
                self.surrogates.take(fact)
            case Note():
                self._notes.append(fact)
                self._note_index = None
            case Customer():
                self.customer = fact.subject

    def _name(self, fact: Fact) -> bytes:
        """What makes two facts the same one; the store keeps the first of a name. 16 bytes, keyed."""
        parts: tuple[str, ...]
        match fact:
            case Pseudonym():
                parts = ("token", fact.identifier)
            case Known():
                # A later turn may keep what an earlier one dropped: a fact of its own.
                parts = (
                    "known", fact.entity, fact.subject, fact.path, canonical(fact.value),
                    f"{fact.dropped:d}{fact.said:d}",
                )  # fmt: skip
            case Surrogate():
                parts = ("surrogate", fact.known.entity, fold(fact.text))
            case Note():
                parts = ("note", fact.path, str(fact.width), b"".join(sorted(fact.prints)).hex())
            case Customer():
                parts = ("customer", fact.subject)
        return self._digest("\0".join(parts))

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self.key, text.encode("utf-8", "surrogatepass"), "sha256")[:16]

    def pseudonym(self, known: Known, *, surrogate: bool = False) -> str:
        """What stands for this value: the same for every writing of it in this session.

        A token; with ``surrogate`` a made-up value, where one can be made up.
        """
        if surrogate and (made_up := self.surrogates.stand_in(known, self.learn)) is not None:
            return made_up
        token = self.token_of(known.entity, known.value)
        if token is None:
            identifier = self._new_identifier((known.entity, canonical(known.value)))
            self.learn(Pseudonym(identifier, known))
            token = write_token(known.entity, identifier)
        return token

    def pseudonym_of(self, entity: str, value: str) -> str | None:
        """What stands for this value already, a made-up value or a token."""
        return self.surrogates.held(Known(value, entity)) or self.token_of(entity, value)

    def token_of(self, entity: str, value: str) -> str | None:
        """The token that stands for this value already, if one does."""
        identifier = self._identifiers.get((entity, canonical(value)))
        return None if identifier is None else write_token(entity, identifier)

    def _new_identifier(self, name: tuple[str, str]) -> str:
        for attempt in range(100):
            digest = self._digest("\0".join(("id", *name, str(attempt))))
            identifier = token_id(int.from_bytes(digest[:4]) % IDS)
            if identifier not in self._pseudonyms:
                return identifier
        raise Failure(Reason.SESSION_LIMIT, "the session has no free token id left", limit=IDS)

    @property
    def live(self) -> Mapping[str, str]:
        """Each living token id's entity."""
        return self._live

    def restored(self, identifier: str) -> Known:
        """What a living id stands for."""
        return self._pseudonyms[identifier].known

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
        """The index that finds known values in a text; made anew when a value has come in."""
        if self._recall is None:
            self._recall = Recall(chain.from_iterable(self._known.values()))
        return self._recall

    @property
    def notes(self) -> Notes:
        """The index that finds repeated notes in a text."""
        if self._note_index is None:
            self._note_index = Notes(self._notes, self.key)
        return self._note_index
