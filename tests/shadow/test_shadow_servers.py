"""A shadow on servers as they are started: with packs of its own, and on several replicas of a Redis."""

from __future__ import annotations

import subprocess
import sys
from contextlib import ExitStack

import pytest
from tests.policy.policies import SAYS, written
from tests.waiting import until

from hushgate.client import Client, HushgateError

PACK = r"""
pack: own
description: What our courts write.
rules:
  - id: own.matter
    entity: MATTER_NUMBER
    description: The number of a matter.
    pattern: |
      (?x) \b MN- \d{6} \b
    score: 0.9
    matches: [ "see «MN-204417» for it" ]
    ignores: [ "see MN-2044 for it" ]
"""
TEXT = "see MN-204417, card 4111 1111 1111 1111"


@pytest.fixture
def flags(tmp_path):
    """Of a server of few packs, which is up soon."""
    policy = written(tmp_path / "policy.yaml", "v1", destinations={**SAYS["destinations"], "log": "redact"})
    (tmp_path / "key").write_text("k" * 32)
    return (
        "--policy",
        str(policy),
        "--no-names",
        "--profiles",
        "payment",
        "--key-file",
        str(tmp_path / "key"),
    )


@pytest.fixture
def empty_redis(redis_server, redis_store):
    """A real Redis with nothing in it."""
    assert not [*redis_store.wrapped_keys()]
    return redis_server.url


@pytest.fixture
def packs(tmp_path):
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "own.yaml").write_text(PACK)
    return tmp_path / "packs"


def shadow(*arguments, address):
    command = [sys.executable, "-m", "hushgate", "policies", "shadow", *arguments, "--address", address]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def counted(client, what):
    return sum(getattr(client.get_shadow().shadow, what).values())


def test_packs_are_tried_beside_those_that_decide_and_broken_ones_end_nothing(serve, flags, packs, tmp_path):
    flags = (*flags, "--store", f"sqlite://{tmp_path}/sessions.db", "--shadow-recognizers", str(packs))
    with serve(*flags) as address, Client(address) as client:
        asked = ("start", "v1", "--recognizers", "--reason", "courts ask for it", "--by", "ann")
        begun = shadow(*asked, address=address)
        assert client.redact(TEXT).items[0].text == "see MN-204417, card [CREDIT_CARD]"
        told = until(lambda: counted(client, "compared") and client.get_shadow().shadow)
        report = shadow("report", address=address)
        (packs / "own.yaml").write_text("pack: [")
        broken = shadow(*asked, address=address)
        runs_on = not client.get_shadow().shadow.HasField("ended_at")

    assert (begun.returncode, " with the packs for shadows beside v1 " in begun.stdout) == (0, True)
    [difference] = told.differences
    assert (difference.kind, difference.what, difference.before, difference.after) == (
        "finding", "MATTER_NUMBER", "nothing", "redact"
    )  # fmt: skip
    assert report.stdout.endswith("\n       1  Redact  finding MATTER_NUMBER: nothing → redact\n")
    assert (broken.returncode, "FIELD_INVALID" in broken.stderr, runs_on) == (2, True, True)


def test_replicas_on_a_redis_run_a_shadow_together_and_one_that_cannot_says_so(
    serve, flags, packs, tmp_path, empty_redis
):
    flags, log = (*flags, "--store", empty_redis), tmp_path / "log"
    asked = {"version": "v1", "recognizers": True, "reason": "r", "requested_by": "ann"}
    with ExitStack() as up:
        able = up.enter_context(serve(*flags, "--shadow-recognizers", str(packs)))
        unable = up.enter_context(serve(*flags, log=log))
        one, two = (up.enter_context(Client(each)) for each in (able, unable))
        with pytest.raises(HushgateError) as refused:
            two.shadow_policy(**asked)
        one.shadow_policy(**asked)
        # A replica has taken it up once it counts what it answers: each is asked until it does.
        until(lambda: one.redact(TEXT) and counted(two, "compared"))
        until(lambda: two.redact(TEXT) and counted(one, "errors"))
        two.stop_shadow(reason="seen", requested_by="ann")
        told = [each.get_shadow().shadow for each in (one, two)]

    assert (refused.value.reason, refused.value.field) == ("FIELD_INVALID", "recognizers")
    assert "HUSHGATE_SHADOW_RECOGNIZERS" in str(refused.value)
    assert told[0] == told[1]
    assert told[0].HasField("ended_at")
    assert {each.what for each in told[0].differences} == {"MATTER_NUMBER"}
    assert "cannot run here" in log.read_text()
    assert "204417" not in f"{log.read_text()}{told}"
