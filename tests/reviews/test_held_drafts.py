"""A held draft waits for a person; what is approved goes out once, to the one who asked, as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hushgate.calls import Code, Message, PrepareCall, Record, Verdict
from hushgate.failure import Failure, Reason
from hushgate.oversight import Oversight
from hushgate.reviews import queue
from hushgate.reviews.store import Waits
from tests.reviews.conftest import CALL, SENT, SHOWN, hold


def fails(reason: Reason, call, *arguments, **named) -> None:
    with pytest.raises(Failure) as caught:
        call(*arguments, **named)
    assert (caught.value.reason, caught.value.field) == (reason, "review_id")


def approve(gate, review_id: str, verdict: Verdict = Verdict.PASSED):
    return gate.desk.decide(review_id, verdict, by="sam", because="checked", name="d-1")


def test_a_held_draft_waits_with_its_text_redacted_and_no_value_at_rest(replica, store):
    review_id = hold(replica())

    [waiting], more = replica().desk.waiting("acme", size=0, token="")

    assert (waiting.review_id, waiting.text, more) == (review_id, SHOWN, "")
    assert (waiting.agent_id, waiting.destination, waiting.recipient_id) == ("refund-bot", "customer", "c-1")
    assert [ground.code for ground in waiting.reasons] == [Code.ENTITY_NOT_ALLOWED]
    assert "4111" not in str(queue.dump(waiting))
    [row] = store.reviews.waiting(Waits.DECISION, None, 0, 9)
    assert b"refund" not in row.sealed + row.whose + row.name


def test_what_a_person_approves_is_collected_once_by_the_one_who_asked(replica):
    review_id = hold(replica())
    call = replace(CALL, review_id=review_id)
    undecided = replica().review(call)
    decided = approve(replica(), review_id)

    sent = replica().review(call)

    assert (undecided.verdict, undecided.text, undecided.review_id) == (Verdict.HELD, None, review_id)
    assert (sent.verdict, sent.text) == (Verdict.REDACTED, SENT)
    assert decided.decision_id
    fails(Reason.REVIEW_CLOSED, replica().review, call)


def test_a_request_that_is_made_again_waits_under_the_same_name(replica):
    assert hold(replica()) == hold(replica())
    assert hold(replica(), replace(CALL, request_id="")) != hold(replica(), replace(CALL, request_id=""))
    assert hold(replica(), replace(CALL, request_id="r-2")) != hold(replica())


@pytest.mark.parametrize(
    "other",
    [
        {"text": CALL.text + " "},
        {"agent_id": "other-bot"},
        {"recipient_id": "c-2"},
        {"destination": "tool"},
        {"session_id": "s-2"},
        {"text": None, "arguments_json": "{}"},
    ],
    ids="-".join,
)
def test_another_text_agent_or_recipient_collects_nothing(replica, other):
    gate = replica()
    review_id = hold(gate)
    approve(gate, review_id)

    fails(Reason.REVIEW_UNKNOWN, gate.review, replace(CALL, review_id=review_id, **other))

    assert gate.review(replace(CALL, review_id=review_id)).text == SENT


def test_who_means_a_sample_lets_no_draft_go(replica):
    gate = replica()
    review_id = hold(gate)

    with pytest.raises(Failure) as mistaken:
        gate.desk.decide(review_id, Verdict.PASSED, by="sam", because="kind", name="d-1", sampled=True)

    assert (mistaken.value.reason, mistaken.value.field) == (Reason.FIELD_INVALID, "sampled")
    assert gate.desk.find(review_id).waits is Waits.DECISION


def test_a_second_decision_is_refused(replica):
    review_id = hold(replica())
    approve(replica(), review_id)

    fails(Reason.REVIEW_CLOSED, approve, replica(), review_id, Verdict.BLOCKED)
    fails(Reason.REVIEW_UNKNOWN, approve, replica(), "unknown")


def test_a_rejected_draft_is_blocked_as_often_as_it_is_asked_for(replica):
    review_id = hold(replica())
    approve(replica(), review_id, Verdict.BLOCKED)

    for _ in range(2):
        answer = replica().review(replace(CALL, review_id=review_id))
        assert (answer.verdict, answer.text) == (Verdict.BLOCKED, None)
        assert [ground.code for ground in answer.reasons] == [Code.REVIEW_REJECTED]


def test_a_draft_approved_as_shown_goes_out_as_it_was_shown(replica):
    review_id = hold(replica())
    approve(replica(), review_id, Verdict.REDACTED)

    answer = replica().review(replace(CALL, review_id=review_id))

    assert (answer.verdict, answer.text) == (Verdict.REDACTED, SHOWN)


def test_arguments_of_a_tool_call_are_held_and_collected_as_json(replica):
    call = replace(
        CALL, text=None, arguments_json='{"to": "dana@example.com", "amount": 5}', destination="tool"
    )
    review_id = hold(replica(), call)
    [waiting], _ = replica().desk.waiting("", size=0, token="")
    approve(replica(), review_id)

    answer = replica().review(replace(call, review_id=review_id))

    assert waiting.is_json
    assert "dana" not in waiting.text
    assert answer.arguments_json == call.arguments_json


def test_an_approval_does_not_reach_what_the_session_has_learnt_since(replica):
    gate = replica()
    call = replace(CALL, text="Your parcel goes to bob@example.com.")
    review_id = hold(gate, call)
    approve(gate, review_id)
    record = Record("crm", "c-2", '{"customer": {"email": "bob@example.com"}}')
    gate.prepare(PrepareCall("acme", "s-1", "", "order_status", records=(record,)))

    assert gate.review(replace(call, review_id=review_id)).verdict is Verdict.BLOCKED


def test_an_approval_is_void_when_something_else_would_be_sent(replica):
    gate = replica()
    call = replace(CALL, text="Your number is A-77310.")
    review_id = hold(gate, call)
    approve(gate, review_id)
    record = Record("crm", "c-1", '{"customer": {"account_number": "A-77310"}}')
    gate.prepare(PrepareCall("acme", "s-1", "", "order_status", customer_id="c-1", records=(record,)))

    fails(Reason.REVIEW_CLOSED, gate.review, replace(call, review_id=review_id))


def test_what_nobody_decides_in_time_is_gone_and_a_decision_stands_as_long_again(replica, clock):
    gate = replica()
    late, decided = hold(gate), hold(gate, replace(CALL, request_id="r-2"))
    clock.now += 3599
    approve(gate, decided)
    clock.now += 2

    fails(Reason.REVIEW_UNKNOWN, approve, gate, late)
    fails(Reason.REVIEW_UNKNOWN, gate.review, replace(CALL, review_id=late))
    assert gate.desk.waiting("", size=0, token="") == ([], "")
    assert gate.review(replace(CALL, request_id="r-2", review_id=decided)).text == SENT


@pytest.mark.parametrize(
    "end",
    [
        lambda gate: gate.end_session("acme", "s-1"),
        lambda gate: Oversight(gate).erase("acme", "c-1"),
    ],
    ids=["with its session", "with the person"],
)
def test_a_held_draft_ends_with_its_session_and_with_the_person_it_is_for(replica, end):
    gate = replica()
    gate.prepare(PrepareCall("acme", "s-1", "", "order_status", messages=(Message("user", "hi"),)))
    review_id = hold(gate)

    end(gate)

    fails(Reason.REVIEW_UNKNOWN, approve, gate, review_id)


def test_too_many_that_wait_are_refused_and_one_tenant_takes_nobody_elses_room(replica, monkeypatch):
    monkeypatch.setattr(queue, "MOST_WAITING", 2)
    gate = replica()
    for number in range(2):
        hold(gate, replace(CALL, request_id=f"r-{number}"))

    fails(Reason.SESSION_LIMIT, hold, gate, replace(CALL, request_id="r-9"))


def test_pages_follow_each_other_and_a_made_up_token_is_refused(replica):
    gate = replica()
    for number in range(3):
        hold(gate, replace(CALL, request_id=f"r-{number}"))

    first, token = gate.desk.waiting("", size=2, token="")
    second, end = gate.desk.waiting("", size=2, token=token)

    assert (len(first), len(second), end) == (2, 1, "")
    with pytest.raises(Failure):
        gate.desk.waiting("", size=2, token="-1")
