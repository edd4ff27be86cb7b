"""What stands in a text of a draft for one reader: tokens restored, all found treated, and why.

Offsets in what it answers count in the text as it was given.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hushgate.calls import Located
from hushgate.document import path_text
from hushgate.failure import naming
from hushgate.finding import NOTE, SIMILAR, Finding
from hushgate.outbound.reasons import ground_of, risky, unknown_token
from hushgate.sessions.candidates import candidates
from hushgate.sessions.elsewhere import apart
from hushgate.sessions.facts import Known
from hushgate.transformation.operators import operate
from hushgate.transformation.reading import find_tokens, shaped_tokens
from hushgate.transformation.rewrite import Rewritten, replace_spans
from hushgate.transformation.tokens import written_tokens
from hushgate.treatment import Reader, Sighting, settled, sightings, speaks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from hushgate.calls import Ground, ReviewCall
    from hushgate.detection.detector import Detector
    from hushgate.document import Place
    from hushgate.sessions.candidates import Candidate
    from hushgate.sessions.notes import Repeat
    from hushgate.sessions.session import Session
    from hushgate.transformation.joinable import Keys


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a text that comes out differently, half-open: all of it or nothing."""

    start: int
    end: int
    text: str = field(repr=False)
    """What stands there afterwards."""
    hidden: bool
    """Something of it was hidden; otherwise a token was restored."""


@dataclass(frozen=True, slots=True)
class Looked:
    """One text after treatment."""

    parts: tuple[Part, ...]
    """What changes, disjoint and in order; all else stays."""
    grounds: tuple[Ground, ...]
    located: tuple[Located, ...]
    number: bool
    """It is one restored value that was a JSON number."""

    @property
    def hidden(self) -> bool:
        """Whether something was hidden."""
        return any(part.hidden for part in self.parts)

    def written(self, text: str) -> str:
        """The text as it comes out."""
        return replace_spans(text, [(part.start, part.end, part.text) for part in self.parts]).text


@dataclass(frozen=True, slots=True)
class _Restored:
    """A text with its tokens and made-up values turned back, and the values that stand in it now."""

    rewritten: Rewritten
    values: tuple[tuple[Finding, Known], ...]
    unknown: tuple[tuple[int, int], ...]
    """Where the draft has tokens that no value of this session stands behind: half-open, in the draft."""


@dataclass(frozen=True, slots=True)
class Looker:
    """Looks at the texts of one draft for one reader. The session is read, not changed."""

    session: Session
    detector: Detector
    secret: Keys
    reader: Reader
    call: ReviewCall

    def look(self, places: Sequence[Place]) -> list[Looked]:
        """Each text treated, in order; the detectors run once over all."""
        restored = [self._restore(place.text) for place in places]
        texts = [one.rewritten.text for one in restored]
        with naming(lambda _: "text" if self.call.arguments_json is None else "arguments_json"):
            detected = self.detector.find_many(
                texts,
                labels=[place.label for place in places],
                language=self.call.language or "en",
            )
        foreign = self._of_others(texts, detected)
        return [
            self._looked(place, one, found, others)
            for place, one, found, others in zip(places, restored, detected, foreign, strict=True)
        ]

    @property
    def waits(self) -> tuple[Ground, ...]:
        """Why the draft waits for a person, whatever stands in it; nothing where it need not."""
        names = self.reader.waits
        return (risky(names),) if names else ()

    def in_parts(self, told: Sequence[str], groups: Sequence[str], span: tuple[int, int]) -> list[Sighting]:
        """The numbers that a piece's digits, behind those that were told before, give away."""
        sighted = [
            self.reader.sight(
                Finding(*span, known.entity, 1.0, "session.parts"), self.session.facts_about(known)
            )
            for known in self.session.fragments.find((*told, *groups), len(told))
            if speaks(known, self.reader)
        ]
        return [sighting for sighting in sighted if sighting.finding.action.hides]

    def _restore(self, text: str) -> _Restored:
        tokens = find_tokens(text, self.session.live, self.detector.entities)
        knowns = [self.session.restored(token.identifier) for token in tokens]
        back = [
            (token.start, token.end, known.value, known, "session.token")
            for token, known in zip(tokens, knowns, strict=True)
        ]
        covered = {at for token in tokens for at in range(token.start, token.end)}
        standing = self.session.surrogates.find(text)
        back += (
            (one.start, one.end, one.text, one.known, "session.surrogate")
            for one in standing.restored
            if covered.isdisjoint(range(one.start, one.end))
        )
        back.sort(key=lambda one: one[0])
        rewritten = replace_spans(text, [one[:3] for one in back])
        values = tuple(
            (Finding(start, end, known.entity, 1.0, rule), known)
            for (start, end, _, _), (*_, known, rule) in zip(rewritten.cuts, back, strict=True)
        )
        meant = {
            *((w.start, w.end) for w in written_tokens(text)),
            *shaped_tokens(text, self.detector.entities, self.session.live),
            *standing.unknown,
        }
        unknown = tuple(sorted(span for span in meant if covered.isdisjoint(range(*span))))
        return _Restored(rewritten, values, unknown)

    def _of_others(
        self, texts: Sequence[str], detected: Sequence[Sequence[Finding]]
    ) -> list[list[Candidate]]:
        """What stands in each text that only other conversations know; the store is asked once for all."""
        if not self.reader.destination.other_sessions.hides:
            return [[] for _ in texts]
        allowed = {value.casefold() for value in self.reader.policy.allow}
        spotted = [
            [c for c in candidates(text, found) if text[c.start : c.end].casefold() not in allowed]
            for text, found in zip(texts, detected, strict=True)
        ]
        keys = self.session.of_others({c.key for each in spotted for c in each}, self.reader.subject)
        return [apart(c for c in each if c.key in keys) for each in spotted]

    def _looked(
        self, place: Place, restored: _Restored, found: Sequence[Finding], others: Iterable[Candidate]
    ) -> Looked:
        text = restored.rewritten.text
        notes = [self._note(repeat) for repeat in self._repeats(text)]
        seen = [
            self.reader.sight(finding, self.session.facts_about(known)) for finding, known in restored.values
        ]
        seen += sightings(
            text, found, self.session, self.reader, allowed_digits=self.reader.policy.allowed_trailing_digits
        )
        seen += notes
        seen += map(self.reader.sight_elsewhere, others)
        winners = settled(seen)
        hiding = [
            (s.finding.start, s.finding.end, self._stand_in(s, text[s.finding.start : s.finding.end]))
            for s in winners
            if s.finding.action.hides
        ]
        parts = tuple(_parts(restored.rewritten, hiding))
        # What stops the draft does so, also where another finding covers it.
        shown = [s for s in seen if s.finding.action.stops] or winners
        shown = [replace(s, finding=_in_draft(s.finding, restored.rewritten)) for s in shown]
        path = path_text(place.path)
        grounds = [
            ground_of(s, self.reader, self.call.destination, place) for s in shown if s.finding.action.hides
        ]
        action = self.reader.destination.unknown_tokens
        grounds += (unknown_token(span, action, place) for span in restored.unknown)
        located = {Located(s.finding, path=path): None for s in shown}
        return Looked(
            parts,
            tuple(sorted(dict.fromkeys(grounds), key=lambda g: (g.start, g.end))),
            tuple(sorted(located, key=lambda one: (one.finding.start, one.finding.end))),
            number=len(restored.values) == 1
            and restored.values[0][1].number
            and parts == (Part(0, len(place.text), restored.values[0][1].value, hidden=False),),
        )

    def _repeats(self, text: str) -> list[Repeat]:
        """What of the text a note says too, by its words, and where those tell nothing, by what it means."""
        repeats = self.session.notes.find(text)
        if (model := self.detector.similarity) is None:
            return repeats
        similar = self.session.meanings(model).find(text, self.reader.policy.note_similarity)
        return repeats + [s for s in similar if not any(r.start < s.end and s.start < r.end for r in repeats)]

    def _note(self, repeat: Repeat) -> Sighting:
        finding = Finding(
            repeat.start, repeat.end, NOTE, repeat.share, SIMILAR if repeat.similar else "session.note"
        )
        return self.reader.sight(finding, [Known("", NOTE, path=repeat.note.path, source=repeat.note.source)])

    def _stand_in(self, sighting: Sighting, value: str) -> str:
        finding = sighting.finding
        token = self.session.pseudonym_of(finding.entity, value)
        return operate(
            finding.action,
            finding.entity,
            value,
            keys=self.secret,
            pseudonym=None if token is None else lambda *_: token,
        )


def _in_draft(finding: Finding, restored: Rewritten) -> Finding:
    start, end = restored.back(finding.start, finding.end)
    return replace(finding, start=start, end=end)


def _parts(restored: Rewritten, hiding: Sequence[tuple[int, int, str]]) -> Iterator[Part]:
    """What changes in the draft: each restored token and each hidden span, those that overlap as one.

    ``hiding`` counts in the restored text, disjoint and in order.
    """
    spans = sorted([(start, end) for start, end, _, _ in restored.cuts] + [(s, e) for s, e, _ in hiding])
    joined: list[list[int]] = []
    for start, end in spans:
        if joined and start < joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], end)
        else:
            joined.append([start, end])
    starts = [start for start, _, _ in hiding]
    for start, end in joined:
        among = hiding[bisect_left(starts, start) : bisect_left(starts, end)]
        inside = [(s - start, e - start, stand_in) for s, e, stand_in in among]
        old = restored.text[start:end]
        new = replace_spans(old, inside).text
        yield Part(*restored.back(start, end), new, hidden=new != old)
