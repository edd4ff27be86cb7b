"""A mark behind an internal note that the model may see: a draft that holds it is a copy, however written."""

import json

import pytest

from hushgate.calls import PrepareCall, Record, ReviewCall, Verdict
from hushgate.server.assembly import assemble
from hushgate.settings import NO_NAMES, Settings
from tests.conftest import CASES

NAMES = {"tenant": "acme", "session_id": "s-1", "agent_id": "", "intent": "order_status"}
RECORD = {"case": {"summary": "lost twice"}, "order": {"status": "shipped"}}


@pytest.fixture(scope="module")
def gate(tmp_path_factory, assembled):  # whose packs are shared
    policy = tmp_path_factory.mktemp("policy") / "policy.yaml"
    text = (CASES / "policy.yaml").read_text()
    text = text.replace("note_overlap_words: 6}", "canaries: true}").replace(
        "internal: [", 'internal: ["case.summary", '
    )
    policy.write_text(text)
    made = assemble(Settings(policies=(policy,), names=NO_NAMES))
    yield made.gate
    made.close()


@pytest.fixture(scope="module")
def mark(gate):
    record = Record("crm", "c-1", json.dumps(RECORD))
    told = gate.prepare(PrepareCall(**NAMES, customer_id="c-1", records=(record,)))
    summary = json.loads(told.records[0].json)["case"]["summary"]
    assert summary.startswith("lost twice (")
    return summary.removeprefix("lost twice (").removesuffix(")")


@pytest.mark.parametrize("form", [str, str.upper, " ".join, "-".join, lambda mark: f"({mark})."])
def test_a_draft_with_the_mark_is_a_copy(gate, mark, form):
    answer = gate.review(ReviewCall(**NAMES, destination="customer", text=f"It says {form(mark)} here"))

    assert answer.verdict is Verdict.BLOCKED
    assert {(reason.code, reason.source_field) for reason in answer.reasons} == {
        ("INTERNAL_NOTE", "case.summary")
    }


def test_a_draft_without_it_is_none(gate, mark):
    answer = gate.review(ReviewCall(**NAMES, destination="customer", text="Your parcel has been shipped."))

    assert answer.verdict is Verdict.PASSED
