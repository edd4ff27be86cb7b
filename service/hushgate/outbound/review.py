"""Whether a draft may be sent, and in which words.

    draft ─ restore tokens ─ detect + recall ─ settle ─ decide(destination, recipient) ─ rewrite ─▶ verdict

Offsets in what it answers count in the draft as it was given.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hushgate.calls import Code, Ground, Located, Verdict
from hushgate.document import (
    Number,
    Place,
    keys,
    leaves,
    parse,
    path_text,
    rebuild,
    scalar_text,
    serialize,
)
from hushgate.finding import SECRETS, Action, Finding
from hushgate.sessions.facts import Known
from hushgate.transformation.operators import operate
from hushgate.transformation.rewrite import Rewritten, replace_spans
from hushgate.transformation.tokens import find_tokens, shaped_tokens, written_tokens
from hushgate.treatment import Reader, Relation, Sighting, settled, sightings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hushgate.calls import ReviewCall
    from hushgate.detection.detector import Detector
    from hushgate.document import Path, Scalar, Tree
    from hushgate.policy.model import Policy
    from hushgate.sessions.notes import Repeat
    from hushgate.sessions.session import Session
    from hushgate.transformation.joinable import Keys


@dataclass(frozen=True, slots=True)
class Judged:
    """What ``review`` makes of a draft: ``content`` is what may be sent, None if it is blocked."""

    verdict: Verdict
    content: str | None = field(repr=False)
    reasons: tuple[Ground, ...]
    findings: tuple[Located, ...]


@dataclass(frozen=True, slots=True)
class _Restored:
    """A text with its tokens turned back, and the values that stand in it now."""

    rewritten: Rewritten
    values: tuple[tuple[Finding, Known], ...]
    unknown: tuple[tuple[int, int], ...]
    """Where the draft has tokens that no value of this session stands behind: half-open, in the draft."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One text of a draft after treatment."""

    text: str = field(repr=False)
    hidden: bool
    """Something in it was hidden."""
    grounds: tuple[Ground, ...]
    located: tuple[Located, ...]
    number: bool
    """It is one restored value that was a JSON number."""


def review(call: ReviewCall, policy: Policy, session: Session, detector: Detector, secret: Keys) -> Judged:
    """The verdict on the call's draft. The session is read, not changed.

    Fails with JSON_INVALID, JSON_TOO_DEEP, DESTINATION_UNKNOWN, LANGUAGE_UNSUPPORTED or DETECTION_TIMEOUT.
    """
    reader = Reader(policy, policy.destination(call.destination), call.recipient_id or session.customer)
    reviewer = _Reviewer(session, detector, secret, reader, call)
    if call.text is not None:
        pieces = reviewer.pieces([Place(call.text)])
        content = pieces[0].text
    else:
        content, pieces = reviewer.arguments(call.arguments_json or "")
    grounds = tuple(ground for piece in pieces for ground in piece.grounds)
    located = tuple(one for piece in pieces for one in piece.located)
    if any(one.finding.action is Action.BLOCK for one in located) or any(
        ground.code is Code.TOKEN_UNKNOWN for ground in grounds
    ):
        return Judged(Verdict.BLOCKED, None, grounds, located)
    hidden = any(piece.hidden for piece in pieces)
    return Judged(Verdict.REDACTED if hidden else Verdict.PASSED, content, grounds, located)


@dataclass(frozen=True, slots=True)
class _Reviewer:
    """Treats the texts of one draft for one reader."""

    session: Session
    detector: Detector
    secret: Keys
    reader: Reader
    call: ReviewCall

    def arguments(self, json: str) -> tuple[str, list[_Piece]]:
        """A tool call's arguments, value by value and key by key, numbers and nesting kept in type."""
        tree = parse(json, field="arguments_json", object_only=True)
        places = list(_places(tree))
        pieces = self.pieces(places)
        by_place = {(place.path, place.key): piece for place, piece in zip(places, pieces, strict=True)}

        def treat(path: Path, value: Scalar) -> Scalar:
            piece = by_place.get((path, False))
            if piece is None or piece.text == scalar_text(value):
                return value
            return Number(piece.text) if piece.number else piece.text

        def rename(path: Path, _: str) -> str:
            return by_place[path, True].text

        return serialize(rebuild(tree, treat, rename=rename)), pieces

    def pieces(self, places: Sequence[Place]) -> list[_Piece]:
        """Each text treated, in order; the detectors run once over all."""
        restored = [self._restore(place.text) for place in places]
        detected = self.detector.find_many(
            [one.rewritten.text for one in restored],
            labels=[place.label for place in places],
            language=self.call.language or "en",
        )
        return [
            self._piece(place, one, found)
            for place, one, found in zip(places, restored, detected, strict=True)
        ]

    def _restore(self, text: str) -> _Restored:
        tokens = find_tokens(text, self.session.live)
        knowns = [self.session.restored(token.identifier) for token in tokens]
        rewritten = replace_spans(
            text,
            [(token.start, token.end, known.value) for token, known in zip(tokens, knowns, strict=True)],
        )
        values = tuple(
            (Finding(start, end, known.entity, 1.0, "session.token"), known)
            for (start, end, _, _), known in zip(rewritten.cuts, knowns, strict=True)
        )
        covered = {at for token in tokens for at in range(token.start, token.end)}
        meant = {
            *((w.start, w.end) for w in written_tokens(text)),
            *shaped_tokens(text, self.detector.entities),
        }
        unknown = tuple(sorted(span for span in meant if covered.isdisjoint(range(*span))))
        return _Restored(rewritten, values, unknown)

    def _piece(self, place: Place, restored: _Restored, found: Sequence[Finding]) -> _Piece:
        text = restored.rewritten.text
        notes = [self._note(repeat) for repeat in self.session.notes.find(text)]
        seen = [
            self.reader.sight(finding, [known, *self.session.known_as(known.value)])
            for finding, known in restored.values
        ]
        seen += sightings(
            text, found, self.session, self.reader, allowed_digits=self.reader.policy.allowed_trailing_digits
        )
        seen += notes
        winners = settled(seen)
        written = replace_spans(
            text,
            [
                (s.finding.start, s.finding.end, self._stand_in(s, text[s.finding.start : s.finding.end]))
                for s in winners
                if s.finding.action.hides
            ],
        ).text
        # A block that another finding covers is no less a block.
        shown = [s for s in seen if s.finding.action is Action.BLOCK] or winners
        shown = [replace(s, finding=_in_draft(s.finding, restored.rewritten)) for s in shown]
        path = path_text(place.path)
        grounds = [self._ground(s) for s in shown if s.finding.action.hides]
        grounds += (
            Ground(Code.TOKEN_UNKNOWN, _SENTENCE[Code.TOKEN_UNKNOWN], "", *at) for at in restored.unknown
        )
        return _Piece(
            written,
            hidden=written != text,
            grounds=tuple(sorted(dict.fromkeys(grounds), key=lambda g: (g.start, g.end))),
            located=tuple(
                sorted(
                    dict.fromkeys(Located(s.finding, path=path) for s in shown),
                    key=lambda one: (one.finding.start, one.finding.end),
                )
            ),
            number=len(restored.values) == 1
            and restored.values[0][1].number
            and written == restored.values[0][1].value,
        )

    def _note(self, repeat: Repeat) -> Sighting:
        action = self.reader.destination.internal_notes
        finding = Finding(repeat.start, repeat.end, "INTERNAL_NOTE", 1.0, "session.note", action)
        note = Known("", "INTERNAL_NOTE", path=repeat.note.path, source=repeat.note.source)
        return Sighting(finding, note)

    def _ground(self, sighting: Sighting) -> Ground:
        finding, known = sighting.finding, sighting.known
        if finding.entity == "INTERNAL_NOTE":
            code = Code.INTERNAL_NOTE
        elif finding.entity in SECRETS:
            code = Code.SECRET
        elif sighting.relation is Relation.OTHERS:
            code = Code.OTHER_SUBJECT
        elif known is not None and known.dropped:
            code = Code.FIELD_NOT_ALLOWED
        else:
            code = Code.ENTITY_NOT_ALLOWED
        detail = _SENTENCE[code].format(entity=finding.entity, destination=self.call.destination)
        return Ground(code, detail, known.path if known else "", finding.start, finding.end)

    def _stand_in(self, sighting: Sighting, value: str) -> str:
        finding = sighting.finding
        token = self.session.token_of(finding.entity, value)
        return operate(
            finding.action,
            finding.entity,
            value,
            keys=self.secret,
            pseudonym=None if token is None else lambda *_: token,
        )


_SENTENCE = {
    Code.TOKEN_UNKNOWN: "no value of this session stands behind the token",
    Code.OTHER_SUBJECT: "{entity} from a record about another subject",
    Code.INTERNAL_NOTE: "repeats an internal note word for word",
    Code.SECRET: "{entity} may not go to {destination}",
    Code.FIELD_NOT_ALLOWED: "{entity} from a field that the intent does not let through",
    Code.ENTITY_NOT_ALLOWED: "the policy does not let {entity} go to {destination} as it is",
}


def _in_draft(finding: Finding, restored: Rewritten) -> Finding:
    start, end = restored.back(finding.start, finding.end)
    return replace(finding, start=start, end=end)


def _places(tree: Tree) -> Iterator[Place]:
    """Every text of the document: keys and leaves, booleans and null left out."""
    for path in keys(tree):
        yield Place(str(path[-1]), path, key=True)
    for leaf in leaves(tree):
        if text := scalar_text(leaf.value):
            yield Place(text, leaf.path)
