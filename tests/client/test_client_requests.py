"""What a caller may write for a request."""

import asyncio

import pytest

from hushgate.caller import requests
from hushgate.client import HushgateError, Refused
from hushgate.v1.guard_service_pb2 import Message, Record
from hushgate.v1.redaction_service_pb2 import RedactItem

NAMES = {"tenant": "acme", "session_id": "s-1", "intent": "order_status"}
CARD = "4111 1111 1111 1111"


@pytest.mark.parametrize(
    "message", [("user", "hello"), {"role": "user", "text": "hello"}, Message(role="user", text="hello")]
)
def test_a_message_is_a_tuple_a_dictionary_or_itself(message):
    assert requests.prepare(**NAMES, messages=[message]).messages[0] == Message(role="user", text="hello")


@pytest.mark.parametrize(
    "record",
    [
        {"source": "crm", "subject_id": "c-1", "data": {"total": 12.5}},
        {"source": "crm", "subject_id": "c-1", "json": '{"total": 12.5}'},
        Record(source="crm", subject_id="c-1", json='{"total": 12.5}'),
    ],
)
def test_a_record_holds_data_or_its_json(record):
    made = requests.prepare(**NAMES, records=[record]).records[0]

    assert made == Record(source="crm", subject_id="c-1", json='{"total": 12.5}')


@pytest.mark.parametrize("item", ["hello", {"text": "hello"}, RedactItem(text="hello")])
def test_an_item_is_a_text_a_dictionary_or_itself(item):
    assert list(requests.redact([item]).items) == [RedactItem(text="hello")]


def test_one_text_is_one_item_not_its_characters():
    assert [item.text for item in requests.redact("hello").items] == ["hello"]


def test_data_may_hold_what_no_text_may():
    made = requests.redact([{"id": "1", "data": {"name": "lone \ud800 surrogate"}}])

    assert made.items[0].json == '{"name": "lone \\ud800 surrogate"}'


@pytest.mark.parametrize(
    "contents", [{}, {"text": "a", "arguments": {}}, {"arguments_json": "{}", "arguments": {}}]
)
def test_a_review_has_one_content(contents):
    with pytest.raises(Refused) as refused:
        requests.review(**NAMES, **contents)

    assert (refused.value.reason, refused.value.field) == ("FIELD_INVALID", "content")


@pytest.mark.parametrize(
    "make",
    [
        lambda: requests.prepare(**NAMES, messages=[("user", CARD.encode() + b"\xff")]),
        lambda: requests.prepare(**NAMES, messages=[("user", CARD + "\udc80")]),
        lambda: requests.prepare(**NAMES, records=[{"source": "crm", "subject_id": CARD, "body": CARD}]),
        lambda: requests.prepare(**NAMES, records=[{"source": "crm", "data": {CARD: float("nan")}}]),
        lambda: requests.prepare(**NAMES, records=[{"source": "crm", "data": {CARD: {CARD}}}]),
        lambda: requests.redact([{"id": CARD, "json": {CARD: CARD}}]),
        lambda: requests.review(**NAMES, arguments={CARD: object()}),
        lambda: requests.explain(CARD, marked=[(CARD, 5)]),
    ],
)
def test_what_cannot_be_sent_is_refused_without_being_quoted(make):
    with pytest.raises(HushgateError) as refused:
        make()

    error = refused.value
    assert isinstance(error, Refused)
    assert error.field
    assert "4111" not in f"{error!r} {error} {error.reason} {error.field}"
    assert (error.__cause__, error.__context__) == (None, None)


def test_a_stream_of_requests_begins_with_its_start_and_takes_both_kinds_of_iterable():
    async def pieces():
        yield "a"
        yield "b"

    async def collected(outgoing):
        return [request async for request in outgoing]

    made = list(requests.review_stream(["a", "b"], **NAMES))

    assert [request.WhichOneof("part") for request in made] == ["start", "text", "text"]
    assert asyncio.run(collected(requests.review_stream(pieces(), **NAMES))) == made
    assert asyncio.run(collected(requests.review_stream(["a", "b"], **NAMES))) == made
