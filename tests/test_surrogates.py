"""A conversation under a policy that makes values up: what the model sees, and what the customer reads."""

import json
from pathlib import Path

import pytest
import yaml

from hushgate.calls import Message, PrepareCall, Record, ReviewCall, Verdict
from hushgate.gate import Gate
from hushgate.outbound.review import Progress
from hushgate.policy.model import Policies
from hushgate.policy.reader import read_policy
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.memory_store import MemoryStore
from hushgate.sessions.vault import Vault
from hushgate.transformation.joinable import Keys

CASES = Path(__file__).parent / "cases"
NAMES = {"tenant": "acme", "agent_id": "", "intent": "order_status"}
RECORD = {
    "customer": {"first_name": "Dana", "name": "Dana Whitfield", "email": "dana.whitfield@example.com"},
    "case": {"summary": "Dana called from 212-555-0188 on 2025-03-14"},
}
OTHER = {"customer": {"name": "Robert Okonjo"}, "case": {"summary": "Robert Okonjo wrote"}}


@pytest.fixture(scope="module")
def gate(assembled, tmp_path_factory):
    data = yaml.safe_load((CASES / "policy.yaml").read_text())
    data |= {"version": "surrogates", "pseudonyms": {"default": "surrogate", "US_SSN": "token"}}
    data["destinations"]["model"] = {"default": "pseudonymize"}
    data["destinations"]["customer"]["own"] |= {"EMAIL_ADDRESS": "keep", "PHONE_NUMBER": "keep"}
    path = tmp_path_factory.mktemp("policy") / "policy.yaml"
    path.write_text(yaml.safe_dump(data))
    policy = read_policy(path)
    return Gate(
        detector=assembled.redactor._detector,
        vault=Vault(MemoryStore(), TenantKeys.of(b"m" * 32)),
        policies=Policies.only(policy),
        keys=Keys.derive(b"k" * 32),
    )


@pytest.fixture
def told(gate, request):
    """``told(role, text)``: what the model is shown of one message, in the test's own session."""

    def tell(role: str, text: str, *records: dict) -> str:
        prepared = gate.prepare(
            PrepareCall(
                **NAMES,
                session_id=request.node.name,
                customer_id="c-1",
                messages=(Message(role, text),),
                records=tuple(Record("crm", f"c-{n}", json.dumps(r)) for n, r in enumerate(records, 1)),
            )
        )
        return prepared.messages[0].text

    return tell


@pytest.fixture
def sent(gate, request):
    def send(text: str):
        return gate.review(
            ReviewCall(**NAMES, session_id=request.node.name, destination="customer", text=text)
        )

    return send


def test_the_model_sees_a_made_up_person_and_the_customer_their_own(told, sent):
    text = "Hello, my name is Dana Whitfield, 212-555-0188, dana.whitfield@example.com."

    shown = told("user", text, RECORD)

    assert not {"Dana", "Whitfield", "0188", "["} & set(shown.replace(",", " ").split())
    assert "[" not in shown
    assert sent(shown).text == text


def test_a_kind_that_the_policy_leaves_out_has_a_token(told):
    assert "[US_SSN_" in told("user", "my ssn is 536-22-8417")


def test_a_made_up_name_of_somebody_else_blocks_as_their_own_would(told, sent):
    shown = told("user", "Is it Robert Okonjo or Dana Whitfield?", RECORD, OTHER)
    words = shown.removesuffix("?").split()

    other = sent(f"It belongs to {words[2]} {words[3]}.")

    assert other.verdict is Verdict.BLOCKED
    assert {reason.code for reason in other.reasons} == {"OTHER_SUBJECT"}
    assert sent(f"Thank you, {words[5]}.").text == "Thank you, Dana."


def test_what_the_model_has_written_stays_as_it_is_when_it_comes_again(told, sent):
    shown = told("user", "my name is Dana Whitfield and it came on 2025-03-14", RECORD)
    draft = f"Dear {shown.removeprefix('my name is ')}"

    assert told("assistant", draft) == draft
    assert sent(draft).text == "Dear Dana Whitfield and it came on 2025-03-14"


def test_what_the_customer_has_read_is_hidden_again_the_same_way(told):
    shown = told("user", "my name is Dana Whitfield", RECORD)

    assert told("assistant", "Dear Dana Whitfield,") == f"Dear {shown.removeprefix('my name is ')},"


def test_a_customer_who_says_a_made_up_name_is_another_person(told, sent):
    surname = told("user", "my name is Dana Whitfield", RECORD).split()[-1]

    husband = told("user", f"please ask Mark {surname}")

    assert surname not in husband
    assert sent(f"Dear Ms {surname}").verdict is Verdict.BLOCKED
    assert sent(husband).text == f"please ask Mark {surname}"
    again = told("user", "I am Dana Whitfield")
    assert surname not in again
    assert sent(again).text == "I am Dana Whitfield"


def test_a_streamed_draft_is_restored_as_the_whole_is(gate, told, sent, request):
    shown = told("user", "my name is Dana Whitfield, 212-555-0188", RECORD)
    draft = f"Of course. {shown} is what we have, and we are glad to help. " * 4
    call = ReviewCall(**NAMES, session_id=request.node.name, destination="customer", text="")
    policy = gate.reviewing(call)

    progress, pieces = Progress(), []
    for at, character in enumerate(draft):
        progress, piece = gate.go_on(call, policy, progress.given(character, ended=at == len(draft) - 1))
        pieces.append(piece)

    assert (
        "".join(pieces) == sent(draft).text == draft.replace(shown, "my name is Dana Whitfield, 212-555-0188")
    )


def test_a_session_without_made_up_values_changes_nothing(told):
    assert told("user", "where is my kettle?") == "where is my kettle?"
