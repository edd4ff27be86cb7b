"""A shadow counts what a candidate would have changed, and changes nothing itself."""

import json
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.policy.policies import SAYS, written

from hushgate.calls import Message, PrepareCall, Record, ReviewCall
from hushgate.candidate import Candidate
from hushgate.effect import Difference
from hushgate.failure import Failure
from hushgate.gate import Gate
from hushgate.outbound.review import Progress
from hushgate.policy.model import Policies
from hushgate.policy.reader import read_policy
from hushgate.proving import _numbered
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.memory_store import MemoryStore
from hushgate.sessions.vault import Vault
from hushgate.shadow import running
from hushgate.shadow.agreed import Run
from hushgate.transformation.joinable import Keys

CARD, MAIL = "4111 1111 1111 1111", "dana@example.com"
RECORD = {"order": {"id": "A-2093148"}, "customer": {"email": MAIL}, "payment": {"card": CARD},
          "internal": "we think this is friendly fraud and pay nothing"}  # fmt: skip
NAMES = {"tenant": "acme", "session_id": "s", "agent_id": "bot", "intent": "order_status"}
AGENT = {"owner": "a", "approved_by": "b", "intents": ["order_status"], "autonomy": "low"}
ACTIVE = {
    "internal": ["internal"],
    "agents": {"bot": AGENT, "drafter": AGENT | {"autonomy": "draft_only"}},
    "destinations": {**SAYS["destinations"], "model": "pseudonymize"},
}
PREPARE = PrepareCall(
    **NAMES,
    messages=(Message("user", f"it is {MAIL}, card {CARD}"),),
    records=(Record("crm", "c-1", json.dumps(RECORD)),),
    customer_id="c-1",
)
OTHER = replace(PREPARE, records=(Record("crm", "c-2", '{"customer": {"email": "sam@example.com"}}'),))


def draft(text, **also):
    return ReviewCall(**NAMES | also, destination="customer", text=text)


CALLS = [
    PREPARE,
    OTHER,
    replace(PREPARE, session_id="t"),
    replace(PREPARE, messages=(Message("user", "my card begins with 4111 1111"),), records=()),
    replace(PREPARE, messages=(Message("user", "and ends with 1111 1111"),), records=()),
    replace(PREPARE, intent="unheard_of"),
    draft("All is well."),
    draft(f"We write to {MAIL}, your card is {CARD}."),
    draft("It ends with 1111, begins with 4111."),
    draft("We think this is friendly fraud and pay nothing."),
    draft("Write to sam@example.com."),
    draft("All is well.", agent_id="drafter"),
    draft("All is well.", agent_id="stranger"),
    ReviewCall(**NAMES, destination="tool", arguments_json=json.dumps({"to": MAIL})),
]


@pytest.fixture(scope="module")
def detector(assembled):
    return assembled.redactor._detector


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("policies")


@pytest.fixture(scope="module")
def server(detector, folder):
    """A gate on a store, with or without a shadow of a policy that says something else."""

    def server(other=None, *, store=None, version="v1"):
        policy = read(version, {})
        keys = Keys.derive(bytes(32))
        vault = Vault(store or MemoryStore(), TenantKeys.of(b"m" * 32))
        gate = Gate(detector=detector, vault=vault, policies=Policies.only(policy), keys=keys)
        if other is not None:
            begins(gate, read("v2", other), keys)
        return gate

    def read(version, other):
        said = json.loads(json.dumps({**ACTIVE, **other}))  # no part of it twice: YAML would write an alias
        return read_policy(written(folder / f"{version}.yaml", version, **said))

    def begins(gate, candidate, keys):
        run = Run.of("r", candidate, gate.policies.active, recognizers=False, at=1.0, by="ann")
        gate.shadow.start(run, Candidate.of(candidate, detector, keys, max_text=10_000))

    return server


def answered(gate, call):
    """What a caller sees, but for names made by chance; then the candidate is asked."""
    try:
        answer = gate.prepare(call) if isinstance(call, PrepareCall) else gate.review(call)
        seen = _numbered(repr_of(answer))
    except Failure as failure:
        seen = failure.reason.name
    while gate.shadow.waiting:
        gate.shadow.ask_next()
    return seen


def repr_of(answer):
    texts = (
        [*(m.text for m in answer.messages), *(r.json for r in answer.records)]
        if hasattr(answer, "messages")
        else [answer.verdict, answer.text, answer.arguments_json, bool(answer.review_id), answer.reasons]
    )
    return repr([texts, getattr(answer, "fields", ()), answer.findings])


def asked(gate, *calls):
    """The tally of a shadow that has seen these calls."""
    for call in calls:
        answered(gate, call)
    return gate.shadow.report()[1]


def changed(gate, *calls):
    return {tuple(d)[0:1] + tuple(d)[2:]: count for d, count in asked(gate, *calls).differences.items()}


sequences = st.lists(st.sampled_from(range(len(CALLS))), max_size=8)
BLOCKS_ALL = {
    "destinations": dict.fromkeys(SAYS["destinations"], "block"),
    "intents": {"other": {"fields": {}}},
    "agents": {"bot": AGENT | {"intents": ["other"]}},
}
SHOWS_ALL = {"destinations": dict.fromkeys(SAYS["destinations"], "keep"), "agents": None,
             "intents": {"order_status": {"fields": {"**": "keep"}}}}  # fmt: skip


@settings(max_examples=25)
@given(sequences)
def test_a_candidate_that_says_the_same_would_change_nothing(server, sequence):
    gate = server({})
    tally = asked(gate, *(CALLS[number] for number in sequence))

    assert tally.differences == {}
    assert not tally.changed
    assert not tally.errors
    assert not tally.dropped
    assert tally.compared.total() == len(sequence)


@settings(max_examples=25)
@given(sequences, st.sampled_from([BLOCKS_ALL, SHOWS_ALL]))
def test_answers_and_what_is_stored_are_the_same_with_and_without_a_shadow(server, sequence, other):
    calls = [CALLS[number] for number in sequence]
    alone, shadowed = server(), server(other)

    assert [answered(alone, call) for call in calls] == [answered(shadowed, call) for call in calls]
    assert stored(alone) == stored(shadowed)


def stored(gate):
    """How much each session has learnt, what waits for a person, and what each agent has done."""
    entries = [
        sorted(
            map(len, (found.entries if (found := gate.vault._all_of(gate.vault._name("acme", name))) else []))
        )
        for name in ("s", "t")
    ]
    waiting = gate.desk.waiting("acme", size=100, token="")[0]
    seen = {name: (each.counts, each.entities) for name, (_, each) in gate.roster.all().items()}
    return [len(each) for each in entries], len(waiting), seen


def test_what_would_change_is_counted_by_call_intent_entity_and_action(server):
    fields = {"order_status": {"fields": {"order.id": "keep", "payment.card": "last4"}}}
    gate = server({"intents": fields, "destinations": {**ACTIVE["destinations"], "model": "redact"}})

    assert asked(gate, PREPARE).differences == {
        Difference("Prepare", "order_status", "field", "payment.card", "drop", "last4"): 1,
        Difference("Prepare", "order_status", "finding", "EMAIL_ADDRESS", "pseudonymize", "redact"): 1,
        Difference("Prepare", "order_status", "finding", "CREDIT_CARD", "pseudonymize", "redact"): 1,
        Difference("Prepare", "order_status", "finding", "ORDER_ID", "pseudonymize", "redact"): 1,
    }


def test_a_draft_is_held_against_what_the_candidate_would_have_dropped(server):
    shows = {"intents": {"order_status": {"fields": {"customer.email": "keep"}}}}
    said = draft(f"We write to {MAIL}.", session_id="u")
    record = replace(PREPARE, session_id="u", messages=())

    assert changed(server(shows), record, said)["Review", "outcome", "", "REDACTED", "PASSED"] == 1


def test_what_one_policy_refuses_and_the_other_does_not_is_counted(server):
    assert changed(server(BLOCKS_ALL), CALLS[6]) == {
        ("Review", "outcome", "", "PASSED", "AGENT_NOT_ALLOWED"): 1
    }
    assert changed(server(SHOWS_ALL), draft("All is well.", agent_id="stranger")) == {
        ("Review", "outcome", "", "AGENT_NOT_ALLOWED", "PASSED"): 1
    }


def test_an_intent_that_no_policy_knows_is_not_told(server):
    tally = asked(server({"agents": None}), replace(PREPARE, intent=f"my card {CARD}"))

    assert {each.intent for each in tally.differences} == {""}


def test_a_streamed_draft_is_compared_with_the_session_before_it(server):
    gate = server({})
    answered(gate, PREPARE)
    text = "Your card begins with 4111 1111 and goes on. Then it ends with 1111 1111. All is well now."
    call = draft("")
    course = gate.reviewing(call)
    progress, released = Progress(), ""
    for piece in (text[:30], text[30:60], text[60:]):
        progress, released = gate.go_on(call, course, progress.given(piece, ended=piece is text[60:]))
    progress, released = gate.go_on(call, course, progress.given("", ended=True))
    reviewed = gate.concluded(call, course, progress, released)
    gate.shadow.streamed(replace(call, text=text), course.policy, reviewed, course.moment)
    gate.shadow.ask_next()

    tally = gate.shadow.report()[1]
    assert (tally.compared, tally.differences) == (Counter(Prepare=1, Review=1), {})


def test_what_is_too_much_is_dropped_and_counted(server, monkeypatch):
    monkeypatch.setattr(running, "WAITING", 2)
    gate = server({})
    for _ in range(3):
        gate.review(draft("All is well."))
    gate.review(draft("x" * (running.LONGEST + 1)))
    monkeypatch.setattr(running, "STALE_SECONDS", 0.0)
    gate.shadow.ask_next()
    monkeypatch.setattr(running, "STALE_SECONDS", 60.0)
    gate.shadow.ask_next()

    tally = gate.shadow.report()[1]
    assert (tally.compared, tally.dropped) == (Counter(Review=1), Counter(Review=3))


def test_a_session_that_has_ended_meanwhile_is_dropped_and_stays_ended(server):
    gate = server({})
    gate.prepare(PREPARE)
    gate.end_session("acme", "s")
    gate.shadow.ask_next()

    assert gate.shadow.report()[1].dropped == Counter(Prepare=1)
    assert not gate.end_session("acme", "s")


def test_a_fault_of_the_candidate_is_counted_and_no_caller_is_told(server):
    gate = server({})
    crashes = []
    gate.shadow.crashed = crashes.append
    gate.shadow._candidate = replace(gate.shadow._candidate, detector=None)

    assert gate.review(draft("All is well.")).verdict == "PASSED"
    gate.shadow.ask_next()
    assert gate.shadow.report()[1].errors == Counter(Review=1)
    assert len(crashes) == 1


def test_a_fault_on_the_way_to_the_candidate_does_not_fail_the_call(server, monkeypatch):
    gate = server({})
    monkeypatch.setattr(gate.vault, "moment", lambda *_: 1 / 0)

    assert gate.review(draft("All is well.")).verdict == "PASSED"
    assert gate.prepare(PREPARE).messages
    assert gate.shadow.report()[1].errors == Counter(Review=1, Prepare=1)


def test_on_each_store_answers_are_the_same_and_the_candidate_sees_what_rests_there(server, store):
    """The candidate has its moment of the session from the store, whatever the store is."""
    alone, shadowed = server(), server({}, store=store)

    assert [answered(alone, call) for call in CALLS] == [answered(shadowed, call) for call in CALLS]
    assert stored(alone) == stored(shadowed)
    tally = shadowed.shadow.report()[1]
    assert (tally.differences, tally.dropped, tally.errors) == ({}, Counter(), Counter())
    assert tally.compared.total() == len(CALLS)


def test_servers_on_one_store_run_it_together_and_add_up(server, store):
    one, two = server({}, store=store), server(store=store)
    active = two.policies.active
    run = two.shadow.follow(active)
    two.shadow.take(run, one.shadow._candidate)
    for gate in (one, two):
        answered(gate, draft("All is well."))
        gate.shadow.flush()

    assert two.shadow.follow(active) is None
    assert one.shadow.report()[1].compared == two.shadow.report()[1].compared == Counter(Review=2)
    one.shadow.stop()
    two.shadow.follow(active)
    assert not two.shadow.on
    assert two.shadow.report()[0].ended
    assert two.shadow.report()[1].compared == Counter(Review=2)


def test_another_active_policy_ends_it_on_every_server(server, store):
    one, two = server({}, store=store), server(store=store, version="v9")

    assert two.shadow.follow(two.policies.active) is None
    assert one.shadow.follow(one.policies.active) is None
    assert not one.shadow.on
    assert one.shadow.report()[0].ended
