"""What a policy or an agent's autonomy holds waits at the desk, from Review and from ReviewStream alike."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from hushgate import calls
from hushgate.client import Client, Refused, Verdict
from hushgate.server.assembly import assemble
from hushgate.settings import Settings

CASES = Path(__file__).parents[1] / "cases" / "policy.yaml"
BOT = {"owner": "Care", "approved_by": "Privacy", "intents": ["order_status"]}
CALL = {"tenant": "acme", "session_id": "s-1", "intent": "order_status"}
DRAFT = "The number is 4111 1111 1111 1111."


@pytest.fixture(scope="module")
def policy(tmp_path_factory) -> Path:
    data = yaml.safe_load(CASES.read_text())
    data["destinations"]["customer"]["unknown"]["CREDIT_CARD"] = "hold"
    data["agents"] = {"order-bot": BOT | {"autonomy": "high", "supervised_by": "Ann"}}
    data["agents"]["draft-bot"] = BOT | {"autonomy": "draft_only"}
    file = tmp_path_factory.mktemp("reviews") / "policy.yaml"
    file.write_text(json.dumps(data))
    return file


@pytest.fixture(scope="module")
def desk(policy, assembled):  # whose packs are shared
    """A gate in this process with its desk."""
    made = assemble(Settings(policies=(policy,), names="none"))
    yield made.gate
    made.close()


def test_what_a_policy_holds_goes_out_whole_once_a_person_lets_it(desk):
    call = calls.ReviewCall("acme", "s-1", "order-bot", "order_status", "customer", text=DRAFT)
    answer = desk.review(call)
    shown = desk.desk.find(answer.review_id)
    desk.desk.decide(answer.review_id, calls.Verdict.PASSED, by="sam", because="asked for", name="d-1")

    sent = desk.review(replace(call, review_id=answer.review_id))

    assert (answer.verdict, answer.text) == (calls.Verdict.HELD, None)
    assert "4111" not in shown.text
    assert (sent.verdict, sent.text) == (calls.Verdict.PASSED, DRAFT)


def test_a_held_stream_waits_whole_and_is_collected_by_a_review(serve, policy):
    draft = ["Your kettle has been ", "shipped. It comes", " on Monday."]
    with serve("--policy", str(policy), "--no-names") as address, Client(address) as client:
        for agent in ("draft-bot", "order-bot"):
            pieces = [*draft, " " + DRAFT]
            streamed = list(client.review_stream(pieces, agent_id=agent, **CALL))
            review_id = streamed[-1].review_id
            again = client.review(text="".join(pieces), agent_id=agent, review_id=review_id, **CALL)

            assert streamed[-1].verdict == again.verdict == Verdict.VERDICT_HELD
            assert review_id == again.review_id != ""
        with pytest.raises(Refused) as caught:
            client.review(text="other", agent_id="draft-bot", review_id=review_id, **CALL)
    assert caught.value.reason == "REVIEW_UNKNOWN"
