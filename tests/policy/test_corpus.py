"""What another policy changes on a corpus: how many answers, what of them, and which lines; never a text."""

import json

import pytest
from tests.policy.policies import SAYS, written

from hushgate.candidate import Candidate
from hushgate.corpus import effect, read_corpus
from hushgate.effect import Difference
from hushgate.failure import Failure
from hushgate.policy.reader import read_policy
from hushgate.transformation.joinable import Keys

CARD = "4111 1111 1111 1111"
RECORD = {"source": "crm", "subject_id": "c-1", "json": json.dumps({"order": {"id": "A-1"}, "card": CARD})}
PREPARE = {"intent": "order_status", "customer_id": "c-1", "records": [RECORD]}
REVIEW = {"intent": "order_status", "destination": "customer"}


@pytest.fixture
def judged(tmp_path, assembled):
    """The effect of one policy in the place of another on lines."""

    def candidate(name, also):
        policy = read_policy(written(tmp_path / f"{name}.yaml", name, **also))
        return Candidate.of(policy, assembled.redactor._detector, Keys.derive(bytes(32)), max_text=1000)

    def judged(before, after, *lines):
        file = tmp_path / "corpus.jsonl"
        file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        return effect(candidate("v1", before), candidate("v2", after), read_corpus(file))

    return judged


def to(place, said):
    return {"destinations": {**SAYS["destinations"], place: said}}


LINES = [
    {"id": "text", "text": f"card {CARD}"},
    {"id": "json", "json": json.dumps({"a": [CARD]})},
    {"id": "said", "text": f"card {CARD}", "intent": "order_status"},
    {"id": "record", "session_id": "s", **PREPARE},
    {"id": "draft", "session_id": "s", **REVIEW, "text": "It ends with 1111."},
    {"id": "call", **REVIEW, "destination": "tool", "arguments_json": json.dumps({"to": CARD})},
    {"id": "refused", "intent": "unheard_of", "messages": [{"role": "user", "text": "hi"}]},
]  # fmt: skip


def test_the_same_policy_changes_nothing(judged):
    done = judged({}, {}, *LINES)

    assert (done.items, done.changed, done.differences) == (7, (), {})


def test_what_changes_is_counted_by_call_intent_and_action(judged):
    done = judged({}, to("log", "mask"), *LINES)
    assert done.changed == ("text", "json")
    assert done.differences == {Difference("Redact", "", "finding", "CREDIT_CARD", "redact", "mask"): 2}

    done = judged({}, {"intents": {"order_status": {"fields": {"order.id": "keep", "card": "keep"}}}}, *LINES)
    assert done.differences == {
        Difference("Prepare", "order_status", "field", "card", "drop", "keep"): 1,
    }
    assert done.changed == ("record",)


def test_what_a_conversation_has_seen_counts_for_its_drafts(judged):
    said = {**REVIEW, "session_id": "s", "text": f"Your card is {CARD}."}
    done = judged(
        {},
        {"intents": {"order_status": {"fields": {"card": "keep"}}}},
        {"session_id": "s", **PREPARE},
        {"id": "draft", **said},
        {"id": "other", **said, "session_id": "t"},
    )

    assert done.changed[1:] == ("draft",)
    assert done.differences[Difference("Review", "order_status", "outcome", "", "REDACTED", "PASSED")] == 1


def test_a_line_that_names_no_agent_asks_of_no_register(judged):
    register = {"agents": {"bot": {"owner": "a", "approved_by": "b", "intents": ["order_status"]}}}
    draft = {**REVIEW, "text": "all is well"}
    done = judged(
        {}, register, draft, {**draft, "id": "bot", "agent_id": "bot"}, {**draft, "id": "x", "agent_id": "x"}
    )

    assert done.changed == ("x",)
    assert list(done.differences) == [
        Difference("Review", "order_status", "outcome", "", "PASSED", "AGENT_NOT_ALLOWED")
    ]


def test_a_key_that_no_policy_names_is_in_no_count(judged):
    record = {**RECORD, "json": json.dumps({"cards": {CARD: {"day": "1"}}})}
    fields = {"intents": {"order_status": {"fields": {"cards.*.day": "keep"}}}}
    done = judged({}, fields, {**PREPARE, "records": [record]})

    assert "field cards.*.day" in {f"{d.kind} {d.what}" for d in done.differences}
    assert "4111" not in repr(done)


@pytest.mark.parametrize("line", ["{", "[]", '{"id": "x"}', '{"messages": 3}', '{"destination": "customer"}'])
def test_a_line_that_cannot_be_read_is_named(tmp_path, line):
    file = tmp_path / "corpus.jsonl"
    file.write_text('{"text": "x"}\n' + line + "\n")

    with pytest.raises(Failure, match=r"corpus.jsonl:2: "):
        list(read_corpus(file))
