"""What another policy changes on a corpus: each line answered under both, conversations in their order.

A line is JSON: a PrepareRequest (with ``messages`` or ``records``), a ReviewRequest (with ``destination``),
or a text or document to redact, ``{"text": …}`` or ``{"json": …}``; a text with an ``intent`` beside it is
what a customer says. Lines with the same ``session_id`` are one conversation; without one, each is its own.
An ``id`` names the line; the other keys of a text are left alone.
"""

from __future__ import annotations

import json
from collections import Counter, OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hushgate.calls import Message, PrepareCall, ReviewCall
from hushgate.effect import differences
from hushgate.failure import Failure, Reason
from hushgate.server.once import prepare_call, review_call
from hushgate.sessions.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from hushgate.candidate import Candidate
    from hushgate.effect import Answer, Difference

_KEY = bytes(32)
"""No secret: what is made with it is compared and thrown away."""
_TENANT = "corpus"
"""Of a line that names none, where the policy lists none."""
_OPEN = 1000
"""Conversations that are remembered at a time; the one that was spoken in longest ago is forgotten first."""
_NAMES = ("tenant", "session_id", "agent_id", "intent")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a corpus."""

    id: str
    """As the line says, else ``FILE:LINE``."""
    call: PrepareCall | ReviewCall | None = field(repr=False)
    """None: ``text`` is to be redacted."""
    text: str = field(default="", repr=False)
    is_json: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """What comes of a corpus under another policy."""

    items: int
    changed: tuple[str, ...]
    """The ids of the items that are answered otherwise, in order."""
    differences: Mapping[Difference, int]


def read_corpus(file: Path) -> Iterator[Item]:
    """The file's items, line by line. Fails with JSON_INVALID, and then says which line and field."""
    try:
        lines = file.open(encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        sentence = f"{file}: {error.strerror}"
        raise Failure(Reason.FIELD_INVALID, sentence, field="corpus") from None
    with lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                place = f"{file}:{number}"
                try:
                    yield _item(line, place)
                except Failure as failure:
                    sentence = f"{place}: {failure.sentence}"
                    raise Failure(failure.reason, sentence, field=failure.field) from None


def _item(line: str, place: str) -> Item:
    try:
        keys = json.loads(line)
    except (ValueError, RecursionError):
        keys = None
    if not isinstance(keys, dict):
        raise Failure(Reason.JSON_INVALID, "is not a JSON object", field="corpus")
    name = str(keys.pop("id", place))
    if keys.keys() & {"messages", "records"}:
        return Item(name, prepare_call(json.dumps(keys)))
    if "destination" in keys:
        return Item(name, review_call(json.dumps(keys)))
    text, document = keys.get("text"), keys.get("json")
    if isinstance(text, str) and keys.get("intent"):
        call = prepare_call(json.dumps({each: keys[each] for each in _NAMES if each in keys}))
        return Item(name, replace(call, messages=(Message("user", text),)))
    if isinstance(text, str):
        return Item(name, None, text)
    if isinstance(document, str):
        return Item(name, None, document, is_json=True)
    sentence = "has none of messages, records, destination, text and json"
    raise Failure(Reason.JSON_INVALID, sentence, field="corpus")


def effect(old: Candidate, new: Candidate, items: Iterable[Item]) -> Effect:
    """What ``new`` answers otherwise than ``old``."""
    names = {**old.policy.key_names, **new.policy.key_names}
    sides = _Side(old), _Side(new)
    found: Counter[Difference] = Counter()
    count, changed = 0, []
    for count, item in enumerate(items, 1):  # noqa: B007 - how many there were
        before, after = (side.answer(item) for side in sides)
        if here := differences(before, after, names):
            changed.append(item.id)
            found += here
    return Effect(count, tuple(changed), found)


class _Side:
    """One of the two, with its own memory of each conversation."""

    def __init__(self, candidate: Candidate) -> None:
        self._candidate = candidate
        self._anyone = candidate.for_anyone
        self._tenant = min(candidate.policy.tenants or [_TENANT])
        self._sessions: OrderedDict[tuple[str, str], Session] = OrderedDict()

    def answer(self, item: Item) -> Answer:
        """The item's answer. A line that names no agent asks of nobody's register."""
        if item.call is None:
            return self._candidate.redacted(item.text, json=item.is_json)
        call: Any = replace(item.call, tenant=item.call.tenant or self._tenant)
        candidate = self._candidate if call.agent_id else self._anyone
        ask = candidate.prepared if isinstance(call, PrepareCall) else candidate.reviewed
        return ask(call, self._session(call))

    def _session(self, call: PrepareCall | ReviewCall) -> Session:
        if not call.session_id:
            return Session(_KEY)
        place = (call.tenant, call.session_id)
        session = self._sessions.setdefault(place, Session(_KEY))
        self._sessions.move_to_end(place)
        while len(self._sessions) > _OPEN:
            self._sessions.popitem(last=False)
        return session
