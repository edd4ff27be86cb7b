"""A person decides over the API and on the command line; of two who collect, one has it."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from hushgate.client import Client, Refused, Verdict
from tests.reviews.test_holding_policies import CALL, DRAFT, policy  # noqa: F401 - a fixture
from tests.server.proofs import jwks, token

CALL = {**CALL, "agent_id": "draft-bot"}


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("deciding") / "log"


@pytest.fixture(scope="module")
def replicas(serve, policy, tmp_path_factory, log):  # noqa: F811
    """Two servers on one store."""
    place = tmp_path_factory.mktemp("deciding")
    (place / "key").write_text("k" * 40)
    store = f"sqlite://{place}/sessions.db"
    flags = ("--policy", str(policy), "--no-names", "--store", store, "--key-file", f"{place}/key")
    with serve(*flags, log=log) as one, serve(*flags) as two:
        yield one, two


def hushgate(*arguments: str) -> str:
    command = [sys.executable, "-m", "hushgate", "reviews", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_a_person_lists_shows_approves_and_rejects_on_the_command_line(replicas, log):
    one, two = replicas
    with Client(one) as client:
        held = [client.review(text=f"{DRAFT} No {n}.", **CALL).review_id for n in "ab"]
        at = ("--address", two)
        listed = hushgate("list", "--tenant", "acme", *at).splitlines()
        shown = hushgate("show", held[0], *at)
        mistaken = hushgate("good", held[0], "--reason", "kind and exact", *at)
        approved = hushgate("approve", held[0], "--reason", "ask dana@example.com", "--by", "Sam", *at)
        again = hushgate("reject", held[0], "--reason", "too late", *at)
        hushgate("reject", held[1], "--reason", "wrong number", *at)
        sent = client.review(text=f"{DRAFT} No a.", review_id=held[0], **CALL)
        stopped = client.review(text=f"{DRAFT} No b.", review_id=held[1], **CALL)

    assert [line.split()[0] for line in listed] == held
    assert mistaken == "hushgate: FIELD_INVALID: review_id is a draft that waits: approve or reject it\n"
    assert "[CREDIT_CARD]" in shown
    assert "4111" not in shown
    assert approved.startswith("decided: ")
    assert "REVIEW_CLOSED" in again
    assert sent.verdict == Verdict.VERDICT_PASSED
    assert sent.text == f"{DRAFT} No a."
    assert (stopped.verdict, [reason.code for reason in stopped.reasons]) == (
        Verdict.VERDICT_BLOCKED, ["REVIEW_REJECTED"],
    )  # fmt: skip
    assert hushgate("list", *at) == "nothing waits\n"
    written = log.read_text()
    assert "dana@example.com" not in written
    assert "4111" not in written


def test_of_many_who_collect_over_two_servers_one_has_the_content(replicas):
    with Client(replicas[0]) as one, Client(replicas[1]) as two:
        for turn in range(5):
            call = {**CALL, "text": f"{DRAFT} Turn {turn}."}
            review_id = one.review(**call).review_id
            one.decide_review(
                review_id=review_id, verdict=Verdict.VERDICT_PASSED, decided_by="Sam", reason="checked"
            )

            def collect(client, call=call, review_id=review_id):
                try:
                    return client.review(review_id=review_id, **call).text
                except Refused as refused:
                    return refused.reason

            with ThreadPoolExecutor(8) as threads:
                got = list(threads.map(collect, [one, two] * 4))

            assert sorted(got) == sorted([call["text"], *["REVIEW_CLOSED"] * 7])


def test_a_decision_needs_a_verdict_a_name_and_a_reason(replicas):
    with Client(replicas[0]) as client:
        review_id = client.review(text=f"{DRAFT} Last.", **CALL).review_id
        whole = {
            "review_id": review_id, "verdict": Verdict.VERDICT_BLOCKED, "decided_by": "Sam", "reason": "why"
        }  # fmt: skip
        wrong = [{"verdict": Verdict.VERDICT_HELD}, {"decided_by": ""}, {"reason": " "}, {"verdict": 0}]
        refused = []
        for each in wrong:
            with pytest.raises(Refused) as caught:
                client.decide_review(**(whole | each))
            refused.append(caught.value.field)

        assert refused == ["verdict", "decided_by", "reason", "verdict"]
        assert client.get_review(review_id=review_id).review.verdict == Verdict.VERDICT_UNSPECIFIED


def test_who_decides_is_who_is_proven_and_never_the_one_who_asked(serve, policy, tmp_path):  # noqa: F811
    key = ed25519.Ed25519PrivateKey.generate()
    (tmp_path / "jwks.json").write_text(jwks(one=(key, "EdDSA")))
    whole = {"roles": ["agent", "operator"], "tenants": ["acme"], "agent": "draft-bot"}
    bot, ann = (token(key, sub=who, **whole) for who in ("bot", "ann"))
    flags = ("--policy", str(policy), "--no-names", "--token-keys", str(tmp_path / "jwks.json"))
    decision = {"verdict": Verdict.VERDICT_PASSED, "decided_by": "Sam", "reason": "fine"}
    with serve(*flags) as address, Client(address, token=bot) as asks, Client(address, token=ann) as decides:
        held = asks.review(text=DRAFT, **CALL)
        with pytest.raises(Refused) as caught:
            asks.decide_review(review_id=held.review_id, **decision)
        decides.decide_review(review_id=held.review_id, **decision)
        shown = decides.get_review(review_id=held.review_id).review
        sent = asks.review(text=DRAFT, review_id=held.review_id, **CALL)

    assert caught.value.reason == "ROLE_REQUIRED"
    assert shown.decided_by == "ann (Sam)"
    assert sent.verdict == Verdict.VERDICT_PASSED
