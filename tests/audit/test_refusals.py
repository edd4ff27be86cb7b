"""Refused calls in a log that must not grow with them, and must lose none."""

from __future__ import annotations

import json

from hushgate.audit.log import Audit
from hushgate.audit.refusals import ALONE, Refusals, refusal
from hushgate.drift.logs import calls
from hushgate.failure import Failure, Reason


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_storm_of_refused_calls_is_counted_and_none_is_lost(log):
    audit, clock = Audit(log.writer()), Clock()
    audit._refusals = Refusals(clock)
    for number in range(10_000):
        audit.refused(refusal("Review" if number % 2 else "Prepare", "UNAUTHENTICATED"))
    audit.refused(refusal("Review", "BUDGET_EXHAUSTED"))
    assert len(log.entries()) == ALONE + 1
    audit.tend()
    assert len(log.entries()) == ALONE + 1
    clock.now = 60.0
    audit.tend()
    assert len(log.entries()) == ALONE + 3
    audit.refused(refusal("Review", "UNAUTHENTICATED"))
    audit.close()

    stormy = [each for each in log.entries() if "UNAUTHENTICATED" in each["reasons"]]
    assert sum(each["reasons"]["UNAUTHENTICATED"] for each in stormy) == 10_001
    lines = [json.dumps(each) for each in log.entries()]
    assert sum(each.count for each in calls(lines) if each.reason) == 10_002


def test_what_was_refused_while_the_log_was_away_is_counted_when_it_is_back(log, monkeypatch):
    writer = log.writer()
    audit = Audit(writer)
    record = writer.record

    def away(_):
        raise Failure(Reason.AUDIT_UNAVAILABLE, "away")

    monkeypatch.setattr(writer, "record", away)
    audit.refused(refusal("Review", "AUDIT_UNAVAILABLE"))
    monkeypatch.setattr(writer, "record", record)
    audit.close()

    assert [each["reasons"] for each in log.entries()] == [{"AUDIT_UNAVAILABLE": 1}]
