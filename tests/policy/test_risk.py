"""Risk signals: what a call says of itself can only hide more, and is not forgotten before its session is."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policy.policies import SAYS, written

from hushgate.audit.log import Audit
from hushgate.calls import Code, Message, PrepareCall, Record, ReviewCall, Verdict
from hushgate.failure import Failure, Reason
from hushgate.finding import Action, Finding
from hushgate.gate import Gate
from hushgate.outbound.review import Progress
from hushgate.policy.changes import changes
from hushgate.policy.model import Policies
from hushgate.policy.reader import check_policy, read_policy
from hushgate.policy.strictness import STRICTNESS
from hushgate.policy.words import explained
from hushgate.sessions.facts import Known
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.memory_store import MemoryStore
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.vault import Vault
from hushgate.treatment import Reader

RISK = {
    "new_device": {
        "drop": ["customer.email"],
        "model": {"PHONE_NUMBER": "redact"},
        "customer": {"own": {"PHONE_NUMBER": "redact"}, "US_SSN": "keep"},
    },
    "email_changed": {"tool": {"EMAIL_ADDRESS": "hold"}},
    "high_fraud_region": {"hold": ["customer"]},
    "unusual_channel": {"customer": {"PHONE_NUMBER": "redact"}},
}
SAID = {
    "intents": {
        "order_status": {
            "fields": {"order.id": "keep", "customer.email": "pseudonymize", "customer.phone": "keep"}
        }
    },
    "destinations": SAYS["destinations"] | {"model": {"default": "pseudonymize"}},
    "risk": RISK,
}
CUSTOMER = {"order": {"id": "A-2093148"}, "customer": {"email": "dana@example.com", "phone": "212-555-0188"}}
NAMES = {"tenant": "acme", "session_id": "s-1", "agent_id": "", "intent": "order_status"}
DRAFT = "We call you on 212-555-0188."


def says(tmp_path, name="v1", **also):
    return read_policy(written(tmp_path / f"{name}.yaml", name, **SAID | also))


@pytest.fixture
def gate_of(assembled):
    """A gate under a policy, with a store of its own; or with that of another gate."""

    def made(policy, vault=None) -> Gate:
        return Gate(
            detector=assembled.redactor._detector,
            vault=vault or Vault(MemoryStore(), TenantKeys.of(b"m" * 32)),
            policies=Policies.only(policy),
            keys=assembled.gate._keys,
            audit=Audit(),
        )

    return made


@pytest.fixture
def gate(tmp_path, gate_of):
    return gate_of(says(tmp_path))


def prepare(gate, *signals, session="s-1", said="It is 212-555-0188."):
    call = PrepareCall(
        **NAMES | {"session_id": session}, customer_id="c-1", messages=(Message("user", said),),
        records=(Record("crm", "c-1", json.dumps(CUSTOMER)),), risk_signals=signals,
    )  # fmt: skip
    return gate.prepare(call)


def review(gate, *signals, text=DRAFT, session="s-1", **way):
    way = {"destination": "customer"} | way
    return gate.review(ReviewCall(**NAMES | {"session_id": session}, **way, text=text, risk_signals=signals))


def streamed(gate, pieces, *signals):
    call = ReviewCall(**NAMES, destination="customer", text="", risk_signals=signals)
    course, progress, released = gate.reviewing(call), Progress(), ""
    for number, piece in enumerate(pieces, 1):
        progress, more = gate.go_on(call, course, progress.given(piece, ended=number == len(pieces)))
        released += more
    return gate.concluded(call, course, progress, released)


def test_without_signals_nothing_is_stricter(gate):
    prepared, reviewed = prepare(gate), review(gate)

    assert {field.action for field in prepared.fields} == {Action.KEEP, Action.PSEUDONYMIZE}
    assert (reviewed.verdict, reviewed.text) == (Verdict.PASSED, DRAFT)
    assert not any(one.finding.decided_by for one in (*prepared.findings, *reviewed.findings))


def test_a_signal_drops_fields_and_says_that_it_did(gate):
    prepared = prepare(gate, "new_device")
    email = next(field for field in prepared.fields if field.path == "customer.email")

    assert json.loads(prepared.records[0].json) == {
        "order": {"id": prepared.records[0].json.split('"')[5]},
        "customer": {"phone": "[PHONE_NUMBER]"},
    }
    assert (email.action, email.decided_by) == (Action.DROP, ("risk.new_device",))
    assert email.reason == "named by customer.email; stricter by risk.new_device"


def test_a_signal_hides_more_in_what_the_model_reads_and_the_finding_says_so(gate):
    prepared = prepare(gate, "new_device")
    found = next(one.finding for one in prepared.findings if one.message == 0)

    assert prepared.messages[0].text == "It is [PHONE_NUMBER]."
    assert (found.action, found.decided_by) == (Action.REDACT, ("risk.new_device",))


def test_a_signal_given_once_holds_for_the_session_and_for_no_other(gate):
    prepare(gate, "new_device")
    forgotten = review(gate)
    prepare(gate, session="s-2")

    assert (forgotten.verdict, forgotten.text) == (Verdict.REDACTED, "We call you on [PHONE_NUMBER].")
    assert [ground.decided_by for ground in forgotten.reasons] == [("risk.new_device",)]
    assert review(gate, session="s-2").text == DRAFT


def test_a_signal_is_there_again_after_a_restart_and_on_another_worker(tmp_path, gate_of):
    policy, keys, file = says(tmp_path), TenantKeys.of(b"m" * 32), tmp_path / "sessions.sqlite"
    first, other = (gate_of(policy, Vault(SqliteStore(file), keys)) for _ in range(2))
    prepare(first)
    assert review(other).verdict is Verdict.PASSED

    review(first, "new_device")

    assert review(other).verdict is Verdict.REDACTED
    assert review(gate_of(policy, Vault(SqliteStore(file), keys))).verdict is Verdict.REDACTED


def test_a_signal_given_with_a_draft_that_waits_for_a_person_holds_too(tmp_path, gate_of):
    bot = {"owner": "Care", "approved_by": "Privacy", "intents": ["order_status"], "autonomy": "draft_only"}
    free = bot | {"autonomy": "high", "supervised_by": "Ann", "intents": [*bot["intents"]]}
    gate = gate_of(says(tmp_path, agents={"": free, "bot": bot}))
    prepare(gate)
    call = ReviewCall(
        **NAMES | {"agent_id": "bot"}, destination="customer", text=DRAFT, risk_signals=("new_device",)
    )

    assert gate.review(call).verdict is Verdict.HELD
    assert review(gate).verdict is Verdict.REDACTED


def test_what_a_person_let_go_does_not_go_once_a_signal_would_hide_it(gate):
    prepare(gate, "high_fraud_region")
    held = review(gate)
    gate.desk.decide(held.review_id, Verdict.PASSED, by="sam", because="known", name="d-1")

    with pytest.raises(Failure) as caught:
        review(gate, "new_device", review_id=held.review_id)

    assert caught.value.reason is Reason.REVIEW_CLOSED


def test_a_signal_given_at_a_review_holds_for_the_next(gate):
    prepare(gate)

    assert [review(gate, "unusual_channel").verdict, review(gate).verdict] == [Verdict.REDACTED] * 2


def test_what_a_model_reads_of_a_ground_does_not_tell_of_the_signal(gate):
    prepare(gate)
    ground = review(gate, "new_device").reasons[0]

    assert "device" not in ground.detail + ground.suggestion


def test_own_values_alone_are_stricter_where_the_policy_says_own(gate):
    prepare(gate, "new_device")

    assert review(gate, text="Our shop is on 212-555-0143.").verdict is Verdict.PASSED


def test_two_signals_that_ask_for_the_same_are_both_named(gate):
    prepare(gate, "new_device", "unusual_channel")

    assert review(gate).reasons[0].decided_by == ("risk.new_device", "risk.unusual_channel")


def test_an_entity_can_be_held_for_a_person_under_a_signal(gate):
    prepare(gate)
    call = {"destination": "tool", "text": "send it to dana@example.com"}

    assert review(gate, **call).verdict is Verdict.PASSED
    assert review(gate, "email_changed", **call).verdict is Verdict.HELD


def test_each_draft_waits_where_the_signal_says_hold_and_goes_once_a_person_lets_it(gate):
    prepare(gate, "high_fraud_region")
    held = review(gate, text="It is on its way.")
    gate.desk.decide(held.review_id, Verdict.PASSED, by="sam", because="known", name="d-1")
    sent = review(gate, text="It is on its way.", review_id=held.review_id)

    assert (held.verdict, held.text, held.suggestion) == (Verdict.HELD, None, "")
    assert [(g.code, g.decided_by) for g in held.reasons] == [(Code.RISK, ("risk.high_fraud_region",))]
    assert (sent.verdict, sent.text) == (Verdict.PASSED, "It is on its way.")
    assert review(gate, text="It is on its way.", destination="human_agent").verdict is Verdict.PASSED


@pytest.mark.parametrize("signal", ["new_device", "high_fraud_region"])
def test_a_stream_is_as_strict_as_the_whole(gate, signal):
    prepare(gate)
    pieces = streamed(gate, [*DRAFT], signal)
    whole = review(gate)

    assert (pieces.verdict, pieces.text) == (whole.verdict, whole.text)
    assert [g.decided_by for g in pieces.reasons] == [g.decided_by for g in whole.reasons] != []


def test_a_signal_that_the_policy_does_not_name_is_refused_by_its_place_and_not_by_its_name(gate):
    for call in (prepare, review, lambda gate, *signals: streamed(gate, [DRAFT], *signals)):
        with pytest.raises(Failure) as caught:
            call(gate, "new_device", "stolen_phone_of_dana")
        assert (caught.value.reason, caught.value.field) == (Reason.FIELD_INVALID, "risk_signals[1]")
        assert "dana" not in str(caught.value)
    assert review(gate).text == DRAFT, "a refused call teaches the session nothing"


def test_under_another_policy_a_signal_that_it_does_not_name_counts_as_all_of_its_own(
    tmp_path, gate_of, gate
):
    prepare(gate, "email_changed")
    other = says(tmp_path, "v2", risk={"vip_target": {"customer": {"PHONE_NUMBER": "redact"}}})

    reviewed = review(gate_of(other, gate.vault))

    assert (reviewed.verdict, reviewed.reasons[0].decided_by) == (Verdict.REDACTED, ("risk.vip_target",))


def test_a_field_that_was_cut_stays_cut_for_the_customer_where_a_signal_makes_it_a_token(tmp_path, gate_of):
    """A token restores; what is stricter for the model must not be laxer for the customer."""
    fields = {"customer.card": "last4"}
    risk = {"new_device": {"model": {"CREDIT_CARD": "pseudonymize"}}}
    gate = gate_of(says(tmp_path, intents={"order_status": {"fields": fields}}, risk=risk))
    record = Record("crm", "c-1", '{"customer": {"card": "4111 1111 1111 1111"}}')
    call = PrepareCall(**NAMES, customer_id="c-1", records=(record,), risk_signals=("new_device",))
    told = json.loads(gate.prepare(call).records[0].json)["customer"]["card"]

    reviewed = review(gate, text=f"It is {told}.")

    assert told.startswith("[CREDIT_CARD_")
    assert "4111" not in (reviewed.text or "")


def test_the_audit_entry_names_the_signals_that_acted(gate, tmp_path):
    from hushgate.audit.decisions import outcome

    prepared, policy = prepare(gate, "new_device"), gate.policies.active

    assert outcome(prepared, policy)["decided_by"] == {"risk.new_device": 3}
    assert outcome(review(gate, "high_fraud_region"), policy)["decided_by"] == {
        "risk.new_device": 1, "risk.high_fraud_region": 1,
    }  # fmt: skip


def test_an_answer_made_again_has_the_same_words_on_who_decided(gate):
    prepare(gate)
    call = ReviewCall(
        **NAMES, destination="customer", text=DRAFT, risk_signals=("new_device",), request_id="r"
    )
    first, again = gate.review(call), gate.review(call)

    assert again == replace(first, repeated=True)


def test_a_rule_for_some_intents_holds_for_those_alone_beside_what_the_signal_says_for_all(tmp_path, gate_of):
    fields = {"fields": {"order.id": "keep", "customer.email": "keep", "customer.phone": "keep"}}
    intents = {"order_status": fields, "refund_request": json.loads(json.dumps(fields))}
    rule = {"intents": ["refund_request"], "drop": ["customer.email"], "hold": ["tool"],
            "customer": {"PHONE_NUMBER": "redact"}}  # fmt: skip
    risk = {"new_device": {"customer": {"US_SSN": "redact"}, "for_intents": [rule]}}
    policy = says(tmp_path, intents=intents, risk=risk)
    gate = gate_of(policy)

    def asked(intent):
        call = NAMES | {"intent": intent, "session_id": intent}
        record = Record("crm", "c-1", json.dumps(CUSTOMER))
        told = gate.prepare(
            PrepareCall(**call, customer_id="c-1", records=(record,), risk_signals=("new_device",))
        )
        sent = gate.review(ReviewCall(**call, destination="customer", text=f"{DRAFT} Yours is 536-22-8417."))
        tool = gate.review(ReviewCall(**call, destination="tool", text="refund it"))
        dropped = [field.path for field in told.fields if field.decided_by == ("risk.new_device",)]
        return dropped, sent.text, tool.verdict

    assert asked("order_status") == ([], f"{DRAFT} Yours is [US_SSN].", Verdict.PASSED)
    assert asked("refund_request") == (
        ["customer.email"], "We call you on [PHONE_NUMBER]. Yours is [US_SSN].", Verdict.HELD
    )  # fmt: skip
    words = explained(policy, "order_status"), explained(policy, "refund_request")
    assert ["each draft waits for a person" in each for each in words] == [False, True]
    assert ["Left out under risk signal new_device" in each for each in words] == [False, True]
    laxer = says(tmp_path, "v2", intents=intents, risk={"new_device": {"customer": {"US_SSN": "redact"}}})
    assert [each.what for each in changes(policy, laxer) if each.where == "risk"] == [
        f"new_device.for_intents[0].{each}" for each in ("customer.PHONE_NUMBER", "drop", "hold", "intents")
    ]


ENTITIES = ["PHONE_NUMBER", "US_SSN", "INTERNAL_NOTE", "API_KEY"]
text_actions = st.sampled_from([action.value for action in Action])
treatments = st.dictionaries(st.sampled_from(["default", *ENTITIES]), text_actions)
said = st.fixed_dictionaries({"customer": treatments | st.fixed_dictionaries({"own": treatments})})
for_intents = st.lists(
    st.builds(
        lambda rule, intent: rule | {"intents": [intent]}, said, st.sampled_from(["order_status", "x"])
    ),
    min_size=1,
)
more = st.fixed_dictionaries({}, optional={"for_intents": for_intents})
tables = st.builds(lambda rule, beside: rule | beside, said, more)


@given(
    treatments,
    st.dictionaries(st.sampled_from(["a", "b", "c"]), tables, min_size=1),
    st.sampled_from(ENTITIES),
    st.booleans(),
    st.data(),
)
def test_no_table_of_a_signal_can_loosen_anything(customer, risk, entity, dropped, data):
    from hushgate.policy.reader import policy_of

    destinations = SAYS["destinations"] | {"customer": customer}
    policy = policy_of(json.dumps({"version": "v", **SAYS, "destinations": destinations, "risk": risk}))
    signals = data.draw(st.lists(st.sampled_from([*risk, "of_another_policy"])))
    known = data.draw(st.sampled_from([None, Known("x", entity, subject="c-1", dropped=dropped)]))
    intent = data.draw(st.sampled_from(["order_status", "x", "of_no_rule"]))
    there = policy.destination("customer")
    finding = Finding(0, 1, entity, 1.0, "r")

    before = Reader(policy, there, "c-1").decided(finding, known)
    after = Reader(policy, there, "c-1", narrowing=there.at_risk(signals, intent)).decided(finding, known)

    assert STRICTNESS.index(after.action) >= STRICTNESS.index(before.action)
    assert bool(after.decided_by) == (after.action is not before.action)


@pytest.mark.parametrize(
    ("risk", "wrong"),
    [
        ({"New": {}}, "risk.New.[key]: String should match pattern"),
        ({"a": {"customer": {"PHONE_NUMBR": "redact"}}}, "nothing finds the entity PHONE_NUMBR"),
        ({"a": {"customer": {"own": {"phone": "redact"}}}}, "phone is neither an entity"),
        ({"a": {"model": {"PHONE_NUMBER": "hold"}}}, "hold waits for a person, and what goes to model"),
        ({"a": {"customer": {"PHONE_NUMBER": "hide"}}}, "must be 'keep', 'drop'"),
        ({"a": {"drop": ["a..b"]}}, "the path a..b cannot be read"),
        ({"a": {"loosen": {}}}, "risk.a.loosen is not a key that is known here"),
        ({"a": {"for_intents": [{"intents": ["refund"]}]}}, "there is no intent refund"),
        ({"a": {"for_intents": [{"hold": ["tool"]}]}}, "risk.a.for_intents.0.intents is required"),
        ({"a": {"for_intents": []}}, "is empty"),
        (
            {"a": {"for_intents": [{"intents": ["order_status"], "tool": {"NOPE": "mask"}}]}},
            "nothing finds the entity NOPE",
        ),
        (
            {"a": {"for_intents": [{"intents": ["order_status"], "log": {"PHONE_NUMBER": "hold"}}]}},
            "what goes to log asks none",
        ),
        (
            {"a": {"for_intents": [{"intents": ["order_status"], "drop": ["a..b"]}]}},
            "the path a..b cannot be read",
        ),
        ({"a": {"hold": ["model"]}}, "must be 'customer', 'tool'"),
        ({}, "is empty"),
    ],
)
def test_what_is_wrong_with_a_risk_section_is_said(tmp_path, risk, wrong):
    file = written(tmp_path / "p.yaml", "v1", **SAID | {"risk": risk})

    problems = check_policy(file, entities={"PHONE_NUMBER", "US_SSN"})

    assert [wrong in problem.sentence for problem in problems] == [True], problems
    assert problems[0].line > 1


def test_a_test_of_the_policy_may_give_signals_that_it_names(tmp_path):
    def tested(*signals):
        trial = {"intent": "order_status", "text": "x", "keeps": ["x"], "risk_signals": list(signals)}
        return check_policy(written(tmp_path / "p.yaml", "v1", **SAID, tests=[trial]))

    assert tested("new_device") == []
    assert [p.sentence for p in tested("new_devise")] == ["there is no risk signal new_devise"]
