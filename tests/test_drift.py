"""Drift by week: what moved is told, with its week; what only varies is not."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from datetime import date, timedelta

from hushgate.audit.entry import Entry
from hushgate.drift.changes import changes
from hushgate.drift.logs import Call, Series, calls, series

MONDAY = date(2026, 9, 7)


def daily(level, weeks: int, seed: int, calls_a_day: int = 300, burst: int = 1) -> Series:
    """Counts of a Poisson process, in bursts; ``level`` by week."""
    draw = random.Random(seed)
    one = Series("PERSON / decision")
    for day in range(7 * weeks):
        wanted = level(day // 7) * calls_a_day / burst
        count = sum(1 for _ in range(int(20 * wanted)) if draw.random() < 0.05)
        one.add(MONDAY + timedelta(day), count * burst, calls_a_day)
    return one


def test_a_rate_that_moves_is_told_with_its_week():
    [change] = changes(daily(lambda week: 0.2 if week < 5 else 0.3, 10, seed=1))

    assert change.week == MONDAY + timedelta(weeks=5)
    assert abs(change.before - 0.2) < 0.02
    assert abs(change.after - 0.3) < 0.02


def test_each_of_two_moves_is_told():
    moved = changes(daily(lambda week: (0.2, 0.4, 0.15)[week // 4], 12, seed=2))

    assert [(change.week - MONDAY).days // 7 for change in moved] == [4, 8]


def test_what_only_varies_is_not_told():
    told = [seed for seed in range(200) if changes(daily(lambda _: 0.1, 8, seed, calls_a_day=100))]

    assert told == []


def test_what_comes_in_bursts_is_not_told():
    told = [seed for seed in range(100) if changes(daily(lambda _: 0.3, 8, seed, burst=12))]

    assert len(told) <= 1


def test_a_new_entity_and_one_that_is_gone_are_told():
    new = daily(lambda week: 0.0 if week < 3 else 0.1, 6, seed=3)
    gone = daily(lambda week: 0.1 if week < 3 else 0.0, 6, seed=4)

    assert [change.after > change.before for one in (new, gone) for change in changes(one)] == [True, False]


def test_a_score_that_moves_is_told():
    draw, one = random.Random(5), Series("score of names.model", mean=True)
    for day in range(56):
        mean = (0.9 if day < 28 else 0.85) + draw.gauss(0, 0.01)
        one.add(MONDAY + timedelta(day), 40 * mean, 40)

    [change] = changes(one)

    assert change.week == MONDAY + timedelta(weeks=4)


def test_lines_of_both_logs_are_calls_and_answers_given_again_are_not():
    line = {
        "time": "2026-11-20T10:00:00.000+00:00", "event": "call", "rpc": "Review", "reason": "",
        "verdict": "BLOCKED", "entities": {"PERSON": 2}, "scores": {"names.model": [2, 0.9]},
    }  # fmt: skip
    entry = Entry(rpc="Review", decision_id="d", verdict="HELD", entities={"PERSON": {"keep": 1, "mask": 2}})
    audited = {"at": "2026-11-20T10:00:00.000000Z", **entry.said()}
    lines = [line, line | {"repeated": True}, {"event": "crash"}, audited]

    found = list(calls([*map(json.dumps, lines), "not JSON", "[]"]))

    day = date(2026, 11, 20)
    assert found == [
        Call(day, "Review", "BLOCKED", "", {"PERSON": 2}, {"names.model": (2, 0.9)}),
        Call(day, "Review", "HELD", "", {"PERSON": 3}),
    ]
    assert {one.name: tuple(one.days[day]) for one in series(found)} == {
        "PERSON / decision": (5, 2),
        "blocked / draft": (1, 2),
        "escalated to a person / draft": (1, 2),
        "failed / call": (0, 2),
        "score of names.model": (1.8, 2),
    }


def test_the_command_reports_by_week(tmp_path):
    log = tmp_path / "calls.jsonl"
    with log.open("w") as out:
        for day in range(28):
            for number in range(60):
                blocked = number < (3 if day < 14 else 20)
                line = {
                    "time": f"{MONDAY + timedelta(day)}T10:00:00.000+00:00", "event": "call", "rpc": "Review",
                    "verdict": "BLOCKED" if blocked else "PASSED", "entities": {"PERSON": 1}, "reason": "",
                }  # fmt: skip
                print(json.dumps(line), file=out)
    command = [sys.executable, "-m", "hushgate", "drift", str(log)]

    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    told = json.loads(subprocess.run([*command, "--json"], capture_output=True, check=True).stdout)

    assert "2026-W39  blocked / draft: 0.050 to 0.333" in shown
    assert [change["series"] for change in told["changes"]] == ["blocked / draft"]
    assert len({week["week"] for week in told["weeks"]}) == 4


def test_logs_without_a_call_are_said_to_be_so(tmp_path):
    (tmp_path / "empty").touch()
    command = [sys.executable, "-m", "hushgate", "drift", str(tmp_path / "empty")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (1, "hushgate: no calls in these logs\n")
