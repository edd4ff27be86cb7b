"""Whether a tool call's arguments may be sent, value by value and key by key, and what could go instead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hushgate.calls import SENDABLE
from hushgate.document import Number, parse, places, rebuild, scalar_text, serialize
from hushgate.outbound.judged import TRIES, Judged, verdict_on
from hushgate.outbound.reasons import in_parts, without
from hushgate.sessions.fragments import digit_groups

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from hushgate.calls import Ground
    from hushgate.document import Path, Place, Scalar, Tree
    from hushgate.outbound.looking import Looked, Looker
    from hushgate.treatment import Sighting


@dataclass(frozen=True, slots=True)
class _Arguments:
    """A tool call's arguments, looked at."""

    tree: Tree
    looked: Sequence[tuple[Place, Looked]]
    groups: Sequence[str]
    """The digits that would go out, in the order of ``looked``."""
    parts: Sequence[Sighting]
    """The numbers that they give away together, or with what went out before."""

    @property
    def grounds(self) -> list[Ground]:
        """Why they do not pass as they are."""
        together = (replace(each, detail=f"the call {each.detail}") for each in map(in_parts, self.parts))
        return [*(ground for _, one in self.looked for ground in one.grounds), *together]


def review_arguments(json: str, looker: Looker) -> Judged:
    """The verdict on a tool call's arguments, a JSON object; numbers and nesting are kept in type.

    Fails with JSON_INVALID or JSON_TOO_DEEP.
    """
    arguments = _look(parse(json, field="arguments_json", object_only=True), looker)
    reasons = (*looker.waits, *arguments.grounds)
    findings = tuple(located for _, one in arguments.looked for located in one.located)
    verdict = verdict_on(reasons, hidden=any(one.hidden for _, one in arguments.looked))
    if verdict in SENDABLE:
        looker.session.tell(looker.call.destination, arguments.groups)
        return Judged(verdict, serialize(_written(arguments)), reasons, findings)
    suggestion = "" if looker.waits else _suggestion(arguments, looker)
    return Judged(verdict, None, reasons, findings, suggestion)


def _look(tree: Tree, looker: Looker) -> _Arguments:
    # Keys first: a number that is told in parts stands in values one behind the other.
    texts = sorted(places(tree), key=lambda place: not place.key)
    looked = list(zip(texts, looker.look(texts), strict=True))
    groups = [group for place, one in looked for group in digit_groups(one.written(place.text))]
    told = looker.session.told(looker.call.destination)
    return _Arguments(tree, looked, groups, looker.in_parts(told, groups, (0, 0)))


def _written(arguments: _Arguments) -> Tree:
    """The arguments as they come out."""
    by_place = {place.at: (place, one) for place, one in arguments.looked}

    def treat(path: Path, value: Scalar) -> Scalar:
        if (path, False) not in by_place:
            return value
        place, one = by_place[path, False]
        text = one.written(place.text)
        if text == scalar_text(value):
            return value
        return Number(text) if one.number else text

    def rename(path: Path, _: str) -> str:
        place, one = by_place[path, True]
        return one.written(place.text)

    return rebuild(arguments.tree, treat, rename=rename)


def _suggestion(arguments: _Arguments, looker: Looker) -> str:
    """The arguments without what stops them, once a look says that nothing does; "" where none are left."""
    for _ in range(TRIES):
        stopping = {
            place.at: stops
            for place, one in arguments.looked
            if (stops := [ground for ground in one.grounds if ground.action.stops])
        }
        numbers = ["".join(digit_groups(s.known.value)) for s in arguments.parts if s.known]
        given_out = {
            place.at
            for place, one in arguments.looked
            if any(g in number for g in digit_groups(one.written(place.text)) for number in numbers)
        }
        tree = _left(arguments.tree, (), stopping, given_out)
        if not tree:
            return ""
        arguments = _look(tree, looker)
        if not any(ground.action.stops for ground in arguments.grounds):
            return serialize(tree)
    return ""


def _left(
    node: Tree,
    path: Path,
    stopping: Mapping[tuple[Path, bool], Sequence[Ground]],
    gone: Collection[tuple[Path, bool]],
) -> Tree:
    """What is left of a value; None for a null, and for one that goes with its key or its place in a list.

    A text keeps what does not stop it, beside the kind of what does.
    """
    match node:
        case dict():
            inside = {key: (*path, key) for key in node if not {((*path, key), True)} & {*stopping, *gone}}
            left = {key: _left(node[key], at, stopping, gone) for key, at in inside.items()}
            return {key: value for key, value in left.items() if value is not None or node[key] is None}
        case list():
            items = [(item, _left(item, (*path, at), stopping, gone)) for at, item in enumerate(node)]
            return [value for item, value in items if value is not None or item is None]
        case _ if (path, False) in gone:
            return None
        case str() if (path, False) in stopping:
            return without(node, stopping[path, False]) or None
        case _:
            return None if (path, False) in stopping else node
