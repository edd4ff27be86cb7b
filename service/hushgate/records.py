"""What of the records may reach the model: parsed, cut down to the intent, looked through, made stricter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hushgate.apart import told_apart
from hushgate.document import leaves, parse, places, scalar_text
from hushgate.failure import naming
from hushgate.finding import Action, Finding
from hushgate.minimization.minimize import FieldDecision, minimize
from hushgate.policy.strictness import tightened
from hushgate.sessions.facts import UNTYPED, Known

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from hushgate.calls import PrepareCall, Record
    from hushgate.detection.detector import Detector
    from hushgate.document import Path, Place, Tree
    from hushgate.minimization.minimize import Minimized
    from hushgate.sessions.session import Session
    from hushgate.treatment import Reader

_MOST_OF_IT = 0.8
"""Share of a field's letters and digits that one finding must cover to say what the field holds."""
_RULE = "policy.entities"

Detected = dict[tuple["Path", bool], "Sequence[Finding]"]
"""By place: a leaf's path with False, a key's with True."""


@dataclass(frozen=True, slots=True)
class Read:
    """A record that has been parsed and cut down, and what stands in each of its leaves."""

    record: Record
    index: int
    tree: Tree = field(repr=False)
    minimized: Minimized = field(repr=False)
    detected: Detected = field(repr=False)
    actions: Mapping[Path, Action] = field(repr=False)
    withheld: frozenset[Path] = field(repr=False)
    """The leaves that the model is told less of than a token, or would be if nothing made it stricter."""


def read_records(call: PrepareCall, reader: Reader, detector: Detector, session: Session) -> list[Read]:
    """Every record of the call, in one pass of the detectors. Fails as ``prepare`` does."""
    intent = reader.policy.intent(call.intent)
    trees = [
        parse(record.json, field=f"records[{index}].json", object_only=True)
        for index, record in enumerate(call.records)
    ]
    cut = [minimize(tree, intent) for tree in trees]
    texts = [
        (index, place)
        for index, (tree, minimized) in enumerate(zip(trees, cut, strict=True))
        for place in _looked_at(tree, minimized)
    ]
    with naming(lambda place: f"records[{texts[place][0]}].json"):
        detected = detector.find_many(
            [place.text for _, place in texts],
            labels=[place.label for _, place in texts],
            language=call.language or "en",
        )
    by_record: list[Detected] = [{} for _ in trees]
    for (index, place), found in zip(texts, detected, strict=True):
        by_record[index][place.at] = told_apart(place.text, found, session, real=True)
    read = []
    for index, (record, tree, by_intent) in enumerate(zip(call.records, trees, cut, strict=True)):
        beside = _Stricter(record, tree, by_record[index], reader)
        stricter = beside.fields(by_intent, session.signals, call.intent)
        minimized = minimize(tree, intent, stricter) if stricter else by_intent
        read.append(
            Read(
                record,
                index,
                tree,
                minimized,
                by_record[index],
                {each.path: each.action for each in minimized.decisions},
                _withheld(by_intent) | _withheld(minimized),
            )
        )
    return read


def _withheld(minimized: Minimized) -> frozenset[Path]:
    seen = {Action.KEEP, Action.PSEUDONYMIZE}
    return frozenset(each.path for each in minimized.decisions if each.action not in seen)


def _looked_at(tree: Tree, minimized: Minimized) -> Iterator[Place]:
    """The texts of a record: its leaves, dropped ones too, and of its keys the kept ones that are data."""
    data = set(minimized.data_keys.values())
    return (place for place in places(tree) if not place.key or place.path in data)


def entity_of_all(text: str, found: Sequence[Finding]) -> str:
    """The entity of the finding that covers most of the text, the surest first; "" where none does."""
    size = sum(map(str.isalnum, text))
    covering = [f for f in found if sum(map(str.isalnum, text[f.start : f.end])) >= _MOST_OF_IT * size > 0]
    return max(covering, key=lambda f: f.score).entity if covering else ""


@dataclass(frozen=True, slots=True)
class _Stricter:
    """What profiles and risk signals make of a record's fields that the intent lets through."""

    record: Record
    tree: Tree
    detected: Detected
    reader: Reader

    def fields(self, minimized: Minimized, signals: Sequence[str], intent: str) -> dict[Path, FieldDecision]:
        """What becomes of the fields that come out stricter.

        A field that is kept is still treated as text is; there, what the policy says that it holds is made
        a finding, so that it is hidden for certain.
        """
        dropping = self.reader.policy.dropping(signals, intent)
        if not (dropping or self.reader.beside):
            return {}
        texts = {leaf.path: scalar_text(leaf.value) for leaf in leaves(self.tree)}
        decided = {}
        for before in minimized.decisions:
            if before.action is Action.DROP:
                continue
            text = texts.get(before.path, "")
            said = [(each.name, Action.DROP) for each in dropping if each.fields.find(before.path)]
            if before.action is not Action.KEEP:
                found = self.detected.get((before.path, False), ())
                entity = self._declared(before.path) or entity_of_all(text, found)
                said += self._said(before.path, entity or UNTYPED)
            elif entity := self._declared(before.path):
                self._find(before.path, text, entity)
            # A record is no text to send, so that nothing of it can stop: it is left out.
            said = [(who, Action.DROP if action.stops else action) for who, action in said]
            action, by = tightened(before.action, said)
            if by:
                reason = f"{before.reason}; stricter by {', '.join(by)}"
                decided[before.path] = FieldDecision(before.path, action, reason, by)
        return decided

    def _declared(self, path: Path) -> str:
        return self.reader.policy.entity_of(path)

    def _said(self, path: Path, entity: str) -> list[tuple[str, Action]]:
        """Who asks for what, for a value of each of those whom the field is about."""
        subjects = self.reader.policy.subjects.of(self.tree, path, self.record.subject_id)
        relations = {self.reader.relation(Known("", entity, subject=subject)): None for subject in subjects}
        return [each for relation in relations for each in self.reader.asked(entity, relation)]

    def _find(self, path: Path, text: str, entity: str) -> None:
        if text and any(action.hides for _, action in self._said(path, entity)):
            found = Finding(0, len(text), entity, 1.0, _RULE)
            self.detected[path, False] = (*self.detected.get((path, False), ()), found)
