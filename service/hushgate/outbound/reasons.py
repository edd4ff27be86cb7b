"""What a ground of a verdict says: a code for programs, what to change for a model, and never the value."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from hushgate.calls import Code, Ground
from hushgate.document import path_text
from hushgate.finding import NOTE, SECRETS, SIMILAR, Action
from hushgate.transformation.rewrite import replace_spans
from hushgate.treatment import Relation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hushgate.document import Place
    from hushgate.treatment import Reader, Sighting

_WHAT = {
    Code.TOKEN_UNKNOWN: "has a token that no value of this session stands behind",
    Code.OTHER_SUBJECT: "gives {entity}{of}, from a record about another subject",
    Code.OTHER_SESSION: "gives {entity} that another conversation knows and this one does not",
    Code.INTERNAL_NOTE: "repeats an internal note{field}, word for word",
    Code.SECRET: "has {entity}{of}, which may not go to {destination}",
    Code.FIELD_NOT_ALLOWED: "gives {entity}{of}, a field that the intent does not let through",
    Code.ENTITY_NOT_ALLOWED: "gives {entity}{of}, which the policy does not let go to {destination} as it is",
}
"""What a draft does, behind where it does it: the predicate of a sentence."""
_REWORDED = "repeats {share} % of what a sentence of an internal note tells{field}"
_SIMILAR = "says in other words what an internal note says{field}: a similarity of {share} %"
_MARKED = "has words that mark what staff write for staff"
_IN_PARTS = "gives out {entity}{of} in parts, over sentences, messages or values"

_INSTEAD = {
    Code.TOKEN_UNKNOWN: "write tokens exactly as the prompt has them, and no others",
    Code.OTHER_SUBJECT: "leave it out: it is about somebody else",
    Code.OTHER_SESSION: "leave it out: nothing in this conversation says it",
    Code.INTERNAL_NOTE: "leave out what staff have written for staff, in these words or in others",
    Code.SECRET: "leave it out: whoever has it can use it",
}
_INSTEAD_BY_ACTION = {
    Action.LAST4: "say at most its last {digits} digits",
    Action.MASK: "leave it out, or say what it is without saying it",
    Action.GENERALIZE: "say it less exactly: a year, an area, a range",
    Action.PSEUDONYMIZE: "write its token",
}
_LEAVE_OUT = "leave it out"
_OR_WAIT = "{instead}; or wait until a person has decided"

_SENTENCE_END = regex.compile(
    r"""(?<!\b(?:Mrs?|Ms|Mx|Dr|Prof|St|No|Nr|e\.g|i\.e))[.!?…]+["'”’»)\]]*\s+"""
    r"""|[。！？]+["”’」』)]*\s*|\s*\n\s*"""
)
_ONLY_STAND_INS = regex.compile(r"(?:\[[A-Z][A-Z0-9_]*\]|\W)*")


def ground_of(sighting: Sighting, reader: Reader, destination: str, place: Place) -> Ground:
    """Why what was seen does not pass as it is, in a text or at the place of an argument."""
    finding, known = sighting.finding, sighting.known
    code = _code(sighting)
    field = known.path if known else ""
    sure = min(finding.score, 1.0)
    what = _WHAT[code]
    if code is Code.INTERNAL_NOTE and known is None:
        what = _MARKED
    elif finding.rule == SIMILAR:
        what = _SIMILAR
    elif code is Code.INTERNAL_NOTE and sure < 1:
        what = _REWORDED
    said = what.format(
        entity=finding.entity,
        of=f" of {field}" if field else "",
        field=f", {field}" if field else "",
        share=round(100 * sure),
        destination=destination,
    )
    digits = reader.policy.allowed_trailing_digits
    instead = _instead(code, finding.action, digits)
    return Ground(
        code, _where(place) + said, finding.action, field, finding.start, finding.end,
        entity=finding.entity, path=path_text(place.path), confidence=sure, suggestion=instead,
        decided_by=finding.decided_by,
    )  # fmt: skip


def in_parts(sighting: Sighting) -> Ground:
    """Why a number may not go out in parts. Those that went before cannot be hidden: it stops the draft."""
    finding, known = sighting.finding, sighting.known
    action = Action.HOLD if finding.action is Action.HOLD else Action.BLOCK
    field = known.path if known else ""
    said = _IN_PARTS.format(entity=finding.entity, of=f" of {field}" if field else "")
    code = _code(sighting)
    return Ground(
        code, said, action, field, finding.start, finding.end,
        entity=finding.entity, suggestion=_instead(code, action, 0), decided_by=finding.decided_by,
    )  # fmt: skip


def risky(signals: tuple[str, ...]) -> Ground:
    """Why a draft waits that could be sent if there were no risk signals."""
    return Ground(Code.RISK, "a person sends in this conversation", Action.HOLD, decided_by=signals)


def unknown_token(span: tuple[int, int], action: Action, place: Place) -> Ground:
    """Why a token that no value stands behind does not pass. ``span``: half-open, in the draft."""
    code = Code.TOKEN_UNKNOWN
    return Ground(
        code, _where(place) + _WHAT[code], action, "", *span,
        path=path_text(place.path), suggestion=_instead(code, action, 0),
    )  # fmt: skip


def _code(sighting: Sighting) -> Code:
    if sighting.finding.entity == NOTE:
        return Code.INTERNAL_NOTE
    if sighting.finding.entity in SECRETS:
        return Code.SECRET
    if sighting.relation is Relation.OTHERS:
        return Code.OTHER_SUBJECT
    if sighting.relation is Relation.ELSEWHERE:
        return Code.OTHER_SESSION
    if sighting.known is not None and sighting.known.dropped:
        return Code.FIELD_NOT_ALLOWED
    return Code.ENTITY_NOT_ALLOWED


def _instead(code: Code, action: Action, digits: int) -> str:
    by_action = _LEAVE_OUT if action is Action.LAST4 and not digits else _INSTEAD_BY_ACTION.get(action)
    instead = _INSTEAD.get(code) or by_action or _LEAVE_OUT
    if action is Action.HOLD:
        instead = _OR_WAIT.format(instead=instead)
    return instead.format(digits=digits)


def _where(place: Place) -> str:
    """The argument that the text stands in; of a draft in words, ``in_sentence`` says it later."""
    if not place.path:
        return ""
    return f"{'the key of ' if place.key else ''}argument {path_text(place.path)} "


def sentence_ends(text: str) -> list[int]:
    """Where in the text a new sentence or line begins, but for the first."""
    return [end.end() for end in _SENTENCE_END.finditer(text)]


def in_sentence(ground: Ground, number: int, shift: int) -> Ground:
    """The ground of a draft in words; ``shift``: where in the draft its offsets began."""
    return replace(
        ground,
        detail=f"sentence {number} {ground.detail}",
        sentence=number,
        start=ground.start + shift,
        end=ground.end + shift,
    )


def number_of(ends: list[int], offset: int) -> int:
    """How many sentences end at or before ``offset``; ``ends`` are in order."""
    return bisect_right(ends, offset)


def without(draft: str, grounds: Iterable[Ground]) -> str:
    """The draft with each span that stops it replaced by its kind; "" where that leaves nothing to say."""
    joined: list[tuple[int, int, str]] = []
    for ground in sorted((g for g in grounds if g.action.stops), key=lambda g: (g.start, -g.end)):
        if joined and ground.start < joined[-1][1]:
            start, end, entity = joined[-1]
            joined[-1] = (start, max(end, ground.end), entity)
        else:
            joined.append((ground.start, ground.end, ground.entity or "UNKNOWN"))
    text = replace_spans(draft, [(start, end, f"[{entity}]") for start, end, entity in joined]).text
    return "" if _ONLY_STAND_INS.fullmatch(text) else text
