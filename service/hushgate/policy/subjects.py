"""Whom a field of a record is about, where the record is about more than one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hushgate.document import scalar_text
from hushgate.minimization.paths import Kind, Segment, fold
from hushgate.policy.fields import PathTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hushgate.document import Path, Tree
    from hushgate.minimization.paths import Pattern

SOMEBODY = "\0"
"""The subject of a field that is about somebody whom the record does not name: never the reader."""
_WILD = frozenset({Kind.ANY_KEY, Kind.ANY_INDEX})


@dataclass(frozen=True, slots=True)
class _Rule:
    steps: tuple[int, ...]
    """Where in the path of a field its pattern's wildcards stand, in order."""
    source: tuple[Segment, ...]
    """Where the subject's id is read. Its first wildcards are the pattern's; those beyond them are any."""

    def read(self, tree: Tree, path: Path) -> Iterator[str]:
        exact = list(self.source)
        for at, step in zip(_wildcards(self.source), self.steps, strict=False):
            exact[at] = Segment(Kind.EXACT_KEY, path[step])
        yield from _texts(tree, exact)


class Subjects:
    """A policy's ``subjects``: patterns of fields, and the path of whom each is about."""

    __slots__ = ("_rules",)

    def __init__(self, written: Iterable[tuple[Pattern, Pattern]]) -> None:
        rules = [
            (each, _Rule(_wildcards(pattern.segments), source.segments))
            for pattern, source in written
            for each in ((pattern,) if pattern.deep else (pattern, pattern.below()))
        ]
        self._rules = PathTable(rules) if rules else None

    def of(self, tree: Tree, path: Path, otherwise: str) -> Sequence[str]:
        """Whom the field at ``path`` of the record is about; ``otherwise``: whom the record is about."""
        rule = self._rules.find(path) if self._rules else None
        if rule is None:
            return (otherwise,)
        return tuple(dict.fromkeys(rule.read(tree, path))) or (SOMEBODY,)


def wrong_subject(pattern: Pattern, source: Pattern) -> str:
    """What is wrong with an entry of ``subjects``, as a sentence's end; "" if nothing is."""
    if any(segment.kind is Kind.DEEP for segment in (*pattern.segments[:-1], *source.segments)):
        return "has a ** that is not the end of the field's path"
    return ""


def _wildcards(segments: Iterable[Segment]) -> tuple[int, ...]:
    return tuple(at for at, segment in enumerate(segments) if segment.kind in _WILD)


def _texts(node: Tree, segments: Sequence[Segment]) -> Iterator[str]:
    """The texts at the path in the record."""
    if not segments:
        if not isinstance(node, dict | list) and (text := scalar_text(node).strip()):
            yield text
        return
    segment, rest = segments[0], segments[1:]
    if isinstance(node, dict):
        for key, value in node.items():
            if (
                segment.kind is Kind.ANY_KEY
                or (segment.kind is Kind.KEY and fold(key) == segment.name)
                or (segment.kind is Kind.EXACT_KEY and key == segment.name)
            ):
                yield from _texts(value, rest)
    elif isinstance(node, list):
        for index, item in enumerate(node):
            if segment.kind is Kind.ANY_INDEX or segment.name == index:
                yield from _texts(item, rest)
