"""What is done with what stands in a text: whose value it is, and what the policy says of it there.

The one place where detectors' findings and the session's recall meet.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from enum import IntEnum
from operator import itemgetter
from typing import TYPE_CHECKING

from hushgate.finding import NOTE, SECRETS, SIMILAR, Action, Finding
from hushgate.policy.counting import counted
from hushgate.policy.strictness import tightened
from hushgate.sessions.facts import UNTYPED, Known
from hushgate.settle import settle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hushgate.policy.model import Destination, Policy
    from hushgate.policy.tightening import Tightening, Treatment
    from hushgate.sessions.candidates import Candidate
    from hushgate.sessions.session import Session


class Relation(IntEnum):
    """Whose a value is, seen from who will read it. The least wins where several hold."""

    OWN = 0
    """It stands in a record about the reader."""
    OTHERS = 1
    """It stands in a record about somebody else."""
    SAID = 2
    """The customer said it; no record holds it."""
    UNKNOWN = 3
    """A detector found it; the session does not know it, or it is about nobody."""
    ELSEWHERE = 4
    """Another session of the tenant knows it, and this one does not."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """A finding with its action, and the known value behind it where there is one."""

    finding: Finding
    known: Known | None = field(default=None, repr=False)
    relation: Relation = Relation.UNKNOWN


@dataclass(frozen=True, slots=True)
class Reader:
    """To whom a text goes, under which policy."""

    policy: Policy
    destination: Destination
    subject: str = field(repr=False)
    """The subject who will read it; empty when nobody said."""
    narrowing: tuple[Tightening, ...] = ()
    """What is hidden beside, on the way that it goes and under the session's risk signals."""
    speaks: bool = True
    """It is the customer of this conversation, who has said what was said."""

    def relation(self, known: Known | None) -> Relation:
        """Whose the value is."""
        if known is None:
            return Relation.UNKNOWN
        if known.subject:
            return Relation.OWN if known.subject == self.subject else Relation.OTHERS
        if known.said:
            return Relation.SAID if self.speaks else Relation.OTHERS
        return Relation.UNKNOWN

    def decided(self, finding: Finding, known: Known | None = None, *, said: bool = False) -> Finding:
        """The finding with what the policy does with it here, and what made that stricter.

        ``said``: by the customer, whatever record holds it too. What comes from a dropped field passes only
        if the customer has said it themselves and the policy names its entity for this reader.
        """
        action = self._action(finding, known, said=said and self.speaks)
        action, by = tightened(action, self.asked(finding.entity, self.relation(known)))
        return replace(finding, action=action, decided_by=by)

    @property
    def beside(self) -> tuple[Tightening, ...]:
        """All that can only hide more here."""
        return (*self.destination.profiles, *self.narrowing)

    def asked(self, entity: str, relation: Relation) -> list[tuple[str, Action]]:
        """Who of those asks for what."""
        return [(each.name, _whose(each, relation).action(entity)) for each in self.beside]

    @property
    def waits(self) -> tuple[str, ...]:
        """What has each draft wait for a person, whatever stands in it."""
        return tuple(dict.fromkeys(each.name for each in self.narrowing if each.waits))

    def _action(self, finding: Finding, known: Known | None, *, said: bool) -> Action:
        entity = finding.entity
        if entity == NOTE:
            similar = finding.rule == SIMILAR
            return self.destination.similar_notes if similar else self.destination.internal_notes
        treatment = _whose(self.destination, self.relation(known))
        if entity in SECRETS and entity not in treatment.by_entity:
            return self.destination.secrets
        action = treatment.action(entity)
        echoes = said and entity in treatment.by_entity
        if known is not None and known.dropped and not echoes and not action.hides:
            return self.destination.dropped
        return action

    def sight(self, finding: Finding, knowns: Sequence[Known]) -> Sighting:
        """The finding with the action that the policy gives it. ``knowns``: all facts about the value."""
        known = best([fact for fact in knowns if not self.of_many(fact)], self)
        said = any(fact.said for fact in knowns)
        return Sighting(self.decided(finding, known, said=said), known, self.relation(known))

    def of_many(self, known: Known) -> bool:
        """Whether it is somebody else's, and a place without a number: a town points to nobody."""
        place = known.entity == "LOCATION" and not any(map(str.isdecimal, known.value))
        return place and self.relation(known) is Relation.OTHERS

    def sight_elsewhere(self, candidate: Candidate) -> Sighting:
        """A value that only other sessions know."""
        span, action = (candidate.start, candidate.end), self.destination.other_sessions
        finding = Finding(*span, candidate.entity, 1.0, "session.other", action)
        return Sighting(finding, relation=Relation.ELSEWHERE)


def _whose(treated: Destination | Tightening, relation: Relation) -> Treatment:
    """What is said of the values of those who stand so to the reader."""
    return {
        Relation.OWN: treated.own,
        Relation.SAID: treated.own,
        Relation.OTHERS: treated.others,
        Relation.UNKNOWN: treated.unknown,
    }[relation]


def sightings(
    text: str,
    detected: Iterable[Finding],
    session: Session,
    reader: Reader,
    *,
    allowed_digits: int | None = None,
) -> list[Sighting]:
    """Everything that stands in the text, each with its action; unsettled, overlaps included.

    ``detected`` are the detectors' findings in the text. ``allowed_digits``: how many digits of a longer
    known number pass; None looks for whole numbers alone.
    """
    seen = [
        reader.sight(finding, session.known_as(text[finding.start : finding.end]))
        for finding in counted(text, detected, reader.policy, reader.destination.thresholds)
    ]
    places: dict[tuple[int, int], list[Known]] = {}
    partial: set[tuple[int, int]] = set()
    for recalled in session.recall.find(text, allowed_digits=allowed_digits):
        place = (recalled.start, recalled.end)
        places.setdefault(place, []).append(recalled.known)
        if recalled.partial:
            partial.add(place)
    recalled_here = []
    for place, knowns in places.items():
        known = best(knowns, reader)
        if known is not None and speaks(known, reader):
            rule = "session.part" if place in partial else "session.value"
            recalled_here.append(reader.sight(Finding(*place, known.entity, 1.0, rule), knowns))
    passing = [
        s.finding for s in recalled_here if s.known and not s.known.dropped and not s.finding.action.hides
    ]
    return seen + [s for s in recalled_here if not _inside(s.finding, passing)]


def _inside(finding: Finding, passing: Iterable[Finding]) -> bool:
    """Whether it is part of a longer value that may pass whole: a name in its own e-mail address."""
    size = finding.end - finding.start
    return any(p.start <= finding.start and finding.end <= p.end and p.end - p.start > size for p in passing)


def speaks(known: Known, reader: Reader) -> bool:
    """Whether finding the value means anything: an untyped one only if it was held back, or is another's.

    A town of somebody else's is many people's.
    """
    if reader.of_many(known):
        return False
    return known.entity != UNTYPED or known.dropped or reader.relation(known) is Relation.OTHERS


def best(knowns: Iterable[Known], reader: Reader) -> Known | None:
    """Of several facts about one value, the one that decides: the reader's own first, what was kept first."""
    return min(knowns, key=lambda k: (reader.relation(k), k.dropped, k.entity == UNTYPED), default=None)


def settled(seen: Iterable[Sighting]) -> list[Sighting]:
    """The sightings whose findings win, disjoint and in order; see ``settle``."""
    listed = list(seen)
    behind: dict[tuple[str, str, float, Action], list[tuple[int, int, Sighting]]] = {}
    for place, sighting in enumerate(listed):
        f = sighting.finding
        behind.setdefault((f.entity, f.rule, f.score, f.action), []).append((f.start, -place, sighting))
    for alike in behind.values():
        alike.sort(key=itemgetter(0, 1))
    out = []
    for finding in settle(s.finding for s in listed):
        alike = behind[finding.entity, finding.rule, finding.score, finding.action]
        at = bisect_right(alike, finding.start, key=itemgetter(0)) - 1
        while alike[at][2].finding.end < finding.end:
            at -= 1
        out.append(replace(alike[at][2], finding=finding))
    return out
