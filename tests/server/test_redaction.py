"""Batches over the wire: every item, in order, once."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from hushgate.client import Client, Refused

CARD = "4111 1111 1111 1111"


def test_items_come_back_in_order_with_their_ids_and_kinds(client: Client):
    items = [
        {"id": "1", "text": f"paid with {CARD}"},
        {"id": "2", "json": f'{{"n": 1.10, "card": "{CARD}"}}'},
        {"id": "2", "text": "nothing here"},
        {"id": "", "data": [f"card {CARD}"]},
        {"id": "5", "text": ""},
    ]

    redacted = client.redact(items).items

    assert [item.id for item in redacted] == ["1", "2", "2", "", "5"]
    assert [item.WhichOneof("content") for item in redacted] == ["text", "json", "text", "json", "text"]
    assert [item.text or item.json for item in redacted] == [
        "paid with [CREDIT_CARD]",
        '{"n": 1.10, "card": "[CREDIT_CARD]"}',
        "nothing here",
        '["card [CREDIT_CARD]"]',
        "",
    ]


def test_a_finding_says_where_and_what_but_not_the_value(client: Client):
    text, document = client.redact([f"é paid with {CARD}", {"data": {"card": CARD}}]).items

    (in_text,) = text.findings
    (in_document,) = document.findings
    assert (in_text.entity, in_text.start, in_text.end, in_text.path) == ("CREDIT_CARD", 12, 31, "")
    assert (in_document.start, in_document.end, in_document.path) == (0, 19, "card")
    assert not in_text.HasField("message")
    assert "4111" not in f"{text} {document}"


def test_a_findings_path_hides_what_the_keys_hide(client: Client):
    (item,) = client.redact([{"data": {"paid": {CARD: f"with {CARD}"}}}]).items

    assert item.json == '{"paid": {"[CREDIT_CARD]": "with [CREDIT_CARD]"}}'
    assert [finding.path for finding in item.findings] == ['paid["[CREDIT_CARD]"]'] * 2


def test_an_empty_batch_is_answered(client: Client):
    assert list(client.redact([]).items) == []


def test_more_items_than_go_through_the_model_together_keep_their_order(client: Client):
    items = [{"id": str(n), **({"text": f"n {n}"} if n % 3 else {"json": f"[{n}]"})} for n in range(300)]

    redacted = client.redact(items).items

    assert [item.id for item in redacted] == [str(n) for n in range(300)]
    assert all(item.id in (item.text or item.json) for item in redacted)


def test_one_bad_item_refuses_the_batch_and_is_named(client: Client):
    items = [{"json": "{}"}, f"paid with {CARD}", {"json": "[1]"}, {"json": f"{{{CARD}"}, {"json": "{"}]

    with pytest.raises(Refused) as refused:
        client.redact(items)

    assert (refused.value.reason, refused.value.field) == ("JSON_INVALID", "items[3].json")


def test_the_active_policy_may_be_named(client: Client):
    assert client.redact("hello", policy="2026-01-01.cases").items[0].text == "hello"


def test_a_stream_answers_one_for_one_in_order(client: Client):
    batches = ([f"batch {n} paid with {CARD}"] * (n % 3) for n in range(50))

    answered = [[item.text for item in response.items] for response in client.redact_stream(batches)]

    assert answered == [[f"batch {n} paid with [CREDIT_CARD]"] * (n % 3) for n in range(50)]


def test_a_stream_ends_at_the_batch_that_cannot_be_processed(client: Client):
    answered = []

    with pytest.raises(Refused) as refused:
        answered += (r.items[0].text for r in client.redact_stream([["a"], ["b"], [{"json": "{"}], ["d"]]))

    assert refused.value.field == "items[0].json"


def test_responses_before_a_bad_batch_stand(client: Client):
    answers = client.redact_stream([["a"], ["b"], [{"json": "{"}], ["d"]])

    assert [next(answers).items[0].text for _ in range(2)] == ["a", "b"]
    with pytest.raises(Refused):
        next(answers)


def test_what_is_redacted_twice_is_redacted_once(client: Client):
    once = client.redact([json.dumps({"card": CARD}), f"card {CARD}"]).items
    twice = client.redact([item.text for item in once]).items

    assert [item.text for item in twice] == [item.text for item in once]


def test_requests_that_wait_together_are_answered_as_each_alone(client: Client):
    requests = [
        [f"call {place} at 212-555-01{place:02d}", f"paid with {CARD}"][: place % 3] for place in range(64)
    ]
    alone = [client.redact(texts) for texts in requests]

    with ThreadPoolExecutor(16) as callers:
        together = list(callers.map(client.redact, requests * 3))

    assert [list(each.items) for each in together] == [list(each.items) for each in alone * 3]
