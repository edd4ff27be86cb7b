"""Drills against real servers: one that holds, one that lets all through, one whose store goes away."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hushgate.client import Client
from hushgate.drill.drills import policy_file_broken, store_gone
from hushgate.drill.outages import of_store
from hushgate.drill.scene import Check, Scene
from tests.conftest import served
from tests.redis_server import RedisServer, program

if TYPE_CHECKING:
    from hushgate.drill.drills import Drill

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


UNTRIED = ("--skip", "store-gone", "--skip", "policy-file-broken")
OTHERS = (
    "ambiguous-prompt", "account-takeover", "leak-in-a-draft", "injected-record", "retry-storm",
    "policy-gone-bad", "policy-file-broken", "kill-switch",
)  # fmt: skip


def not_held(address: str, each: Drill) -> list[Check]:
    """What did not hold in one drill, which tries more than nothing."""
    with Client(address) as client:
        checks = list(each(Scene(client, "drill", "order_status", "drill")))
    assert len(checks) > 1
    return [check for check in checks if not check.held]


def drill(address: str, *flags: str) -> tuple[int, dict[str, str], str]:
    """Exit code, what was said of each drill, and all that was printed."""
    command = [sys.executable, "-m", "hushgate", "drill", "--address", address, *flags]
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
    code, held, printed = drill(sound, *UNTRIED)

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


def test_what_cannot_be_tried_is_told_apart_and_does_not_end_well(sound):
    code, held, printed = drill(sound)

    assert code == 1
    assert {name for name, said in held.items() if said == "not tried"} == {
        "store-gone",
        "policy-file-broken",
    }
    assert "not available: name it with --store" in printed


def test_a_drill_leaves_nothing_behind(sound):
    drill(sound, *UNTRIED)

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
        code, held, printed = drill(address, *UNTRIED)

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
    try:
        with served("--names", "none", "--store", store.url, "--key-file", str(key)) as address:
            code, held, printed = drill(
                address,
                *(word for name in OTHERS for word in ("--skip", name)),
                *("--break-store", quoted(breaks), "--mend-store", quoted(mends)),
            )
            paused = not_held(address, store_gone(of_store(store.url)))
    finally:
        redis.Redis(unix_socket_path=f"{tmp_path}/redis.sock").shutdown()
        store.process.wait(60)

    assert (code, held) == (0, {"store-gone": "held"}), printed
    assert paused == []


def test_a_policy_file_that_breaks_and_a_store_that_is_locked(tmp_path):
    policy, key = tmp_path / "policy.yaml", tmp_path / "key"
    shipped = (Path(__file__).parents[1] / "policies" / "contact-centre.yaml").read_bytes()
    policy.write_bytes(shipped)
    key.write_text("k" * 32)
    store = f"sqlite://{tmp_path}/sessions.db"
    flags = ("--policy", str(policy), "--store", store, "--key-file", str(key))
    with served("--names", "none", *flags) as address:
        assert not_held(address, policy_file_broken(policy)) == []
        assert not_held(address, store_gone(of_store(store))) == []

    assert policy.read_bytes() == shipped


def quoted(command: list[str]) -> str:
    return shlex.join(command)


def test_a_drill_that_does_not_exist_is_refused():
    done = subprocess.run(
        [sys.executable, "-m", "hushgate", "drill", "--skip", "no-such-drill"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert "there is no drill no-such-drill" in done.stderr
