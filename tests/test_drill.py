"""Drills against real servers: one that holds, one that lets all through, one whose store goes away."""

from __future__ import annotations

import shlex
import subprocess
import sys

import pytest

from hushgate.client import Client
from tests.conftest import served
from tests.redis_server import RedisServer, program

LETS_ALL_THROUGH = """\
version: drill.open
intents: {order_status: {description: Where an order is., fields: {"**": keep}}}
destinations:
  model: {default: keep, secrets: keep, internal_notes: keep, dropped: keep}
  customer: {own: keep, others: keep, unknown: keep, internal_notes: keep, secrets: keep, dropped: keep}
  tool: {default: keep}
  human_agent: {default: keep}
  log: {default: keep}
outbound: {allowed_trailing_digits: 4, note_overlap_words: 6}
"""


def drill(address: str, *flags: str) -> tuple[int, dict[str, str], str]:
    """Exit code, what was said of each drill, and all that was printed."""
    command = [sys.executable, "-m", "hushgate", "drill", "--target", address, *flags]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = [
        line.split("  ") for line in done.stdout.splitlines() if ": " in line and not line.startswith("   ")
    ]
    return (
        done.returncode,
        {name.partition(":")[0].strip(): held.strip() for held, *_, name in said},
        done.stdout,
    )


@pytest.fixture(scope="module")
def sound():
    """A server with the shipped policy: its address, and its log."""
    with served("--names", "none") as address:
        yield address


def test_what_holds_is_told_and_ends_with_0(sound):
    code, held, printed = drill(sound, "--skip", "store-gone")

    assert (code, set(held.values())) == (0, {"held"}), printed
    assert set(held) == {
        "ambiguous-prompt",
        "account-takeover",
        "leak-in-a-draft",
        "injected-record",
        "retry-storm",
        "policy-gone-bad",
        "kill-switch",
    }


def test_what_cannot_be_tried_did_not_hold(sound):
    code, held, printed = drill(sound)

    assert code == 1
    assert held["store-gone"] == "NOT HELD"
    assert "not available: say how with --break-store" in printed


def test_a_drill_leaves_nothing_behind(sound):
    drill(sound, "--skip", "store-gone")

    with Client(sound) as client:
        agents = {agent.agent_id: agent.suspended for agent in client.list_agents().agents}
        assert not agents.get("drill")
        assert not client.erase_subject(
            tenant="drill", subject_id="drill-customer", reason="is it gone?"
        ).receipt.sessions


def test_a_policy_that_lets_all_through_is_found_out(tmp_path):
    policy = tmp_path / "open.yaml"
    policy.write_text(LETS_ALL_THROUGH)
    with served("--names", "none", "--policy", str(policy)) as address:
        code, held, printed = drill(address, "--skip", "store-gone")

    assert code == 1
    failing = {"ambiguous-prompt", "account-takeover", "leak-in-a-draft", "injected-record"}
    assert {name for name, said in held.items() if said == "NOT HELD"} == failing, printed
    assert "4111" not in printed


@pytest.mark.skipif(program() is None, reason="no redis-server here")
def test_a_store_that_goes_away_and_comes_back(tmp_path):
    import redis

    store = RedisServer(tmp_path)
    store.start()
    key = tmp_path / "key"
    key.write_text("k" * 32)
    breaks = [
        sys.executable,
        "-c",
        f"import redis; redis.Redis(unix_socket_path='{tmp_path}/redis.sock').shutdown()",
    ]
    mends = [
        program(), "--port", "0", "--unixsocket", f"{tmp_path}/redis.sock", "--dir", str(tmp_path),
        "--appendonly", "yes", "--daemonize", "yes",
    ]  # fmt: skip
    others = ("ambiguous-prompt", "account-takeover", "leak-in-a-draft", "injected-record", "retry-storm",
              "policy-gone-bad", "kill-switch")  # fmt: skip
    try:
        with served("--names", "none", "--store", store.url, "--key-file", str(key)) as address:
            code, held, printed = drill(
                address,
                *(word for name in others for word in ("--skip", name)),
                *("--break-store", quoted(breaks), "--mend-store", quoted(mends)),
            )
    finally:
        redis.Redis(unix_socket_path=f"{tmp_path}/redis.sock").shutdown()
        store.process.wait(10)

    assert (code, held) == (0, {"store-gone": "held"}), printed


def quoted(command: list[str]) -> str:
    return shlex.join(command)


def test_a_drill_that_does_not_exist_is_refused():
    done = subprocess.run(
        [sys.executable, "-m", "hushgate", "drill", "--skip", "no-such-drill"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert "there is no drill no-such-drill" in done.stderr
