"""What the gate writes down of each call before it answers."""

from __future__ import annotations

import json

import pytest

from hushgate.audit.log import Audit
from hushgate.audit.writer import Terms, Writer
from hushgate.calls import Message, PrepareCall, Record, ReviewCall
from hushgate.failure import Failure
from hushgate.gate import Gate
from hushgate.outbound.review import Progress
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.memory_store import MemoryStore
from hushgate.sessions.vault import Vault

NAMES = {"tenant": "acme", "session_id": "s-1", "agent_id": "", "intent": "order_status"}


@pytest.fixture
def place(tmp_path):
    return tmp_path / "audit"


@pytest.fixture
def gate(gate, place):
    """The tests' gate with a session store and an audit log of its own."""
    writer = Writer.open(place, place / "signing.key", Terms())
    yield Gate(
        detector=gate._detector,
        vault=Vault(MemoryStore(), TenantKeys.of(b"m" * 32)),
        policies=gate.policies,
        keys=gate._keys,
        audit=Audit(writer),
    )
    writer.close()


def entries(place) -> list[dict]:
    lines = [
        json.loads(line) for file in sorted(place.glob("*.jsonl")) for line in file.read_text().splitlines()
    ]
    return [line for line in lines if "rpc" in line]


def test_an_entry_says_what_was_decided_and_its_id_is_the_answers(gate, place):
    record = {
        "customer": {"first_name": "Dana", "ssn": "536-22-8417"},
        "555-01-0199": {"dana@example.com": 1},
    }
    prepared = gate.prepare(
        PrepareCall(
            **NAMES | {"agent_id": "bot 7"},
            request_id="r-1",
            messages=(Message("user", "write to dana@example.com"),),
            records=(Record("crm", "c-1", json.dumps(record)),),
        )
    )
    reviewed = gate.review(ReviewCall(**NAMES, destination="customer", text="Mail bob@example.com"))

    first, second = entries(place)
    assert (first["rpc"], first["decision_id"]) == ("Prepare", prepared.decision_id)
    assert first["entities"]["EMAIL_ADDRESS"] == {"pseudonymize": 1}
    assert sum(n for paths in first["fields"].values() for n in paths.values()) == 3
    assert {"*.*", "customer.*"} == {
        path for paths in first["fields"].values() for path in paths if "*" in path
    }
    assert first["session"] == second["session"] != "s-1"
    assert first["agent"] == gate.trail.agent_mark("bot 7")
    assert first["policy_version"] == prepared.policy_version
    assert len(first["policy_digest"]) == 64
    assert (second["rpc"], second["verdict"], second["decision_id"]) == (
        "Review",
        reviewed.verdict,
        reviewed.decision_id,
    )
    assert first["microseconds"] > 0
    written = "".join(file.read_text() for file in place.glob("*.jsonl"))
    for value in ("dana@example.com", "Dana", "8417", "555-01-0199", "bot 7", "r-1", "s-1", "c-1"):
        assert value not in written


def test_an_answer_that_is_given_again_has_an_entry_again(gate, place):
    call = PrepareCall(**NAMES, request_id="r-1", messages=(Message("user", "hello"),))
    first, again = gate.prepare(call), gate.prepare(call)

    one, two = entries(place)
    assert first.decision_id == again.decision_id == one["decision_id"] == two["decision_id"]
    assert (one.get("repeated"), two["repeated"]) == (None, True)


def test_a_streamed_draft_is_written_down_before_its_first_word_goes_out(gate, place):
    call = ReviewCall(**NAMES, destination="customer", text="")

    course = gate.reviewing(call)
    begun = entries(place)
    progress, released = gate.go_on(call, course, Progress().given("Hello there.", ended=True))
    answer = gate.concluded(call, course, progress, released)
    gate.broken_off(call, gate.reviewing(call), Progress(), "CANCELLED")

    assert [entry["stage"] for entry in begun] == ["begun"]
    _, ended, _, broken = entries(place)
    assert ended["decision_id"] == begun[0]["decision_id"] == answer.decision_id
    assert (ended["verdict"], "stage" in ended) == ("PASSED", False)
    assert (broken["stage"], broken["reasons"]) == ("broken_off", {"CANCELLED": 1})


def test_the_end_of_a_session_ends_the_link_to_its_name(gate, place):
    call = PrepareCall(**NAMES, messages=(Message("user", "hello"),))
    gate.prepare(call)
    assert gate.end_session("acme", "s-1")
    assert not gate.end_session("acme", "s-1")
    gate.prepare(call)

    told, begun, ended, *_, anew = entries(place)
    assert told["session"] == begun["session"] == ended["session"] != anew["session"]
    assert (begun["stage"], ended["items"]) == ("begun", 1)


def test_a_call_that_cannot_be_written_down_fails(gate, place):
    gate.audit._writer._file, kept = 10**6, gate.audit._writer._file
    with pytest.raises(Failure) as caught:
        gate.prepare(PrepareCall(**NAMES, messages=(Message("user", "hello"),)))
    gate.audit._writer._file = kept

    assert caught.value.reason == "AUDIT_UNAVAILABLE"
    assert entries(place) == []
