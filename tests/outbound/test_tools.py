"""What a tool call is given back for its tokens: as much as the policy lets that tool have, in its type."""

import json

import pytest

from hushgate.calls import PrepareCall, Record, ReviewCall

NAMES = {"tenant": "acme", "session_id": "tools", "agent_id": "", "intent": "order_status"}
RECORD = {"customer": {"first_name": "Dana", "email": "dana@example.com"}, "order": {"id": "A-2093148"}}


@pytest.fixture
def tokens(gate):
    prepared = gate.prepare(
        PrepareCall(**NAMES, customer_id="c-1", records=(Record("crm", "c-1", json.dumps(RECORD)),))
    )
    return json.loads(prepared.records[0].json)["customer"]


@pytest.mark.parametrize(
    ("tool", "name"),
    [("crm", "Dana"), ("CRM ", "Dana"), ("mailer", "[PERSON]"), ("", "[PERSON]"), ("x", "[PERSON]")],
)
def test_a_token_is_restored_for_the_tools_that_may_have_its_value(gate, tokens, tool, name):
    arguments = {"to": [tokens["email"]], "name": tokens["first_name"], "n": 1.50, "deep": [[{"ok": None}]]}
    call = ReviewCall(**NAMES, destination="tool", tool=tool, arguments_json=json.dumps(arguments))

    answer = gate.review(call)

    assert json.loads(answer.arguments_json) == {**arguments, "to": ["dana@example.com"], "name": name}
