"""How what a session has learnt in one call looks at rest: JSON under AES-256-GCM, bound to its place."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag

from hushgate.failure import Failure, Reason
from hushgate.sessions.facts import (
    Customer,
    Gist,
    Heard,
    Known,
    Note,
    Pseudonym,
    Signal,
    Surrogate,
    Tail,
    Told,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from hushgate.sessions.facts import Fact

_NONCE = 12


def seal(cipher: AESGCM, data: bytes, bound_to: bytes) -> bytes:
    """``data`` under the session's key. It opens with the same ``bound_to`` alone."""
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, data, bound_to)


def unseal(cipher: AESGCM, sealed: bytes, bound_to: bytes) -> bytes:
    """What ``seal`` sealed; Failure STORE_UNAVAILABLE if it stands elsewhere or was changed."""
    try:
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to)
    except (InvalidTag, ValueError):
        pass
    raise Failure(Reason.STORE_UNAVAILABLE, "an entry of the session store does not open")


def dump(facts: Iterable[Fact]) -> bytes:
    """Facts as bytes."""
    return json.dumps([_written(fact) for fact in facts]).encode()


def load(data: bytes) -> list[Fact]:
    """What ``dump`` has written."""
    return [_read(fact) for fact in json.loads(data)]


def _written(fact: Fact) -> list[object]:  # noqa: PLR0911 - one for each kind
    match fact:
        case Known():
            return ["known", asdict(fact)]
        case Pseudonym():
            return ["token", fact.identifier, asdict(fact.known), fact.gender]
        case Surrogate():
            return ["surrogate", fact.text, asdict(fact.known)]
        case Note():
            gists = [
                [g.length, g.least, [[mark.hex(), tells] for mark, tells in g.marks]] for g in fact.gists
            ]
            prints, words = (sorted(mark.hex() for mark in marks) for marks in (fact.prints, fact.words))
            told = [meaning.hex() for meaning in fact.meanings]
            return ["note", fact.path, fact.source, fact.width, prints, words, gists, fact.model.hex(), told]
        case Customer():
            return ["customer", fact.subject]
        case Tail():
            return ["tail", fact.number, fact.text]
        case Told():
            return ["told", fact.destination, fact.groups, fact.place]
        case Signal():
            return ["signal", fact.name]
        case Heard():
            return ["heard", fact.keys]


def _read(fact: list[object]) -> Fact:  # noqa: PLR0911
    match fact:
        case ["known", dict(known)]:
            return Known(**known)
        case ["token", str(identifier), dict(known), str(gender)]:
            return Pseudonym(identifier, Known(**known), gender)
        case ["surrogate", str(text), dict(known)]:
            return Surrogate(text, Known(**known))
        case ["note", _, _, _, _, _, _]:  # as hushgate wrote it before it knew of meanings
            return _read([*fact, "", []])
        case [
            "note", str(path), str(source), int(width), list(prints), list(words), list(gists),
            str(model), list(told),
        ]:  # fmt: skip
            read = (
                Gist(length, least, tuple((bytes.fromhex(mark), tells) for mark, tells in marks))
                for length, least, marks in gists
            )
            runs, vocabulary = (frozenset(map(bytes.fromhex, marks)) for marks in (prints, words))
            return Note(
                path, source, width, runs, vocabulary, tuple(read),
                model=bytes.fromhex(model), meanings=tuple(map(bytes.fromhex, told)),
            )  # fmt: skip
        case ["customer", str(subject)]:
            return Customer(subject)
        case ["tail", int(number), str(text)]:
            return Tail(number, text)
        case ["told", str(destination), list(groups), int(place)]:
            return Told(destination, tuple(groups), place)
        case ["signal", str(name)]:
            return Signal(name)
        case ["heard", list(keys)]:
            return Heard(tuple(keys))
    raise Failure(Reason.STORE_UNAVAILABLE, "an entry of the session store is of no known kind")
