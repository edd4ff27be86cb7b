"""A call that is made again with its request_id gets its first answer, from any replica, and counts once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hushgate import answers
from hushgate.calls import Message, PrepareCall, Record, ReviewCall, Verdict
from hushgate.failure import Failure, Reason
from hushgate.gate import Gate
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.store import MOST_ANSWERS
from hushgate.sessions.vault import Vault

if TYPE_CHECKING:
    from hushgate.server.assembly import Assembled

KEYS = TenantKeys.of(b"m" * 32)
PREPARE = PrepareCall(
    tenant="acme",
    session_id="s-1",
    agent_id="",
    intent="order_status",
    request_id="r-1",
    customer_id="c-1",
    messages=(Message("user", "write to dana@example.com, card 4111 1111 1111 1111"),),
    records=(
        Record("crm", "c-1", '{"order": {"id": "A-2093148"}, "customer": {"email": "dana@example.com"}}'),
    ),
)
REVIEW = ReviewCall(
    "acme", "s-1", "", "order_status", "customer", request_id="r-2", text="To bob@example.com."
)


def gate(assembled: Assembled, store) -> Gate:
    """One more replica on the store."""
    like = assembled.gate
    return Gate(
        detector=like._detector,
        vault=Vault(store, KEYS),
        policies=like.policies,
        keys=like._keys,
    )


@pytest.mark.parametrize(("call", "kind"), [(PREPARE, "prepare"), (REVIEW, "review")])
def test_another_replica_gives_the_same_answer(assembled, store, call, kind):
    first = getattr(gate(assembled, store), kind)(call)

    again = getattr(gate(assembled, store), kind)(call)

    assert not first.repeated
    assert again == replace(first, repeated=True)


def test_the_answer_is_the_first_one_whatever_the_session_has_learnt_since(assembled, store):
    one = gate(assembled, store)
    one.prepare(replace(PREPARE, request_id=""))
    first = one.review(REVIEW)
    record = Record("crm", "c-2", '{"customer": {"email": "bob@example.com"}}')
    one.prepare(replace(PREPARE, request_id="r-9", records=(record,)))

    assert one.review(REVIEW) == replace(first, repeated=True)
    assert one.review(replace(REVIEW, request_id="r-3")).verdict is Verdict.BLOCKED


def test_other_content_under_the_same_request_id_is_refused(assembled, store):
    one = gate(assembled, store)
    one.prepare(PREPARE)

    for call in (
        lambda: one.prepare(replace(PREPARE, messages=(Message("user", "something else"),))),
        lambda: one.review(replace(REVIEW, request_id=PREPARE.request_id)),
    ):
        with pytest.raises(Failure) as caught:
            call()
        assert (caught.value.reason, caught.value.field) == (Reason.REQUEST_ID_REUSED, "request_id")


def test_a_request_id_means_nothing_in_another_session_or_after_the_end(assembled, store):
    one = gate(assembled, store)
    first = one.prepare(PREPARE)
    other = one.prepare(replace(PREPARE, session_id="s-2", messages=(Message("user", "hello"),)))
    one.end_session("acme", "s-1")

    anew = one.prepare(PREPARE)

    assert not other.repeated
    assert not anew.repeated
    assert anew.decision_id != first.decision_id


def test_the_oldest_answers_are_forgotten_first(assembled, store):
    one = gate(assembled, store)
    calls = [replace(REVIEW, request_id=f"r-{n}", text="hello") for n in range(MOST_ANSWERS + 1)]
    for call in calls:
        one.review(call)

    assert [one.review(calls[-1]).repeated, one.review(calls[0]).repeated] == [True, False]


def test_an_answer_rests_sealed(assembled, store):
    gate(assembled, store).prepare(PREPARE)
    vault = Vault(store, KEYS)
    vault.open("acme", "s-1")
    plain = vault.answer("acme", "s-1", "r-1")
    held = vault._opened[vault._name("acme", "s-1")]
    sealed = store.answer(vault._name("acme", "s-1"), held.row.life, held.answer_label("r-1"))

    assert b"policy_version" in plain
    assert b"policy_version" not in sealed


def test_what_is_kept_of_an_answer_is_all_of_it(assembled):
    for call, answer in ((PREPARE, assembled.gate.prepare(PREPARE)), (REVIEW, assembled.gate.review(REVIEW))):
        assert answers.load(call, answers.dump(call, answer)) == replace(answer, repeated=True)
