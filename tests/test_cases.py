"""A session, a draft, an answer: each case in process, over gRPC, and as a stream of characters."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from hushgate.calls import Message, PrepareCall, Record, ReviewCall
from hushgate.client import Action, Client, Verdict

if TYPE_CHECKING:
    from hushgate.gate import Gate

CASES = Path(__file__).parent / "cases"
REVIEW = yaml.safe_load((CASES / "review.yaml").read_text())
PREPARE = yaml.safe_load((CASES / "prepare.yaml").read_text())
SESSION = REVIEW["session"]
NAMES = {"tenant": "acme", "intent": "order_status"}


def records(given: list[dict]) -> tuple[Record, ...]:
    return tuple(
        Record(
            r.get("source", "crm"), r.get("subject_id", "c-1"), r.get("data_json") or json.dumps(r["data"])
        )
        for r in given
    )


def pattern(expected: str) -> re.Pattern[str]:
    """``{PERSON}`` is any token of that entity, in whatever form."""
    return re.compile(
        re.sub(r"\\\{([A-Z_]+)\\\}", r"\\[\1_[0-9A-HJKMNP-TV-Z]{6}(?:_[A-Z_]+)?\\]", re.escape(expected))
    )


def prepare_call(session_id: str, case: dict) -> PrepareCall:
    return PrepareCall(
        **NAMES,
        session_id=session_id,
        agent_id="",
        customer_id=case.get("customer_id", "c-1"),
        messages=tuple(Message(*m) for m in case.get("messages", ())),
        records=records(case.get("records", ())),
    )


@pytest.fixture(scope="module")
def opened(gate: Gate) -> Gate:
    gate.prepare(prepare_call("cases", SESSION))
    return gate


@pytest.fixture(scope="module")
def client(serve) -> Client:
    with serve("--policy", str(CASES / "policy.yaml"), "--names", "none") as address, Client(address) as made:
        call = prepare_call("cases", SESSION)
        made.prepare(
            **NAMES,
            session_id="cases",
            customer_id=call.customer_id,
            messages=[(m.role, m.text) for m in call.messages],
            records=[{"source": r.source, "subject_id": r.subject_id, "json": r.json} for r in call.records],
        )
        yield made


def way(case: dict) -> dict:
    return {
        "destination": case.get("destination", "customer"),
        "recipient_id": case.get("recipient", ""),
        "channel": case.get("channel", ""),
        "tool": case.get("tool", "crm"),
    }


def drafted(case: dict) -> dict:
    if "text" not in case:
        return {"arguments_json": case.get("arguments_json") or json.dumps(case["arguments"])}
    return {"text": case["text"]}


def expected_content(case: dict) -> str | None:
    return case.get("answer", case.get("answer_json"))


def check_grounds(case: dict, reasons, field: str) -> None:
    if "codes" in case:
        assert sorted({r.code for r in reasons}) == sorted(case["codes"])
    if "fields" in case:
        assert set(case["fields"]) <= {getattr(r, field) for r in reasons}
    assert set(case.get("says", ())) <= {r.detail for r in reasons}
    assert set(case.get("do", ())) <= {r.suggestion for r in reasons}


@pytest.mark.parametrize("case", REVIEW["cases"], ids=lambda c: c["name"])
def test_reviewed_in_process(opened, case):
    answer = opened.review(
        ReviewCall(
            **NAMES,
            session_id="cases",
            agent_id="",
            **way(case),
            **drafted(case),
        )
    )

    assert (answer.verdict, answer.text or answer.arguments_json) == (case["verdict"], expected_content(case))
    check_grounds(case, answer.reasons, "source_field")
    assert case.get("suggestion", answer.suggestion) == answer.suggestion
    assert bool(answer.review_id) == (case["verdict"] == "HELD")


@pytest.mark.parametrize("case", REVIEW["cases"], ids=lambda c: c["name"])
def test_reviewed_over_grpc(client, case):
    answer = client.review(**NAMES, session_id="cases", **way(case), **drafted(case))

    assert Verdict.Name(answer.verdict) == f"VERDICT_{case['verdict']}"
    assert (answer.text or answer.arguments_json or None) == expected_content(case)
    check_grounds(case, answer.reasons, "source_field")
    assert case.get("suggestion", answer.suggestion) == answer.suggestion


@pytest.mark.parametrize("case", [c for c in REVIEW["cases"] if "text" in c], ids=lambda c: c["name"])
def test_reviewed_as_a_stream_of_single_characters(client, case):
    answers = list(client.review_stream(case["text"], **NAMES, **way(case), session_id="cases"))

    released = "".join(a.text for a in answers)
    assert Verdict.Name(answers[-1].verdict) == f"VERDICT_{case['verdict']}"
    assert released == (expected_content(case) or "")


@pytest.mark.parametrize("case", PREPARE, ids=lambda c: c["name"])
def test_prepared_in_process(gate, case):
    prepared = gate.prepare(prepare_call(case["name"], case))

    check_prepared(case, prepared.messages, prepared.records)
    actions = {f.path: f.action.value for f in prepared.fields}
    assert case.get("actions", actions) == actions


@pytest.mark.parametrize("case", PREPARE, ids=lambda c: c["name"])
def test_prepared_over_grpc(client, case):
    call = prepare_call(case["name"], case)
    prepared = client.prepare(
        **NAMES,
        session_id=case["name"],
        customer_id="c-1",
        messages=[(m.role, m.text) for m in call.messages],
        records=[{"source": r.source, "subject_id": r.subject_id, "json": r.json} for r in call.records],
    )

    check_prepared(case, prepared.messages, prepared.records)
    actions = {f.path: Action.Name(f.action).removeprefix("ACTION_").lower() for f in prepared.fields}
    assert case.get("actions", actions) == actions


def check_prepared(case: dict, messages, prepared_records) -> None:
    for expected, message in zip(case.get("texts", ()), messages, strict=True):
        assert pattern(expected).fullmatch(message.text), message.text
    for expected, record in zip(case.get("json", ()), prepared_records, strict="json" in case):
        assert pattern(expected).fullmatch(record.json), record.json
