"""Whether a draft may be sent, and in which words; whole, or piece by piece as it is written.

    draft ─ restore tokens ─ detect + recall ─ settle ─ decide(destination, recipient) ─ rewrite ─▶ verdict

A text is decided in pieces, each with what stands round it, in an order that the text alone gives. So a
draft that comes in chunks is answered as the whole is. Offsets in what is answered count in the draft as
it was given.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hushgate.calls import SENDABLE
from hushgate.document import Place
from hushgate.finding import Action
from hushgate.outbound.arguments import review_arguments
from hushgate.outbound.cutting import BEHIND, Window, sought, window_begin, windows
from hushgate.outbound.judged import TRIES, Judged, verdict_on
from hushgate.outbound.looking import Looker
from hushgate.outbound.reasons import in_parts, in_sentence, number_of, sentence_ends, without
from hushgate.sessions.fragments import digit_groups
from hushgate.treatment import Reader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hushgate.calls import Ground, Located, ReviewCall
    from hushgate.detection.detector import Detector
    from hushgate.outbound.looking import Looked, Part
    from hushgate.policy.model import Policy
    from hushgate.sessions.session import Session
    from hushgate.transformation.joinable import Keys


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the review of a text has come. What was released is final. Offsets count in ``text``."""

    text: str = field(default="", repr=False)
    """What of the draft is still looked at."""
    base: int = 0
    """Where in the draft ``text`` begins."""
    at: int = 0
    """Up to where all is decided."""
    tried: int = 0
    """The last place where a cut was thought of; something reached across it if that is not ``at``."""
    sought: int = 0
    """Before this place there is no other cut to think of."""
    ended: bool = False
    sent: int = 0
    """Up to where in the draft it was released."""
    sentences: int = 0
    """How many of the draft's sentences end at or before ``at``."""
    hidden: bool = False
    held: bool = False
    """Nothing more may be sent before a person has decided; a block may still come."""
    blocked: bool = False
    """Nothing more may be sent."""
    told: tuple[str, ...] | None = None
    """Groups of digits that the messages before had, and this one up to here; None: it has not begun."""
    reasons: tuple[Ground, ...] = ()
    findings: tuple[Located, ...] = ()

    @property
    def stopped(self) -> bool:
        """Whether nothing more is released."""
        return self.blocked or self.held

    def given(self, text: str, *, ended: bool = False) -> Progress:
        """The same with ``text`` behind it; ``ended``: nothing comes after."""
        begin = max(0, self.at - 2 * BEHIND)
        whole, tried = self.text[begin:] + text, self.tried - begin
        first = self.base + self.tried == 0
        return replace(
            self,
            text=whole,
            base=self.base + begin,
            at=self.at - begin,
            tried=tried,
            sought=sought(whole, tried, self.sought - begin, first=first),
            ended=ended,
        )

    def windows(self) -> list[Window]:
        """What can be decided now, in order."""
        first = self.base + self.tried == 0
        return windows(self.text, self.at, self.tried, self.sought, first=first, ended=self.ended)

    def judged(self, released: str) -> Judged:
        """The verdict on what is decided; ``released`` is what may be sent of it."""
        verdict = verdict_on(self.reasons, hidden=self.hidden)
        content = released if verdict in SENDABLE else None
        return Judged(verdict, content, self.reasons, self.findings)


def review(call: ReviewCall, policy: Policy, session: Session, detector: Detector, secret: Keys) -> Judged:
    """The verdict on the call's draft. The session learns which digits went out, and nothing else.

    Fails with JSON_INVALID, JSON_TOO_DEEP, LANGUAGE_UNSUPPORTED, DETECTION_TIMEOUT and as ``looker_for``.
    """
    looker = looker_for(call, policy, session, detector, secret)
    if call.text is None:
        return review_arguments(call.arguments_json or "", looker)
    progress, released = advance(Progress().given(call.text, ended=True), looker)
    judged = progress.judged(released)
    if judged.verdict in SENDABLE or looker.waits:
        return judged
    return replace(judged, suggestion=_suggestion(call.text, judged.reasons, looker))


def unsent(draft: str, progress: Progress, looker: Looker) -> str:
    """A text to go on with from what was sent of a draft that something has stopped; "" where there is none.

    ``draft``: as far as it came. Of that, what is decided, without what stops it: a half of a value may stand
    in the rest.
    """
    sent = progress.sent
    grounds = [
        replace(ground, start=max(ground.start, sent) - sent, end=ground.end - sent)
        for ground in progress.reasons
        if ground.action.stops
    ]
    if looker.waits or not all(ground.start < ground.end for ground in grounds):
        return ""
    return _suggestion(draft[sent : progress.base + progress.at], grounds, looker)


def _suggestion(draft: str, reasons: Iterable[Ground], looker: Looker) -> str:
    """The draft without what stops it, once a review of it says that nothing does; "" where none is found."""
    for _ in range(TRIES):
        draft = without(draft, reasons)
        progress, _ = _decided(Progress().given(draft, ended=True), looker)
        if not progress.stopped:
            return draft
        reasons = progress.reasons
    return ""


def looker_for(
    call: ReviewCall, policy: Policy, session: Session, detector: Detector, secret: Keys
) -> Looker:
    """Who looks at the call's draft; the session hears its risk signals.

    Fails with DESTINATION_UNKNOWN, or FIELD_INVALID for a signal that the policy does not name.
    """
    session.hear(policy.declared(call.risk_signals))
    destination = policy.destination(call.destination)
    at_risk = destination.at_risk(session.signals, call.intent)
    reader = Reader(
        policy,
        destination,
        call.recipient_id or session.customer,
        narrowing=(*destination.on_way(call.channel, call.tool), *at_risk),
        speaks=not call.recipient_id or session.customer in ("", call.recipient_id),
    )
    return Looker(session, detector, secret, reader, call)


def advance(progress: Progress, looker: Looker) -> tuple[Progress, str]:
    """The review as far as it can go with what is there, and what may be sent of it.

    Once something blocks or holds, nothing more is released; what can still be decided is, for its reasons.
    """
    destination = looker.call.destination
    before = looker.session.told(destination) if progress.told is None else progress.told
    grounds = [ground for ground in looker.waits if ground not in progress.reasons]
    if grounds:
        progress = replace(progress, held=True, reasons=(*grounds, *progress.reasons))
    after, released = _decided(progress, looker)
    if not after.stopped:
        looker.session.tell(destination, (after.told or ())[len(before) :])
    return after, released


def _decided(progress: Progress, looker: Looker) -> tuple[Progress, str]:
    """``advance``, without the session's learning what goes out."""
    if progress.told is None:
        progress = replace(progress, told=looker.session.told(looker.call.destination))
    planned = progress.windows()
    looked = looker.look([Place(progress.text[window.begin : window.end]) for window in planned])
    released = []
    for window, seen in zip(planned, looked, strict=True):
        begin = window_begin(progress.text, progress.at)
        if begin < window.begin:  # the cut before was not taken, so that this piece begins earlier
            [wider] = looker.look([Place(progress.text[begin : window.end])])
            window, seen = replace(window, begin=begin), wider  # noqa: PLW2901
        progress, text = _decide(progress, window, seen, looker)
        released.append(text)
    return progress, "".join(released)


def _decide(progress: Progress, window: Window, looked: Looked, looker: Looker) -> tuple[Progress, str]:
    """The piece that ends at the window's cut, unless something that was found reaches across the cut."""
    shift = progress.base + window.begin
    at, cut = progress.at - window.begin, window.cut - window.begin
    edges = [(part.start, part.end) for part in looked.parts]
    edges += [(ground.start, ground.end) for ground in looked.grounds]
    edges += [(one.finding.start, one.finding.end) for one in looked.located]
    if any(start < cut < end for start, end in edges):
        return replace(progress, tried=window.cut), ""
    parts = [part for part in looked.parts if part.start < cut and at < part.end]
    grounds = [ground for ground in looked.grounds if ground.start < cut and at < ground.end]
    findings = [
        replace(one, finding=replace(f, start=f.start + shift, end=f.end + shift))
        for one in looked.located
        if (f := one.finding).start < cut and at < f.end
    ]
    written = _written(progress.text[window.begin : window.end], at, cut, parts)
    told = progress.told or ()
    groups = digit_groups(written)
    grounds += map(in_parts, looker.in_parts(told, groups, (at, cut)))
    ends = sentence_ends(progress.text[window.begin : window.end])
    first = progress.sentences + 1 - number_of(ends, at)
    reasons = [in_sentence(ground, first + number_of(ends, ground.start), shift) for ground in grounds]
    after = replace(
        progress,
        at=window.cut,
        tried=window.cut,
        sent=progress.base + window.cut,
        told=(*told, *groups),
        sentences=progress.sentences + number_of(ends, cut) - number_of(ends, at),
        hidden=progress.hidden or any(part.hidden for part in parts),
        held=progress.held or any(ground.action is Action.HOLD for ground in reasons),
        blocked=progress.blocked or any(ground.action is Action.BLOCK for ground in reasons),
        reasons=(*progress.reasons, *(ground for ground in reasons if ground not in progress.reasons)),
        findings=(*progress.findings, *(one for one in findings if one not in progress.findings)),
    )
    return (replace(after, sent=progress.sent), "") if after.stopped else (after, written)


def _written(text: str, at: int, cut: int, parts: Iterable[Part]) -> str:
    """``text[at:cut]`` as it comes out. What began before ``at`` and hides is replaced as a whole."""
    out: list[str] = []
    for part in parts:
        if part.start < at and not part.hidden:
            continue  # the half of a token is no token
        out += (text[at : part.start], part.text)
        at = part.end
    return "".join((*out, text[at:cut]))
