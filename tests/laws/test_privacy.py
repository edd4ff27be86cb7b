"""Law 5: no value of the input stands in any log, audit entry, error or ``repr``."""

from __future__ import annotations

import json

import pytest

from hushgate.calls import Message, PrepareCall, Record, ReviewCall
from hushgate.client import Client, HushgateError
from hushgate.failure import Failure
from tests.conftest import CASES
from tests.laws.examples import VALUES

NAMES = {"tenant": "acme", "intent": "order_status"}
# A value of three letters stands in any log by chance.
PLANTED = [value for value in VALUES if len(value) >= 6]


def holding(text: str) -> list[int]:
    """Which of the planted values stand in the text; their numbers, so that no report shows them."""
    return [at for at, value in enumerate(PLANTED) if value in text]


def bad_calls(value: str) -> list[dict]:
    """Prepare calls that must fail, with the value wherever a caller may put it."""
    good = {**NAMES, "session_id": "s", "messages": [("user", value)]}
    record = {"source": "crm", "subject_id": value}
    return [
        good | {"intent": value},
        good | {"tenant": value},
        good | {"policy": value},
        good | {"session_id": value * 300},
        good | {"records": [record | {"json": f'{{"a": "{value}'}]},
        good | {"records": [record | {"json": json.dumps([value])}]},
        good | {"records": [record | {"json": json.dumps({value: 1})[:-1] + f", {json.dumps(value)}: 2}}"}]},
        good | {"records": [record | {"json": "[" * 500 + value}]},
        good | {"language": value[:8]},
    ]


@pytest.fixture(scope="module")
def outcome(serve, tmp_path_factory) -> tuple[str, str, str]:
    """The log, the client's errors and the audit log after each planted value has gone through each call."""
    folder = tmp_path_factory.mktemp("law5")
    log = folder / "log"
    errors: list[str] = []
    with (
        serve(
            "--policy",
            str(CASES / "policy.yaml"),
            "--names",
            "none",
            "--audit",
            str(folder / "audit"),
            log=log,
        ) as address,
        Client(address) as client,
    ):
        for start in range(0, len(PLANTED), 50):
            values = PLANTED[start : start + 50]
            names = {**NAMES, "session_id": f"law5-{values[-1]}", "agent_id": values[0]}
            client.prepare(
                **names,
                request_id=values[0],
                customer_id=values[0],
                messages=[("user", value) for value in values],
                records=[
                    {"source": "crm", "subject_id": value, "data": {"a": {value: value}}} for value in values
                ],
            )
            client.review(**names, text=" and ".join(values))
            list(client.review_stream(values, **names))
            client.end_session(tenant="acme", session_id=names["session_id"])
            client.erase_subject(tenant="acme", subject_id=values[0], reason="they asked for it")
            client.redact([{"text": value} for value in values])
        for value in PLANTED[::40]:
            for call in bad_calls(value):
                try:
                    client.prepare(**call)
                except HushgateError as error:
                    errors += (str(error), repr(error), repr(error.__cause__), repr(error.__context__))
    audit = "".join(path.read_bytes().decode() for path in (folder / "audit").glob("*.*[dl]"))
    return log.read_text(), "\n".join(errors), audit


def test_no_planted_value_is_in_the_audit_log(outcome):
    _, _, audit = outcome

    assert audit.count('"rpc":"Prepare"') >= len(PLANTED) // 50
    assert audit.count('"rpc":"ReviewStream"') >= len(PLANTED) // 50
    assert holding(audit) == []


def test_no_planted_value_is_in_the_servers_log(outcome):
    log, _, _ = outcome

    assert log.count("Prepare") >= len(PLANTED) // 50
    assert holding(log) == []


def test_no_planted_value_is_in_an_error(outcome):
    _, errors, _ = outcome

    assert errors
    assert holding(errors) == []


def test_no_planted_value_is_in_a_repr_or_a_failure(gate):
    seen: list[str] = []
    for value in PLANTED[::10]:
        names = {**NAMES, "session_id": "law5-repr", "agent_id": ""}
        call = PrepareCall(
            **names,
            messages=(Message("user", value),),
            records=(Record("crm", value, json.dumps({"customer": {"name": value}})),),
        )
        prepared = gate.prepare(call)
        review = ReviewCall(**names, destination="customer", text=value)
        seen += (repr(call), repr(prepared.findings), repr(review), repr(gate.review(review)))
        for bad in ("[" * 500 + value, f'{{"{value}": 1, "{value}": 2}}', value):
            try:
                gate.prepare(PrepareCall(**names, records=(Record("crm", "", bad),)))
            except Failure as failure:
                seen += (str(failure), repr(failure), repr(failure.__context__), repr(failure.__cause__))

    assert holding("\n".join(seen)) == []
