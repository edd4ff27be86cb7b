"""Whether a policy does what its own tests say: each is run through Prepare and Review, on patterns alone."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hushgate.calls import Message, PrepareCall, Record, ReviewCall
from hushgate.failure import Failure
from hushgate.outbound.review import review
from hushgate.preparing import prepare
from hushgate.sessions.session import Session
from hushgate.transformation.joinable import Keys
from hushgate.yamlfile import Problem, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hushgate.detection.detector import Detector
    from hushgate.policy.model import Policy, Trial

_NAME = "tests"
"""Of the tenant and the session, which no store knows."""
_KEY = bytes(32)
"""No secret: nothing that a test makes leaves this process."""


def prove(file: Path, policy: Policy, detector: Detector) -> list[Problem]:
    """A problem for each test of the policy in ``file`` that fails; no value of the test stands in it."""
    if not policy.tests:
        return []
    document = read_yaml(file)
    return [
        document.problem(("tests", number), f"tests[{number}]: {sentence}")
        for number, trial in enumerate(policy.tests)
        for sentence in _wrong(trial, policy, detector)
    ]


def _wrong(trial: Trial, policy: Policy, detector: Detector) -> Iterator[str]:
    try:
        came_out, verdict = _run(trial, policy, detector)
    except Failure as failure:
        yield f"fails with {failure.reason.name}"
        return
    for number, part in enumerate(trial.hides):
        if part in came_out:
            yield f"hides[{number}] comes out"
    for number, part in enumerate(trial.keeps):
        if part not in came_out:
            yield f"keeps[{number}] does not come out"
    if trial.verdict and verdict != trial.verdict:
        yield f"the verdict is {verdict}, not {trial.verdict}"


def _run(trial: Trial, policy: Policy, detector: Detector) -> tuple[str, str]:
    """What comes out, and the verdict on a draft."""
    session, keys = Session(_KEY), Keys.derive(_KEY)
    records = (Record("test", "customer", json.dumps(trial.record)),) if trial.record is not None else ()
    messages = (Message("user", trial.text),) if trial.text is not None else ()
    told = prepare(
        PrepareCall(
            _NAME, _NAME, "", trial.intent, messages=messages, records=records, customer_id="customer"
        ),
        policy, session, detector, keys,
    )  # fmt: skip
    if trial.draft is None:
        return "\n".join([*(m.text for m in told.messages), *(r.json for r in told.records)]), ""
    call = ReviewCall(_NAME, _NAME, "", trial.intent, trial.destination, text=trial.draft)
    judged = review(call, policy, session, detector, keys)
    return judged.content or "", judged.verdict.value
