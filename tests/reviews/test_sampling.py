"""Messages that passed are shown to a person afterwards: so much of each intent, and so many a week."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hushgate.audit.log import Audit
from hushgate.calls import Code, Message, PrepareCall, Record, ReviewCall, Verdict
from hushgate.client import Client
from hushgate.failure import Failure, Reason
from hushgate.gate import Gate
from hushgate.oversight import Oversight
from hushgate.policy.model import Policies, Sampling
from hushgate.policy.reader import PolicyProblems, read_policy
from hushgate.reviews.sampling import room_for
from hushgate.reviews.store import Waits
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.vault import Vault
from tests.audit.conftest import Log
from tests.reviews.conftest import KEYS
from tests.reviews.test_deciding import hushgate
from tests.reviews.test_holding_policies import CASES

if TYPE_CHECKING:
    from pathlib import Path

    from hushgate.policy.model import Policy

CALL = ReviewCall(
    "acme", "s-1", "", "order_status", "customer", text="Your card 4111 1111 1111 1111 is fine."
)
SHOWN = "Your card [CREDIT_CARD] is fine."
INTENTS = ("order_status", "refund_request", "complaint")
WEEK = 7 * 86_400.0
MONDAY = 1_799_625_600.0  # 2027-01-11, 0:00 UTC


def written(folder: Path, **sampling) -> Path:
    data = yaml.safe_load(CASES.read_text())
    data["intents"] |= dict.fromkeys(INTENTS, data["intents"]["order_status"])
    file = folder / "sampling.yaml"
    file.write_text(json.dumps(data | {"sampling": sampling}))
    return file


@pytest.fixture
def policy(tmp_path):
    return lambda **sampling: read_policy(written(tmp_path, **sampling))


@pytest.fixture
def gate(assembled, store, clock):
    """``gate(policy)``: one more gate on the store."""

    def made(policy: Policy, **more) -> Gate:
        like = assembled.gate
        vault = Vault(store, KEYS, clock=clock)
        only = Policies.only(policy)
        return Gate(detector=like._detector, vault=vault, policies=only, keys=like._keys, **more)

    return made


def send(gate: Gate, call: ReviewCall = CALL) -> bool:
    """A review as the server makes it; whether it is shown to a person."""
    answer = gate.review(call)
    assert answer.verdict in {Verdict.PASSED, Verdict.REDACTED}
    return gate.draws(call, answer) and gate.sample(call, answer)


def samples(gate: Gate, tenant: str = ""):
    return gate.desk.waiting(tenant, size=200, token="", waits=Waits.LABEL)[0]


def test_a_sample_has_the_redacted_text_and_waits_beside_the_drafts(gate, policy):
    made = gate(policy(share=1.0))
    assert send(made)

    [sample] = samples(made, "acme")
    assert (sample.text, sample.sampled, sample.intent) == (SHOWN, True, "order_status")
    assert [ground.code for ground in sample.reasons] == [Code.SAMPLED]
    assert made.desk.waiting("acme", size=0, token="") == ([], "")
    with pytest.raises(Failure) as caught:
        made.review(replace(CALL, review_id=sample.review_id))
    assert caught.value.reason is Reason.REVIEW_UNKNOWN


def test_a_label_sends_nothing_is_given_once_and_stands_in_the_audit_log(gate, policy, tmp_path):
    log = Log(tmp_path / "audit")
    made = gate(policy(share=1.0), audit=Audit(log.writer()))
    answer = made.review(CALL)
    made.sample(CALL, answer)
    [sample] = samples(made)
    who = {"by": "ann", "because": "too cold", "actor": "ann", "tenants": None}
    with pytest.raises(Failure) as mistaken:
        Oversight(made).decide_review(sample.review_id, Verdict.PASSED, **who)
    who["sampled"] = True
    with pytest.raises(Failure) as wrong:
        Oversight(made).decide_review(sample.review_id, Verdict.REDACTED, **who)
    Oversight(made).decide_review(sample.review_id, Verdict.BLOCKED, **who)
    with pytest.raises(Failure) as again:
        Oversight(made).decide_review(sample.review_id, Verdict.PASSED, **who)

    assert (mistaken.value.field, mistaken.value.reason) == ("sampled", Reason.FIELD_INVALID)
    assert (wrong.value.field, again.value.reason) == ("verdict", Reason.REVIEW_CLOSED)
    assert samples(made) == []
    assert made.desk.find(sample.review_id).verdict is Verdict.BLOCKED
    [drawn] = [each for each in log.entries() if each["rpc"] == "Sample"]
    assert (drawn["decision_id"], drawn["target"]) == (answer.decision_id, sample.review_id)
    labels = [each for each in log.entries() if each["rpc"] == "DecideReview" and "stage" not in each]
    assert [(e["verdict"], e["intent"], e["reasons"]) for e in labels] == [
        ("BLOCKED", "order_status", {"SAMPLED": 1})
    ]


def test_a_sample_outlives_its_session_and_ends_with_its_subjects_and_its_time(gate, policy, clock):
    made = gate(policy(share=1.0, keep_days=2))
    for number, subject in enumerate(("c-1", "c-2", "c-2")):
        place = {"tenant": "acme", "session_id": f"s-{number}", "agent_id": "", "intent": "order_status"}
        record = Record("crm", subject, '{"order": {"id": "A-1"}}')
        made.prepare(PrepareCall(**place, messages=(Message("user", "hello"),), records=(record,)))
        assert send(made, replace(CALL, session_id=f"s-{number}"))
        made.end_session("acme", f"s-{number}")

    assert len(samples(made)) == 3
    made.vault.erase("acme", "c-2")
    assert [each.session_id for each in samples(made)] == ["s-0"]
    clock.now += 2 * 86_400
    assert samples(made) == []


def test_nothing_is_shown_once_its_session_has_ended_and_what_is_not_sent_is_never_drawn(gate, policy):
    made = gate(policy(share=1.0))
    answer = made.review(CALL)
    made.end_session("acme", "s-1")
    assert not made.sample(CALL, answer)
    once = replace(CALL, request_id="r-1")
    assert made.draws(once, made.review(once))
    assert not made.draws(once, made.review(once))
    blocked = replace(CALL, text="Hello [PERSON_2AB3C4].")
    assert not made.draws(blocked, made.review(blocked))


def test_the_draw_is_repeatable_near_its_share_and_each_intents_own(gate, policy):
    made = gate(policy(share=0.02, by_intent={"complaint": 0.5, "refund_request": 0}))
    answer = made.review(CALL)
    answers = [replace(answer, decision_id=f"{number:032x}") for number in range(5000)]
    drawn = {
        intent: [each.decision_id for each in answers if made.draws(replace(CALL, intent=intent), each)]
        for intent in INTENTS
    }

    assert 60 < len(drawn["order_status"]) < 140
    assert 2300 < len(drawn["complaint"]) < 2700
    assert drawn["refund_request"] == []
    again = gate(policy(share=0.02))
    assert [each.decision_id for each in answers if again.draws(CALL, each)] == drawn["order_status"]


def test_a_busy_intent_takes_no_more_than_its_part_of_the_week(gate, policy, clock):
    clock.now = MONDAY + 3 * 86_400
    made = gate(policy(share=1.0, per_week=7))
    shown = [send(made, replace(CALL, session_id=f"s-{n}")) for n in range(12)]
    others = [
        send(made, replace(CALL, intent=intent, session_id=intent))
        for intent in INTENTS[1:]
        for _ in range(4)
    ]

    assert sum(shown) in {2, 3}
    assert sum(shown) + sum(others) == 7
    assert not send(gate(policy(share=1.0, per_week=7)), replace(CALL, session_id="s-99"))
    clock.now = MONDAY + WEEK
    assert send(made, replace(CALL, session_id="s-next"))


def test_where_only_how_many_is_said_the_week_is_not_spent_when_it_begins(gate, policy, clock):
    clock.now = MONDAY + 60
    made = gate(policy(per_week=21))
    first = sum(send(made, replace(CALL, session_id=f"s-{n}")) for n in range(9))
    clock.now = MONDAY + WEEK - 60
    rest = sum(send(made, replace(CALL, session_id=f"t-{n}")) for n in range(9))

    assert (first, rest) == (1, 6)


@given(
    st.integers(1, 50),
    st.lists(st.text("abc", min_size=1), min_size=1, max_size=8, unique=True),
    st.floats(0, 3e9),
)
def test_the_parts_of_a_week_are_the_week_and_none_is_left_out_for_ever(per_week, intents, now):
    sampling = Sampling(dict.fromkeys(intents, 1.0), per_week, paced=False, keep_seconds=1.0)
    parts = [list(room_for(sampling, intent, now)[0].values()) for intent in intents]
    assert {whole for whole, _ in parts} == {per_week}
    assert sum(part for _, part in parts) == per_week
    weeks = [room_for(sampling, intents[0], now + week * WEEK)[0] for week in range(len(intents))]
    assert sum(list(room.values())[1] for room in weeks) == per_week
    assert room_for(replace(sampling, paced=True), intents[0], now)[1] - now <= WEEK


def test_replicas_that_draw_at_once_never_exceed_the_week(assembled, policy, tmp_path):
    like, drawing = assembled.gate, policy(share=1.0, per_week=30, by_intent=dict.fromkeys(INTENTS[1:], 0))

    def replica(name: str) -> int:
        store = SqliteStore(tmp_path / "sessions.db")
        vault, only = Vault(store, KEYS), Policies.only(drawing)
        made = Gate(detector=like._detector, vault=vault, policies=only, keys=like._keys)
        sent = sum(send(made, replace(CALL, session_id=f"{name}-{n}")) for n in range(20))
        store.close()
        return sent

    with ThreadPoolExecutor(3) as replicas:
        assert sum(replicas.map(replica, "abc")) == 30


@pytest.mark.parametrize(
    "wrong",
    [{}, {"share": 2}, {"per_week": 0}, {"by_intent": {"unheard_of": 0.1}}, {"keep_days": 0, "share": 1}],
)
def test_a_policy_that_samples_nothing_or_nonsense_is_refused(policy, wrong):
    with pytest.raises(PolicyProblems):
        policy(**wrong)


def test_a_server_shows_what_it_has_sent_also_as_a_stream(serve, tmp_path):
    call = {"tenant": "acme", "session_id": "s-1", "intent": "order_status"}
    flags = ("--policy", str(written(tmp_path, share=1.0)), "--no-names")
    with serve(*flags) as address, Client(address) as client:
        client.review(text=CALL.text, **call)
        list(client.review_stream([CALL.text[:20], CALL.text[20:]], **call))
        client.end_session(tenant="acme", session_id="s-1")  # behind what nobody waits for
        listed = client.list_reviews(sampled=True).reviews
        texts = [client.get_review(review_id=each.review_id).review.text for each in listed]
        assert not client.list_reviews().reviews
        lines = hushgate("list", "--address", address).splitlines()
        called = hushgate(
            "good", listed[0].review_id, "--reason", "kind", "--by", "Sam", "--address", address
        )
        mistaken = hushgate("approve", listed[1].review_id, "--reason", "fine", "--address", address)
        left = client.list_reviews(sampled=True).reviews

    assert mistaken.endswith("call it good or bad\n")
    assert [each.sampled for each in listed] == [True, True]
    assert texts == [SHOWN, SHOWN]
    assert [(line.split()[0], line.split()[-1]) for line in lines] == [
        (each.review_id, "SAMPLED") for each in listed
    ]
    assert called.startswith("decided: ")
    assert [each.review_id for each in left] == [listed[1].review_id]
