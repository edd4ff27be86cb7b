"""A conversation over the wire: what is prepared is reviewed, as one text or in pieces."""

import json

import pytest

from hushgate.client import SENDABLE, Action, Client, Verdict

NAMES = {"tenant": "acme", "intent": "order_status"}
DATA = {
    "customer": {"first_name": "Maren", "email": "maren@example.com"},
    "order": {"id": "A-17", "status": "shipped", "total": 129.90},
    "case": {"internal_notes": ["likely fraud ring, do not tell the customer under any circumstances"]},
}


@pytest.fixture(scope="module")
def prepared(client: Client):
    return client.prepare(
        **NAMES,
        session_id="guard",
        customer_id="c-1",
        messages=[("system", "be kind"), ("user", "I am at maren@example.com, where is my order?")],
        records=[{"source": "crm", "subject_id": "c-1", "data": DATA}],
    )


def test_messages_and_records_come_back_in_order_and_number(prepared):
    assert [message.role for message in prepared.messages] == ["system", "user"]
    assert prepared.messages[0].text == "be kind"
    assert [(record.source, record.subject_id) for record in prepared.records] == [("crm", "c-1")]
    assert json.loads(prepared.records[0].json)["order"]["status"] == "shipped"


def test_what_is_hidden_is_told_by_field_and_by_finding(prepared):
    dropped = {field.path for field in prepared.fields if field.action == Action.ACTION_DROP}
    found = [finding for finding in prepared.findings if finding.HasField("message")]

    assert "case.internal_notes[0]" in dropped
    assert "maren@example.com" not in str(prepared)
    assert "EMAIL_ADDRESS" in {finding.entity for finding in found if finding.message == 1}
    assert all(not finding.HasField("record") for finding in found)
    assert prepared.policy_version == "2026-01-01.cases"
    assert prepared.decision_id


def test_a_number_keeps_its_digits(prepared):
    assert '"total": 129.9' in prepared.records[0].json


def test_the_customers_own_token_is_restored(client, prepared):
    token = json.loads(prepared.records[0].json)["customer"]["email"]

    reviewed = client.review(**NAMES, session_id="guard", text=f"We wrote to {token}.")

    assert reviewed.verdict in SENDABLE
    assert "[EMAIL_ADDRESS" not in reviewed.text


@pytest.mark.parametrize("token", ["[PERSON_AAAAA1]", "[PERSON_K7Q2M0]", "[email_address_k7q2m0]"])
def test_a_forged_token_blocks_the_draft_whatever_its_id(token, client, prepared):
    reviewed = client.review(**NAMES, session_id="guard", text=f"We wrote to {token}.")

    assert (reviewed.verdict, reviewed.text) == (Verdict.VERDICT_BLOCKED, "")
    assert [(r.code, r.start, r.end) for r in reviewed.reasons] == [("TOKEN_UNKNOWN", 12, 12 + len(token))]


def test_an_internal_note_is_blocked_and_nothing_may_be_sent(client, prepared):
    reviewed = client.review(
        **NAMES, session_id="guard", text=f"It says: {DATA['case']['internal_notes'][0]}"
    )

    assert reviewed.verdict == Verdict.VERDICT_BLOCKED
    assert reviewed.WhichOneof("content") is None
    assert [reason.code for reason in reviewed.reasons] == ["INTERNAL_NOTE"]


def test_arguments_of_a_tool_come_back_as_arguments(client, prepared):
    reviewed = client.review(
        **NAMES, session_id="guard", destination="tool", tool="crm", arguments={"order": "A-17"}
    )

    assert reviewed.verdict == Verdict.VERDICT_PASSED
    assert (reviewed.WhichOneof("content"), json.loads(reviewed.arguments_json)) == (
        "arguments_json",
        {"order": "A-17"},
    )


DRAFTS = {
    "plain": "Your order has been sent, dear customer.",
    "a card": "You paid with 4111 1111 1111 1111 yesterday.",
    "another's token": "We wrote to [EMAIL_ADDRESS_ABC123].",
    "empty": "",
}


@pytest.mark.parametrize("name", DRAFTS)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_stream_however_cut_is_answered_as_the_whole(name, size, client, prepared):
    draft = DRAFTS[name]
    pieces = [draft[at : at + size] for at in range(0, len(draft), size)]

    whole = client.review(**NAMES, session_id="guard", text=draft)
    *before, last = client.review_stream(pieces, **NAMES, session_id="guard")

    assert "".join(answer.text for answer in (*before, last)) == whole.text
    assert (last.verdict, list(last.reasons)) == (whole.verdict, list(whole.reasons))
    assert {answer.verdict for answer in before} <= {Verdict.VERDICT_UNSPECIFIED}


@pytest.mark.parametrize("stop", ["[PERSON_K7Q2M0]", "DE89 3704 0044 0532 0130 00"])
def test_a_stream_that_is_stopped_says_how_to_go_on_from_what_was_released(stop, client, prepared):
    draft = f"Thank you for your patience with us. We have written to {stop} again. Goodbye, dear customer."

    *before, last = client.review_stream(draft, **NAMES, session_id="guard")

    released = "".join(answer.text for answer in before)
    kind = "[UNKNOWN]" if "PERSON" in stop else "[IBAN_CODE]"
    assert last.verdict in {Verdict.VERDICT_BLOCKED, Verdict.VERDICT_HELD}
    assert released
    assert draft.replace(stop, kind).startswith(released + last.suggestion)
    assert f"written to {kind}" in last.suggestion
    assert client.review(**NAMES, session_id="guard", text=last.suggestion).verdict == Verdict.VERDICT_PASSED


def test_an_ended_session_is_forgotten_and_may_be_ended_again(client):
    prepared = client.prepare(
        **NAMES, session_id="short", customer_id="c-1",
        records=[{"source": "crm", "subject_id": "c-1", "data": DATA}],
    )  # fmt: skip
    token = json.loads(prepared.records[0].json)["customer"]["email"]

    ended = [client.end_session(tenant="acme", session_id="short").ended for _ in range(2)]
    reviewed = client.review(**NAMES, session_id="short", text=f"We wrote to {token}.")

    assert ended == [True, False]
    assert reviewed.verdict == Verdict.VERDICT_BLOCKED
