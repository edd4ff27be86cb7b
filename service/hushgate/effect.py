"""What another policy makes of the same calls: how its answers differ, counted without a value."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from hushgate.audit.decisions import named_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from hushgate.calls import Prepared, Reviewed
    from hushgate.failure import Failure
    from hushgate.finding import Finding
    from hushgate.outbound.judged import Judged
    from hushgate.preparing import Told
    from hushgate.redactor import Redaction

ANSWERED = "ANSWERED"
"""The outcome of a call that has no verdict."""
NOTHING = "nothing"
"""What is done with what is not found, or not there."""

Place: TypeAlias = tuple[str, int | None, int | None]
"""Of a text in an answer: the path in it, the message, the record."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call, as far as a policy decides it."""

    rpc: str
    intent: str
    outcome: str
    """A verdict, ANSWERED, or the reason of a failure."""
    texts: tuple[str, ...] = field(default=(), repr=False)
    """What comes out; none: not known."""
    findings: Mapping[Place, Sequence[Finding]] = field(default_factory=dict, repr=False)
    fields: Mapping[Place, str] = field(default_factory=dict, repr=False)
    """The action on each field of each record."""


class Difference(NamedTuple):
    """One thing that is one way under a policy, and another way under another."""

    rpc: str
    intent: str
    kind: str
    """``outcome``, ``finding``, ``field``, or ``text`` where the wording alone is another."""
    what: str
    """Of a finding its entity, of a field its path as the policies write it."""
    before: str
    after: str


def prepared(intent: str, told: Told | Prepared) -> Answer:
    """What came of a Prepare."""
    texts = (*(message.text for message in told.messages), *(record.json for record in told.records))
    findings = _placed(((one.path, one.message, one.record), one.finding) for one in told.findings)
    fields: dict[Place, str] = {(one.path, None, one.record): one.action.value for one in told.fields}
    return Answer("Prepare", intent, ANSWERED, texts, findings, fields)


def reviewed(intent: str, judged: Judged | Reviewed, content: str | None) -> Answer:
    """What came of a Review, streamed or not; ``content``: what may be sent."""
    findings = _placed(((one.path, None, None), one.finding) for one in judged.findings)
    return Answer("Review", intent, judged.verdict.value, (content or "",), findings)


def redacted(redaction: Redaction) -> Answer:
    """What came of one item of a Redact."""
    paths = redaction.paths or ("",) * len(redaction.findings)
    placed = (((path, None, None), each) for path, each in zip(paths, redaction.findings, strict=True))
    return Answer("Redact", "", ANSWERED, (redaction.text,), _placed(placed))


def failed(rpc: str, intent: str, failure: Failure) -> Answer:
    """A call that is refused."""
    return Answer(rpc, intent, failure.reason.name)


def _placed(found: Iterable[tuple[Place, Finding]]) -> dict[Place, list[Finding]]:
    placed: dict[Place, list[Finding]] = {}
    for place, finding in found:
        placed.setdefault(place, []).append(finding)
    return placed


def differences(before: Answer, after: Answer, names: Mapping[str, str]) -> Counter[Difference]:
    """How ``after`` differs; empty where it does not. ``names``: both policies' ``key_names``."""
    found = Counter(
        Difference(before.rpc, before.intent, *said)
        for said in (*_outcome(before, after), *_fields(before, after, names), *_findings(before, after))
    )
    if not found and before.texts and before.texts != after.texts:
        found[Difference(before.rpc, before.intent, "text", "", "", "")] = 1
    return found


Said: TypeAlias = tuple[str, str, str, str]


def _outcome(before: Answer, after: Answer) -> Iterator[Said]:
    if before.outcome != after.outcome:
        yield "outcome", "", before.outcome, after.outcome


def _fields(before: Answer, after: Answer, names: Mapping[str, str]) -> Iterator[Said]:
    for place in before.fields.keys() & after.fields.keys():
        if before.fields[place] != after.fields[place]:
            yield "field", named_path(place[0], names), before.fields[place], after.fields[place]


def _findings(before: Answer, after: Answer) -> Iterator[Said]:
    """Text by text; of a field that is not treated as before, nothing more is said."""
    for place in before.findings.keys() | after.findings.keys():
        if before.fields.get(place) == after.fields.get(place):
            yield from _in_one_text(before.findings.get(place, ()), after.findings.get(place, ()))


def _in_one_text(before: Sequence[Finding], after: Sequence[Finding]) -> Iterator[Said]:
    """A finding is the same one where it has the same entity and shares a character."""
    left = sorted(after, key=_order)
    for was in sorted(before, key=_order):
        now = next((f for f in left if f.entity == was.entity and _overlap(f, was)), None)
        if now is not None:
            left.remove(now)
        action = now.action.value if now else NOTHING
        if action != was.action.value:
            yield "finding", was.entity, was.action.value, action
    for now in left:
        yield "finding", now.entity, NOTHING, now.action.value


def _order(finding: Finding) -> tuple[int, int, str]:
    return finding.start, finding.end, finding.entity


def _overlap(one: Finding, other: Finding) -> bool:
    return one.start < other.end and other.start < one.end
