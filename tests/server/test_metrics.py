"""What Prometheus sees of a server: every call counted, workers added up, no label that a caller chose."""

from __future__ import annotations

import json
import os
import signal
import string
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from tests import waiting
from tests.server.conftest import POLICY

from hushgate.client import Client, HushgateError
from hushgate.finding import Action, Finding
from hushgate.server.log import Line
from hushgate.server.metrics import Metrics, Words

NAMES = {"tenant": "acme", "intent": "order_status"}
CARD = "4111 1111 1111 1111"


def scraped(notice: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """By name and labels, from where the notice says."""
    address = notice.partition("metrics on ")[2].split()[0]
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=30) as answer:
        return parsed(answer.read().decode())


def parsed(text: str):
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def total(samples, name: str, **labels: str) -> float:
    return sum(
        value for (each, has), value in samples.items() if each == name and set(labels.items()) <= set(has)
    )


def until(notice: str, name: str, least: float, **labels: str):
    """What is scraped once that much is counted: an answer is there before its call is over."""

    def counted():
        samples = scraped(notice)
        return samples if total(samples, name, **labels) >= least else None

    return waiting.until(counted)


@pytest.fixture(scope="module")
def counted(start):
    """A server's metrics after a call of each kind."""
    with start("--metrics", "127.0.0.1:0") as server, Client(server.address) as client:
        record = {"source": "crm", "subject_id": "c-1", "data": {"order": {"id": "A-17"}, "card": CARD}}
        said = [("user", "call 212-555-0188")]
        call = {**NAMES, "session_id": "s-1"}
        told = client.prepare(**call, customer_id="c-1", messages=said, records=[record], request_id="r-1")
        client.prepare(**call, customer_id="c-1", messages=said, records=[record], request_id="r-1")
        client.review(**call, text=told.messages[0].text)
        client.review(**call, text=f"you paid with {CARD}")
        client.review(**call, text="write to [EMAIL_ADDRESS_2AB3C4]")
        list(client.review_stream(["all ", "is well."], **call))
        client.redact(f"card {CARD}")
        for intent in ("Maren Ostrander", CARD):
            with pytest.raises(HushgateError):
                client.prepare(**NAMES | {"intent": intent}, session_id="s-1")
        client.end_session(tenant="acme", session_id="s-1")
        yield until(server.notice, "hushgate_calls_total", 10)


def test_calls_are_counted_by_rpc_and_by_why_there_is_no_answer(counted):
    calls = {
        (rpc, reason): total(counted, "hushgate_calls_total", rpc=rpc, reason=reason)
        for rpc in ("Prepare", "Review", "ReviewStream", "Redact", "EndSession")
        for reason in ("OK", "INTENT_UNKNOWN")
    }

    assert {key: count for key, count in calls.items() if count} == {
        ("Prepare", "OK"): 2,
        ("Prepare", "INTENT_UNKNOWN"): 2,
        ("Review", "OK"): 3,
        ("ReviewStream", "OK"): 1,
        ("Redact", "OK"): 1,
        ("EndSession", "OK"): 1,
    }
    assert total(counted, "hushgate_call_seconds_count", rpc="Prepare") == 4
    assert total(counted, "hushgate_call_seconds_sum") > 0


def test_the_stages_of_calls_are_timed(counted):
    stages = {dict(labels)["stage"] for name, labels in counted if name == "hushgate_stage_seconds_count"}

    assert stages == {"wait", "decide", "detect", "open", "save"}


def test_what_was_decided_is_counted_once(counted):
    assert total(counted, "hushgate_repeated_calls_total", rpc="Prepare") == 1
    verdicts = {v: total(counted, "hushgate_verdicts_total", verdict=v) for v in ("PASSED", "BLOCKED")}
    assert verdicts == {"PASSED": 2, "BLOCKED": 1}
    assert total(counted, "hushgate_grounds_total", code="TOKEN_UNKNOWN", intent="order_status") == 1
    assert total(counted, "hushgate_unknown_tokens_total") == 1
    assert total(counted, "hushgate_restored_values_total", intent="order_status") == 1
    assert total(counted, "hushgate_fields_total", action="drop", intent="order_status") == 1
    assert total(counted, "hushgate_findings_total", rpc="Redact", entity="CREDIT_CARD", action="redact") == 1


def test_the_share_that_is_used_of_an_agents_budgets_is_known(start, tmp_path):
    agent = {"owner": "Care", "approved_by": "Privacy", "intents": ["order_status"], "autonomy": "medium"}
    budgets = {"max_records_per_session": 4, "sensitive_sends_per_hour": 1, "max_blocked_in_a_row": 2}
    policy = tmp_path / "policy.yaml"
    cases = yaml.safe_load(POLICY.read_text())
    policy.write_text(json.dumps(cases | {"agents": {"order-bot": agent | budgets}}))
    call = {**NAMES, "session_id": "s-1", "agent_id": "order-bot"}
    with start("--metrics", "127.0.0.1:0", policy=policy) as server, Client(server.address) as client:
        record = {"source": "crm", "subject_id": "c-1", "data": {"order": {"id": "A-17"}}}
        client.prepare(**call, records=[record])
        client.review(**call, text="write to help@shop.example.com")
        client.review(**call, text="use [EMAIL_ADDRESS_K7Q2M9]")
        with pytest.raises(HushgateError):
            client.review(**call, text="write to help@shop.example.com")
        with pytest.raises(HushgateError):
            client.prepare(**call | {"agent_id": "stranger"}, records=[record])
        samples = until(server.notice, "hushgate_calls_total", 5)

    name = "hushgate_budget_used_ratio"
    used = {dict(has)["budget"]: value for (each, has), value in samples.items() if each == name}
    assert used == {
        "max_records_per_session": 0.25, "sensitive_sends_per_hour": 1.0, "max_blocked_in_a_row": 0.5
    }  # fmt: skip
    assert {dict(has)["agent"] for each, has in samples if each == name} == {"order-bot"}


def test_what_waits_for_a_person_and_what_was_drawn_is_counted(start, tmp_path):
    policy = tmp_path / "policy.yaml"
    cases = yaml.safe_load(POLICY.read_text())
    careful = {"owner": "Care", "approved_by": "Privacy", "intents": ["order_status"]}
    agents = {"drafter": careful | {"autonomy": "draft_only"}, "bot": dict(careful)}
    policy.write_text(json.dumps(cases | {"agents": agents, "sampling": {"share": 1, "per_week": 1}}))
    call = {**NAMES, "session_id": "s-1"}
    with start("--metrics", "127.0.0.1:0", policy=policy) as server, Client(server.address) as client:
        for text in ("all is well", "it is on its way"):
            client.review(**call, agent_id="drafter", text=text)
            client.review(**call, agent_id="bot", text=text)
        until(server.notice, "hushgate_samples_total", 2)
        samples = until(server.notice, "hushgate_reviews_waiting", 2, waits="decision")

    name = "hushgate_samples_total"
    outcomes = {o: total(samples, name, outcome=o, intent="order_status") for o in ("shown", "left out")}
    assert outcomes == {"shown": 1, "left out": 1}
    assert total(samples, "hushgate_reviews_waiting", waits="label") == 1


def test_the_policy_in_force_is_known(counted):
    [(labels, value)] = [
        (dict(has), v) for (name, has), v in counted.items() if name == "hushgate_policy_info"
    ]

    assert (labels["version"], len(labels["digest"]), value) == ("2026-01-01.cases", 64, 1)


def test_no_value_and_no_name_of_a_caller_is_a_label(counted):
    labels = {value for _, labels in counted for _, value in labels}

    assert not {each for each in labels if "4111" in each or "Maren" in each or each in {"s-1", "c-1"}}
    assert {dict(labels).get("tenant", "") for _, labels in counted} == {"", "acme"}  # the policy lists it


def test_without_the_setting_nothing_listens(server):
    assert "metrics" not in server.notice


def test_workers_are_added_up_and_one_that_is_started_anew_counts_on(start):
    with start("--workers", "2", "--metrics", "127.0.0.1:0") as server:
        for _ in range(8):  # a connection each, so that both workers have some
            with Client(server.address) as client:
                for _ in range(4):
                    client.redact(f"card {CARD}")
        samples = until(server.notice, "hushgate_calls_total", 32)
        children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
        workers = [
            pid for pid in map(int, children) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
        ]
        os.kill(workers[0], signal.SIGKILL)
        waiting.until(lambda: "the next in" in server.log.read_text())
        waiting.until(lambda: total(scraped(server.notice), "hushgate_policy_info") == 2)
        with Client(server.address) as client:
            client.redact("once more")
        after = until(server.notice, "hushgate_calls_total", 33)

    assert total(samples, "hushgate_policy_info") == 2
    assert total(samples, "hushgate_calls_total", rpc="Redact", reason="OK") == 32
    assert total(samples, "hushgate_findings_total", entity="CREDIT_CARD") == 32
    assert total(samples, "hushgate_call_seconds_count", rpc="Redact") == 32
    assert total(after, "hushgate_calls_total") == 33
    assert total(after, "hushgate_policy_info") == 2


@pytest.mark.parametrize(
    ("metrics", "sentence"),
    [
        ("0.0.0.0:0", "metrics: 0.0.0.0:0 can be reached from other machines"),
        ("unix:///tmp/metrics", "metrics: must be HOST:PORT"),
        ("9464", "metrics: '9464' is not HOST:PORT"),
    ],
)
def test_metrics_are_served_where_the_server_may_listen(metrics, sentence):
    command = [sys.executable, "-m", "hushgate", "serve", "--no-names", "--listen", "127.0.0.1:0"]
    done = subprocess.run([*command, "--metrics", metrics], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert sentence in done.stderr


texts = st.text(string.ascii_letters + string.digits, min_size=1)


@given(st.lists(st.tuples(texts, texts), max_size=50))
def test_however_many_tenants_and_entities_callers_bring_the_series_are_bounded(pairs):
    metrics = Metrics(Words(entities=frozenset({"PERSON"}), tenants=frozenset({"acme"})))
    for tenant, entity in [*pairs, ("acme", "PERSON")]:
        line = Line("Review", tenant=tenant, verdict="PASSED", intent="order_status")
        line.count([Finding(0, 1, entity, 1.0, "presidio.users", Action.REDACT)])
        metrics.call(line)

    samples = parsed(generate_latest(metrics.registry).decode())
    labels = {
        value for (name, has) in samples for _, value in has if not name.endswith(("bucket", "created"))
    }
    assert labels <= {"Review", "OK", "", "acme", "PASSED", "order_status", "PERSON", "OTHER", "redact"}
    assert total(samples, "hushgate_findings_total") == len(pairs) + 1
