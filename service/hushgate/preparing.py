"""What a model is told: records cut down to the intent, and every text that is left treated.

records ─ minimize ─┐
messages ───────────┴─ detect + recall ─ settle ─ rewrite with tokens ─▶ model
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hushgate.apart import told_apart
from hushgate.calls import Decided, Located, Message, PrepareCall, Record
from hushgate.conversation import CUSTOMER_ROLES, DRAFTING_ROLES, questions
from hushgate.document import Number, leaves, path_text, rebuild, scalar_text, serialize
from hushgate.failure import naming
from hushgate.finding import NOTE, Action
from hushgate.records import entity_of_all, read_records
from hushgate.sessions.facts import UNTYPED, Customer, Known
from hushgate.sessions.meanings import meanings
from hushgate.sessions.notes import fingerprint
from hushgate.sessions.people import title_before
from hushgate.sessions.turns import halves, tail
from hushgate.transformation.operators import BLOCKED, operate
from hushgate.transformation.rewrite import replace_spans
from hushgate.treatment import Reader, settled, sightings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hushgate.detection.detector import Detector
    from hushgate.detection.similarity import Similarity
    from hushgate.document import Path, Scalar
    from hushgate.finding import Finding
    from hushgate.policy.model import Policy
    from hushgate.records import Read
    from hushgate.sessions.session import Session
    from hushgate.transformation.joinable import Keys
    from hushgate.treatment import Sighting

_INSTRUCTING_ROLES = frozenset({"system", "developer"})
_INSTRUCTION_WORDS = 12
"""Words in a row of an instruction that make a copy of it: its greeting may be said."""


@dataclass(frozen=True, slots=True)
class Told:
    """What ``prepare`` makes of a call."""

    messages: tuple[Message, ...]
    records: tuple[Record, ...]
    fields: tuple[Decided, ...]
    findings: tuple[Located, ...]


def prepare(call: PrepareCall, policy: Policy, session: Session, detector: Detector, keys: Keys) -> Told:
    """The call's messages and records as the model may see them. The session learns what stands in them.

    Fails with JSON_INVALID, JSON_TOO_DEEP, INTENT_UNKNOWN, LANGUAGE_UNSUPPORTED, DETECTION_TIMEOUT,
    SESSION_LIMIT or, for a risk signal that the policy does not name, FIELD_INVALID; the session's unsaved
    facts are then worth nothing.
    """
    session.hear(policy.declared(call.risk_signals))
    if call.customer_id:
        session.learn(Customer(call.customer_id))
    if policy.surrogates:
        session.surrogates.hear([*(m.text for m in call.messages), *(r.json for r in call.records)])
    model = policy.destination("model")
    narrowing = model.at_risk(session.signals, call.intent)
    reader = Reader(policy, model, call.customer_id or session.customer, narrowing=narrowing)
    writer = _Writer(session, reader, keys)
    with naming(lambda place: f"messages[{place}].text"):
        detected = detector.find_many(
            [message.text for message in call.messages],
            questions=questions((message.role, message.text) for message in call.messages),
            language=call.language or "en",
        )
    read = read_records(call, reader, detector, session)
    for one in read:
        _learn_record(one, policy, session, detector.similarity)
    _learn_instructions(call, session)
    for message, found in zip(call.messages, detected, strict=True):
        if message.role.casefold() not in DRAFTING_ROLES:
            session.meet(message.text, found)
    findings: list[Located] = []
    messages = []
    said = [message.role.casefold() in CUSTOMER_ROLES for message in call.messages]
    whole = _with_halves(call, detected, said, writer, detector)
    looked = [
        writer.look(m.text, told_apart(m.text, f, session, real=s), said=s)
        for m, f, s in zip(call.messages, whole, said, strict=True)
    ]
    # Written only when all is known, so that no value is made up that a later turn says.
    for index, (message, seen) in enumerate(zip(call.messages, looked, strict=True)):
        messages.append(Message(message.role, writer.rewrite(message.text, seen, said=said[index])))
        findings += (Located(s.finding, message=index) for s in seen)
    records = []
    for one in read:
        json, located = writer.write_record(one)
        records.append(Record(one.record.source, one.record.subject_id, json))
        findings += located
    return Told(tuple(messages), tuple(records), tuple(_decisions(read)), tuple(findings))


def _with_halves(
    call: PrepareCall,
    detected: Sequence[Sequence[Finding]],
    said: Sequence[bool],
    writer: _Writer,
    detector: Detector,
) -> list[Sequence[Finding]]:
    """What stands in each message, and the halves of values that the customer said in two turns."""
    spoken = [index for index, own in enumerate(said) if own]
    turns = [(call.messages[index].text, detected[index]) for index in spoken]
    every = [list(found) for found in detected]
    ended = False
    for half in halves(writer.session.tail, turns, lambda text: detector.find_many([text], names=False)[0]):
        if half.turn >= 0:
            place, finding = spoken[half.turn], half.finding
            every[place].append(finding)
            writer.wholes[turns[half.turn][0][finding.start : finding.end]] = half.value
            ended = half.turn == len(turns) - 1
    if turns:
        writer.session.end_turn("" if ended else tail(turns[-1][0]))
    return list(every)


def _learn_record(one: Read, policy: Policy, session: Session, similarity: Similarity | None) -> None:
    """What the record holds becomes known: each leaf, what stands inside a longer text, and the notes."""
    for leaf in leaves(one.tree):
        text = scalar_text(leaf.value)
        if not text:
            continue
        path = path_text(leaf.path)
        if policy.is_internal(leaf.path):
            note = fingerprint(
                text,
                path=path,
                source=one.record.source,
                width=policy.note_overlap_words,
                key=session.key,
            )
            if note is not None and similarity is not None:
                note = replace(note, model=similarity.name, meanings=meanings(text, similarity))
            if note is not None:
                session.learn(note)
        subjects = policy.subjects.of(one.tree, leaf.path, one.record.subject_id)
        for value, entity in _values(text, policy.entity_of(leaf.path), one.detected[leaf.path, False]):
            for subject in subjects:
                session.learn(
                    Known(
                        value,
                        entity,
                        path=path,
                        source=one.record.source,
                        subject=subject,
                        dropped=leaf.path in one.withheld,
                        number=isinstance(leaf.value, Number),
                    )
                )


def _learn_instructions(call: PrepareCall, session: Session) -> None:
    """What the model is told to do is no more for the customer than a note is, word for word."""
    for index, message in enumerate(call.messages):
        if message.role.casefold() in _INSTRUCTING_ROLES:
            path = f"messages[{index}]"
            note = fingerprint(
                message.text, path=path, source="", width=_INSTRUCTION_WORDS, key=session.key, reworded=False
            )
            if note is not None:
                session.learn(note)


def _values(text: str, entity: str, found: Sequence[Finding]) -> Iterator[tuple[str, str]]:
    """The values of one leaf with their entities: the whole leaf, and each finding inside a longer text."""
    whole = entity or entity_of_all(text, found)
    yield text, whole or UNTYPED
    if not whole:
        for finding in found:
            yield text[finding.start : finding.end], finding.entity


def _decisions(read: Sequence[Read]) -> Iterator[Decided]:
    for one in read:
        for decision in one.minimized.decisions:
            path = path_text(decision.path)
            yield Decided(one.index, path, decision.action, decision.reason, decision.decided_by)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Rewrites texts for one reader with the session's tokens."""

    session: Session
    reader: Reader
    keys: Keys
    wholes: dict[str, str] = field(default_factory=dict, repr=False)
    """What a half of a value is half of."""

    def look(self, text: str, found: Sequence[Finding], *, said: bool = False) -> list[Sighting]:
        """What stands in the text, settled. ``said``: by the customer, so that the session remembers it."""
        seen = settled(sightings(text, found, self.session, self.reader))
        if said:
            for sighting in seen:
                self._remember_said(text, sighting.finding)
        return seen

    def rewrite(self, text: str, seen: Sequence[Sighting], *, said: bool = False) -> str:
        """The text as the reader may see it."""
        if any(s.finding.action.stops for s in seen):
            return BLOCKED
        spans = (
            (s.finding.start, s.finding.end, self._stand_in(s, text, said))
            for s in seen
            if s.finding.action.hides
        )
        return replace_spans(text, spans).text

    def _remember_said(self, text: str, finding: Finding) -> None:
        value = text[finding.start : finding.end]
        self.session.learn(Known(self.wholes.get(value, value), finding.entity, said=True))

    def _stand_in(self, sighting: Sighting, text: str, said: bool) -> str:  # noqa: FBT001 - the turn's own
        known, finding = sighting.known, sighting.finding
        title = title_before(text, finding.start)

        def pseudonym(entity: str, written: str) -> str:
            written = self.wholes.get(written, written)
            if known is None:
                return self._pseudonym(Known(written, entity, said=said), title)
            number = known.number and written == known.value
            return self._pseudonym(replace(known, value=written, entity=entity, number=number), title)

        value = text[finding.start : finding.end]
        return operate(finding.action, finding.entity, value, keys=self.keys, pseudonym=pseudonym)

    def _pseudonym(self, known: Known, title: str = "") -> str:
        surrogate = self.reader.policy.makes_up(known.entity)
        return self.session.pseudonym(known, title=title, surrogate=surrogate)

    def write_record(self, one: Read) -> tuple[str, list[Located]]:
        """The record's JSON as the reader may see it, and what was found in its fields."""
        located: list[Located] = []
        paths = iter(one.minimized.kept_paths)

        def treat(_: Path, value: Scalar) -> Scalar:
            path = next(paths)
            text = scalar_text(value)
            if not text:
                return value
            written, seen = self._write_leaf(one, path, text)
            located.extend(Located(s.finding, record=one.index, path=path_text(path)) for s in seen)
            return value if written == text else written

        def rename(path: Path, key: str) -> str:
            original = one.minimized.data_keys.get(path)
            if original is None:
                return key
            seen = self.look(key, one.detected[original, True])
            written = self.rewrite(key, seen)
            located.extend(Located(s.finding, record=one.index, path=path_text(original)) for s in seen)
            return written

        return serialize(rebuild(one.minimized.kept, treat, rename=rename)), located

    def _canary(self, one: Read, path: Path) -> str:
        """What is put behind an internal note that the model may see, and is known from then on."""
        if not (self.reader.policy.canaries and self.reader.policy.is_internal(path)):
            return ""
        mark = self.session.canary(path_text(path))
        self.session.learn(Known(mark, NOTE, path_text(path), one.record.source))
        return f" ({mark})"

    def _write_leaf(self, one: Read, path: Path, text: str) -> tuple[str, list[Sighting]]:
        action = one.actions[path]
        if action is Action.KEEP:
            seen = self.look(text, one.detected[path, False])
            return self.rewrite(text, seen) + self._canary(one, path), seen
        entity = self.reader.policy.entity_of(path) or entity_of_all(text, one.detected[path, False])
        subject, *_ = self.reader.policy.subjects.of(one.tree, path, one.record.subject_id)
        known = Known(
            text, entity or UNTYPED, path_text(path), one.record.source, subject,
            dropped=path in one.withheld,
        )  # fmt: skip
        return operate(
            action, known.entity, text, keys=self.keys, pseudonym=lambda *_: self._pseudonym(known)
        ), []
