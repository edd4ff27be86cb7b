"""Which of a policy's field rules speaks of a path: the most specific one, segment by segment.

The patterns stand in one tree by their segments. A walk over a record steps through it key by key, so that
the cost of a path hardly grows with the number of patterns.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from hushgate.finding import Action
from hushgate.minimization.paths import Kind, Pattern, Segment, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from hushgate.document import Path

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What an intent says of the fields that a pattern names."""

    action: Action
    reason: str
    """Why, as a caller is told; names the pattern and no value."""


@dataclass(slots=True, eq=False, repr=False)
class _Node(Generic[T]):
    """All patterns that begin alike: what may come next, and what is said by the one that ends here."""

    loops: bool = False
    """Whether this is a ``**``, which may take one more segment."""
    keys: dict[str | int, _Node[T]] = field(default_factory=dict)
    """By the key as ``fold`` makes it."""
    exact: dict[str | int, _Node[T]] = field(default_factory=dict)
    """By a key or an index as it is."""
    any_key: _Node[T] | None = None
    any_index: _Node[T] | None = None
    deep: _Node[T] | None = None
    said: tuple[tuple[bool, tuple[Kind, ...], int], T] | None = None
    """Weight (an entry or otherwise, rank, the earlier first) and value."""


State: TypeAlias = tuple[_Node[T], ...]
"""Every place in the tree of patterns where a path so far may stand; empty: nothing below is named."""


class PathTable(Generic[T]):
    """Patterns and what is said of each; built once, never changed, safe to share between threads."""

    __slots__ = ("_root",)

    def __init__(
        self, entries: Iterable[tuple[Pattern, T]], *, otherwise: Iterable[tuple[Pattern, T]] = ()
    ) -> None:
        """``entries`` in the order of their weight: of two equally specific ones the first speaks.

        ``otherwise`` speaks where no entry does.
        """
        self._root: _Node[T] = _Node()
        for first, some in ((True, entries), (False, otherwise)):
            for order, (pattern, value) in enumerate(some):
                node = self._root
                for segment in pattern.segments:
                    node = _child(node, segment)
                node.said = node.said or ((first, pattern.rank, -order), value)

    @property
    def start(self) -> State[T]:
        """The state at the root of a record."""
        return (self._root,)

    def values(self) -> list[T]:
        """What is said, pattern by pattern, in no order."""
        nodes, said = [self._root], []
        while nodes:
            node = nodes.pop()
            nodes += (*node.keys.values(), *node.exact.values())
            nodes += (each for each in (node.any_key, node.any_index, node.deep) if each and each is not node)
            said += [node.said[1]] if node.said else []
        return said

    def find(self, path: Path) -> T | None:
        """What the most specific pattern says of ``path``; None where no pattern matches."""
        state = self.start
        for segment in path:
            state, _ = step(state, segment)
        return said(state)


def _child(node: _Node[T], segment: Segment) -> _Node[T]:
    match segment.kind:
        case Kind.KEY:
            return node.keys.setdefault(segment.name, _Node())
        case Kind.EXACT_KEY | Kind.INDEX:
            return node.exact.setdefault(segment.name, _Node())
        case Kind.ANY_KEY:
            node.any_key = node.any_key or _Node()
            return node.any_key
        case Kind.ANY_INDEX:
            node.any_index = node.any_index or _Node()
            return node.any_index
        case Kind.DEEP:
            node.deep = node.deep or _Node(loops=True)
            return node.deep


def step(state: State[T], segment: str | int) -> tuple[State[T], bool]:
    """The state one segment further, and whether a pattern names that segment (not only a wildcard)."""
    following: list[_Node[T]] = []
    named = False
    is_key = isinstance(segment, str)
    folded = fold(segment) if isinstance(segment, str) else segment
    for node in state:
        # A ** may take no segment at all: what follows it is then looked for right here.
        for place in (node, node.deep) if node.deep else (node,):
            for child in (place.exact.get(segment), place.keys.get(folded)):
                if child is not None:
                    named = True
                    following.append(child)
            wild = place.any_key if is_key else place.any_index
            if wild is not None:
                following.append(wild)
        if node.deep is not None:
            following.append(node.deep)
        if node.loops:
            following.append(node)
    return (tuple(dict.fromkeys(following)) if len(following) > 1 else tuple(following)), named


def said(state: State[T]) -> T | None:
    """What the most specific of the patterns that end here says."""
    endings = [node.said for node in state if node.said is not None]
    return max(endings, key=lambda ending: ending[0])[1] if endings else None


def field_rules(fields: Mapping[Pattern, Action]) -> PathTable[FieldRule]:
    """The rules of an intent. Of two equally specific ones the one that hides speaks, dropping first.

    A rule speaks of its field, and lets nothing through that is below. One that hides a container drops all
    below it, but for what a more specific rule names; one that keeps it says why the rest is not kept.
    """
    rules = {p: FieldRule(action, f"named by {p.text}") for p, action in fields.items()}
    otherwise = []
    for pattern, action in fields.items():
        if pattern.deep:
            continue
        if action is Action.KEEP:
            otherwise.append((pattern.below(), FieldRule(Action.DROP, _container(pattern))))
        else:
            reason = f"named by {pattern.text}" if action is Action.DROP else _container(pattern)
            rules.setdefault(pattern.below(), FieldRule(Action.DROP, reason))
    return PathTable(sorted(rules.items(), key=_weight), otherwise=sorted(otherwise, key=_weight))


def _container(pattern: Pattern) -> str:
    return f"{pattern.text} names an object or list; add .** to let all below it pass"


def _weight(item: tuple[Pattern, FieldRule]) -> tuple[bool, bool, str]:
    pattern, rule = item
    return rule.action is not Action.DROP, not rule.action.hides, pattern.text


def path_set(patterns: Iterable[Pattern]) -> PathTable[bool]:
    """Paths of which it is only said that they are named: the fields themselves and all below them."""
    return PathTable([(each, True) for p in patterns for each in ((p,) if p.deep else (p, p.below()))])
