"""Whether a policy does what its own tests say: each is run through Prepare and Review, on patterns alone."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hushgate.calls import Message, PrepareCall, Record, ReviewCall
from hushgate.candidate import Candidate
from hushgate.failure import Failure
from hushgate.sessions.session import Session
from hushgate.settings import Settings
from hushgate.transformation.joinable import Keys
from hushgate.transformation.tokens import ID_LENGTH, written_tokens
from hushgate.yamlfile import Problem, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from hushgate.detection.detector import Detector
    from hushgate.policy.model import Policy, Trial

_NAME = "tests"
"""Of the session, which no store knows, and of the tenant where the policy lists none."""
_KEY = bytes(32)
"""No secret: nothing that a test makes leaves this process."""


@dataclass(frozen=True, slots=True)
class _Out:
    """What has come of a test."""

    texts: Sequence[str] = field(repr=False)
    """Messages, drafts."""
    documents: Sequence[str] = field(default=(), repr=False)
    """Records, arguments: JSON."""
    verdict: str = ""
    reasons: Sequence[str] = ()

    @property
    def whole(self) -> str:
        return "\n".join((*self.texts, *self.documents))


def prove(file: Path, policy: Policy, detector: Detector) -> list[Problem]:
    """A problem for each test of the policy in ``file`` that fails; no value of the test stands in it."""
    if not policy.tests:
        return []
    document = read_yaml(file)
    keys = Keys.derive(_KEY)
    candidate = Candidate.of(policy, detector, keys, max_text=Settings().max_text)
    return [
        document.problem(("tests", number, key), f"tests[{number}]: {sentence}")
        for number, trial in enumerate(policy.tests)
        for key, sentence in _wrong(trial, candidate)
    ]


def _wrong(trial: Trial, candidate: Candidate) -> Iterator[tuple[str, str]]:
    """The key of the test that says otherwise, and how."""
    try:
        out = _run(trial, candidate if trial.agent else candidate.for_anyone)
    except Failure as failure:
        if failure.reason.name != trial.fails:
            yield "fails", f"fails with {failure.reason.name}"
        return
    if trial.fails:
        yield "fails", f"does not fail with {trial.fails}"
    for number, part in enumerate(trial.hides):
        if part in out.whole:
            yield "hides", f"hides[{number}] comes out"
    for number, part in enumerate(trial.keeps):
        if part not in out.whole:
            yield "keeps", f"keeps[{number}] does not come out"
    if trial.verdict and out.verdict != trial.verdict:
        yield "verdict", f"the verdict is {out.verdict}, not {trial.verdict}"
    for reason in trial.reasons:
        if reason not in out.reasons:
            others = ", ".join(dict.fromkeys(out.reasons)) or "none"
            yield "reasons", f"{reason} is none of the reasons, which are: {others}"
    yield from _unexpected(trial.expect, out)


def _unexpected(expect: str | Mapping[str, object] | None, out: _Out) -> Iterator[tuple[str, str]]:
    if isinstance(expect, str):
        written = _numbered("\n".join(out.texts))
        if written != expect:
            pairs = zip(written, expect, strict=False)
            at = next((n for n, (is_, should) in enumerate(pairs, 1) if is_ != should), 0)
            at = at or min(len(written), len(expect)) + 1
            yield "expect", f"expect: another text comes out, from character {at} on"
    elif expect is not None:
        first = [json.loads(_numbered(each)) for each in out.documents[:1]]
        if first != [expect]:
            yield "expect", f"expect: {'another' if first else 'no'} object comes out"


def _numbered(text: str) -> str:
    """The text with the tokens of each entity counted from 1: what their ids are, no policy says."""
    out: list[str] = []
    at = 0
    known: dict[str, dict[str, int]] = {}
    for token in written_tokens(text):
        stem, form = token.identifier[:ID_LENGTH], token.identifier[ID_LENGTH:]
        entity = text[token.start + 1 : token.end - len(token.identifier) - 2]
        number = known.setdefault(entity, {}).setdefault(stem, len(known[entity]) + 1)
        out += (text[at : token.start], f"[{entity}_{number}{form}]")
        at = token.end
    return "".join((*out, text[at:]))


def _run(trial: Trial, candidate: Candidate) -> _Out:
    """What comes out: of a draft or a tool call what may be sent, else what the model is told."""
    session = Session(_KEY)
    tenant = min(candidate.policy.tenants or [_NAME])
    records = [
        Record("test", subject, json.dumps(data))
        for subject, data in (("customer", trial.record), ("other", trial.other_record))
        if data is not None
    ]
    messages = (Message("user", trial.text),) if trial.text is not None else ()
    told = candidate.tell(
        PrepareCall(
            tenant, _NAME, trial.agent, trial.intent,
            messages=messages, records=tuple(records), customer_id="customer",
            risk_signals=trial.risk_signals,
        ),
        session,
    )  # fmt: skip
    if trial.draft is None and trial.arguments is None:
        return _Out([m.text for m in told.messages], [r.json for r in told.records])
    arguments = None if trial.arguments is None else json.dumps(trial.arguments)
    call = ReviewCall(
        tenant, _NAME, trial.agent, trial.intent, trial.destination,
        channel=trial.channel, tool=trial.tool, text=trial.draft, arguments_json=arguments,
    )  # fmt: skip
    judged = candidate.judge(call, session)
    reasons = [ground.code.value for ground in judged.reasons]
    if arguments is None:
        return _Out([judged.content or ""], verdict=judged.verdict.value, reasons=reasons)
    sent = [judged.content] if judged.content is not None else []
    return _Out([""], sent, judged.verdict.value, reasons)
