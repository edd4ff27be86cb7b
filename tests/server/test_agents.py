"""Agents on real servers: who is registered, who is stopped, and how fast."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import yaml
from tests.waiting import until

from hushgate.client import Client, Refused, Verdict

CASES = Path(__file__).parents[1] / "cases" / "policy.yaml"
CALL = {"tenant": "acme", "intent": "order_status"}
DRAFT = "Your kettle has been shipped. "


def hushgate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hushgate", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def policy(tmp_path_factory):
    """The cases' policy with a register, as a file."""
    who = {"owner": "Care", "approved_by": "Privacy", "intents": ["order_status"]}
    register = {
        "order-bot": {**who, "purpose": "says where orders are", "sources": ["crm"]},
        "draft-bot": {**who, "autonomy": "draft_only"},
        "tool-bot": {**who, "autonomy": "medium", "destinations": ["tool"]},
    }
    file = tmp_path_factory.mktemp("agents") / "policy.yaml"
    file.write_text(json.dumps(yaml.safe_load(CASES.read_text()) | {"agents": register}))
    return file


@pytest.fixture(scope="module")
def workers(start, policy):
    """Two workers, which share what they know through a file."""
    with start("--workers", "2", policy=policy) as server:
        yield server


@pytest.fixture(scope="module")
def client(workers):
    with Client(workers.address) as connected:
        yield connected


def refusal(call, **arguments):
    with pytest.raises(Refused) as caught:
        call(**CALL, session_id="s-1", **arguments)
    return caught.value.reason, caught.value.field


def test_an_agent_does_what_the_register_says_and_nothing_else(client):
    order = {"agent_id": "order-bot"}
    assert client.review(**CALL, **order, session_id="s-1", text=DRAFT).verdict == Verdict.VERDICT_PASSED

    assert refusal(client.review, agent_id="rogue-bot", text=DRAFT) == ("AGENT_NOT_ALLOWED", "agent_id")
    assert refusal(client.review, text=DRAFT) == ("AGENT_NOT_ALLOWED", "agent_id")
    assert refusal(client.review, agent_id="tool-bot", text=DRAFT) == ("AGENT_NOT_ALLOWED", "destination")
    records = [{"source": "crm", "data": {}}, {"source": "hr", "data": {}}]
    assert refusal(client.prepare, **order, records=records) == ("AGENT_NOT_ALLOWED", "records[1].source")


def test_what_needs_a_person_is_held_also_as_a_stream_and_nothing_of_it_comes_out(client):
    drafts = {**CALL, "agent_id": "draft-bot", "session_id": "s-1"}
    answer = client.review(**drafts, text=DRAFT)
    streamed = list(client.review_stream([DRAFT * 10, DRAFT], **drafts))

    assert (answer.verdict, answer.text, [r.code for r in answer.reasons]) == (
        Verdict.VERDICT_HELD, "", ["AUTONOMY"],
    )  # fmt: skip
    assert [(a.verdict, a.text) for a in streamed] == [(Verdict.VERDICT_HELD, "")]

    blocked = client.review(**drafts, text="use [EMAIL_ADDRESS_K7Q2M9]")
    assert blocked.verdict == Verdict.VERDICT_BLOCKED


@pytest.mark.parametrize(("agent", "verdict"), [("order-bot", "HELD"), ("tool-bot", "PASSED")])
def test_an_agent_of_low_autonomy_calls_no_tool_without_a_person(client, agent, verdict):
    answer = client.review(
        **CALL,
        agent_id=agent,
        session_id="s-1",
        destination="tool",
        tool="crm",
        arguments={"order": "A-2093148"},
    )

    assert Verdict.Name(answer.verdict) == f"VERDICT_{verdict}"


def test_a_suspended_agent_is_stopped_on_every_worker_and_in_open_streams(client, workers):
    order = {**CALL, "agent_id": "order-bot"}
    released: list[float] = []
    over = threading.Event()

    def pieces():
        while not over.is_set():
            yield DRAFT * 4
            time.sleep(0.02)

    def stream(number: int, ends: list[str]) -> None:
        try:
            for _ in client.review_stream(pieces(), **order, session_id=f"open-{number}"):
                released.append(time.monotonic())
        except Refused as error:
            ends.append(error.reason)

    ends: list[str] = []
    threads = [threading.Thread(target=stream, args=(number, ends)) for number in range(8)]
    for thread in threads:
        thread.start()
    until(lambda: len(released) >= 20)

    asked = ("--reason", "it wrote to dana@example.com", "--address", workers.address)
    stopped = client.suspend_agent(agent_id="order-bot", reason="it wrote to dana@example.com").agent
    for thread in threads:
        thread.join(60)
    over.set()
    again = hushgate("agents", "suspend", "order-bot", *asked)
    refused = {refusal(client.review, agent_id="order-bot", text=DRAFT) for _ in range(8)}
    listed = hushgate("agents", "list", "--address", workers.address)
    resumed = hushgate("agents", "resume", "order-bot", "--reason", "mended", "--address", workers.address)
    time.sleep(0.2)

    assert ends == ["AGENT_NOT_ALLOWED"] * 8
    assert stopped.suspended_because == "it wrote to [EMAIL_ADDRESS]"
    assert refused == {("AGENT_NOT_ALLOWED", "agent_id")}
    assert again.returncode == 0
    assert "order-bot  suspended since" in again.stdout
    assert "order-bot  suspended since" in listed.stdout
    assert "purpose      says where orders are" in listed.stdout
    assert "draft-bot  active" in listed.stdout
    assert resumed.stdout.startswith("order-bot  active\n")
    assert client.review(**order, session_id="s-1", text=DRAFT).verdict == Verdict.VERDICT_PASSED
    assert workers.line(event="suspend")["because"] == "it wrote to [EMAIL_ADDRESS]"
    assert workers.line(event="resume")["agent"] == "order-bot"


def test_the_list_says_what_each_has_touched(client, workers):
    client.prepare(
        **CALL,
        agent_id="draft-bot",
        session_id="touched",
        records=[{"source": "crm", "subject_id": "c-1", "data": {"customer": {"email": "d@example.com"}}}],
    )

    def touched():
        agents = {agent.agent_id: agent for agent in client.list_agents().agents}
        return agents if agents["draft-bot"].counts["PREPARED"] else None

    agents = until(touched)  # the other worker tells what it has seen every two seconds

    assert list(agents) == ["draft-bot", "order-bot", "tool-bot"]
    assert agents["draft-bot"].counts["records"] == 1
    assert agents["draft-bot"].owner == "Care"
    assert agents["draft-bot"].last_seen.seconds > time.time() - 60


def test_nobody_is_told_that_an_agent_is_stopped_which_there_is_not(client):
    with pytest.raises(Refused) as caught:
        client.suspend_agent(agent_id="ordre-bot", reason="a slip")

    assert (caught.value.reason, caught.value.field) == ("FIELD_INVALID", "agent_id")
