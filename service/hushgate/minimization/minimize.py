"""What of a record an intent may use: a leaf passes because a rule names it, or is left out and says why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final, Literal

from hushgate.finding import Action
from hushgate.policy.fields import said, step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hushgate.document import Path, Tree
    from hushgate.policy.fields import FieldRule, State
    from hushgate.policy.model import Intent

NOT_NAMED = "not named by the intent"


@dataclass(frozen=True, slots=True)
class FieldDecision:
    """What becomes of one leaf, or of one empty object or list, of the original record."""

    path: Path = field(repr=False)
    action: Action
    reason: str
    decided_by: tuple[str, ...] = ()
    """What made it stricter than the intent has it; empty: nothing did."""


@dataclass(frozen=True, slots=True)
class Minimized:
    """The part of a record that may pass, and a decision for each part of the whole."""

    kept: Tree = field(repr=False)
    """The record without what is dropped. A leaf with another action stands here as it was."""
    decisions: tuple[FieldDecision, ...]
    """In document order; indices are those of the original record."""
    kept_paths: tuple[Path, ...] = field(repr=False)
    """Where each leaf of ``kept``, in document order, stood in the original record."""
    data_keys: Mapping[Path, Path] = field(repr=False)
    """The keys of ``kept`` that only a wildcard names, so that they are data, not schema
    (``payment_methods.<id>``): the key's path in ``kept``, which ends in the key, to its original path."""


class _Gone(Enum):
    GONE = "nothing of it is kept"


_GONE: Final = _Gone.GONE


def minimize(tree: Tree, intent: Intent, stricter: Mapping[Path, FieldDecision] | None = None) -> Minimized:
    """``tree`` without all that ``intent`` does not name; of a bare value, which has no field, nothing.

    ``stricter``: what is decided of some leaves in the intent's place.
    """
    walk = _Walk(stricter or {}, [], [], {})
    kept = walk.value(tree, (), (), intent.fields.start) if tree not in ({}, []) else tree
    if isinstance(kept, _Gone):
        kept = [] if isinstance(tree, list) else {}
    return Minimized(kept, tuple(walk.decisions), tuple(walk.kept_paths), walk.data_keys)


@dataclass(frozen=True, slots=True)
class _Walk:
    """One pass over a record. ``path``: where a value stands in it; ``place``: where it would in ``kept``."""

    stricter: Mapping[Path, FieldDecision]
    decisions: list[FieldDecision]
    kept_paths: list[Path]
    data_keys: dict[Path, Path]

    def value(
        self, node: Tree, path: Path, place: Path, state: State[FieldRule]
    ) -> Tree | Literal[_Gone.GONE]:
        if isinstance(node, dict) and node:
            return self.object(node, path, place, state)
        if isinstance(node, list) and node:
            return self.array(node, path, place, state)
        decision = self.stricter.get(path) or _decided(path, said(state))
        self.decisions.append(decision)
        if decision.action is Action.DROP:
            return _GONE
        if not isinstance(node, dict | list):
            self.kept_paths.append(path)
        return node

    def object(
        self, node: dict[str, Tree], path: Path, place: Path, state: State[FieldRule]
    ) -> Tree | Literal[_Gone.GONE]:
        kept: dict[str, Tree] = {}
        for key, child in node.items():
            below, named = step(state, key)
            passed = self.value(child, (*path, key), (*place, key), below)
            if not isinstance(passed, _Gone):
                kept[key] = passed
                if not named:
                    self.data_keys[*place, key] = (*path, key)
        return kept or _GONE

    def array(
        self, node: list[Tree], path: Path, place: Path, state: State[FieldRule]
    ) -> Tree | Literal[_Gone.GONE]:
        kept: list[Tree] = []
        for index, child in enumerate(node):
            passed = self.value(child, (*path, index), (*place, len(kept)), step(state, index)[0])
            if not isinstance(passed, _Gone):
                kept.append(passed)
        return kept or _GONE


def _decided(path: Path, rule: FieldRule | None) -> FieldDecision:
    return (
        FieldDecision(path, rule.action, rule.reason) if rule else FieldDecision(path, Action.DROP, NOT_NAMED)
    )
