"""Text that is made to do harm, through every entrance: hidden or refused in time, and never quoted.

Behind each text stands a card. What an entrance answers does not have it; what it refuses, it says why.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from hushgate.client import Client, HushgateError

if TYPE_CHECKING:
    from collections.abc import Callable

CARD = "4111 1111 1111 1111"
NAMES = {"tenant": "acme", "intent": "order_status"}
BACKTRACKS = Path(__file__).parents[1] / "cases" / "slow.yaml"


class Bad(NamedTuple):
    """A hostile text, and what refuses it: as JSON or as a text; empty where it is answered."""

    text: str
    refused: str = ""


TEXTS = {
    "backtracks for ever": Bad("QQ" + "q" * 4000, "DETECTION_TIMEOUT"),
    "is a line of 10 MB": Bad("word " * 2_000_000, "TEXT_TOO_LONG"),
    "opens 10,000 brackets": Bad("[" * 10_000),
    "has combining marks alone": Bad("\u0301\u20dd" * 2_000),
    "repeats itself over 250,000 code points": Bad("ha a " * 50_000),
    "repeats a name that is known": Bad("Will " * 1_000),
    "has invisible characters alone": Bad("\u200b\u2060" * 1_000),
    "is escaped again and again": Bad("%25" * 1_000 + "&amp;" * 1_000),
    "opens tokens that it never closes": Bad("[PERSON_" * 1_000),
}


def redact(client: Client, text: str) -> str:
    return client.redact([{"id": "1", "text": text}]).items[0].text


def redact_json(client: Client, text: str) -> str:
    return client.redact([{"id": "1", "data": {"note": [text]}}]).items[0].json


def redact_stream(client: Client, text: str) -> str:
    return "".join(answer.items[0].text for answer in client.redact_stream([["before"], [text]]))


def prepare(client: Client, text: str) -> str:
    return str(client.prepare(**NAMES, session_id="hostile", messages=[("user", text)]))


def prepare_record(client: Client, text: str) -> str:
    record = {"source": "crm", "subject_id": "c-1", "data": {"case": {"summary": text}}}
    return str(client.prepare(**NAMES, session_id="hostile-record", records=[record]))


def review(client: Client, text: str) -> str:
    return str(client.review(**NAMES, session_id="hostile", destination="customer", text=text))


def review_arguments(client: Client, text: str) -> str:
    call = NAMES | {"session_id": "hostile", "destination": "customer"}
    return str(client.review(**call, arguments={"note": text}))


def review_stream(client: Client, text: str) -> str:
    pieces = [text[at : at + 10_000] for at in range(0, len(text), 10_000)]
    call = NAMES | {"session_id": "hostile", "destination": "customer"}
    return "".join(str(answer) for answer in client.review_stream(pieces, **call))


def explain(client: Client, text: str) -> str:
    return str(client.explain(text))


ENTRANCES: dict[Callable[[Client, str], str], str] = {
    redact: "items[0].text",
    redact_json: "items[0].json",
    redact_stream: "items[0].text",
    prepare: "messages[0].text",
    prepare_record: "records[0].json",
    review: "text",
    review_arguments: "arguments_json",
    review_stream: "text",
    explain: "text",
}
"""And which of its fields holds the text."""


SLOW = {redact, prepare_record, review_stream}
"""Asked for what takes the whole two seconds of a rule: each way to name the field once."""


@pytest.fixture(scope="module")
def hostile(start):
    with start("--recognizers", str(BACKTRACKS)) as server, Client(server.address) as client:
        yield client.within(120)


@pytest.mark.parametrize(
    ("enter", "name"),
    [
        pytest.param(enter, name, id=f"{enter.__name__} {name}")
        for name, bad in TEXTS.items()
        for enter in ENTRANCES
        if bad.refused != "DETECTION_TIMEOUT" or enter in SLOW
    ],
)
def test_a_hostile_text_is_treated_or_refused_and_never_quoted(enter, name, hostile):
    text, refused = TEXTS[name]
    if enter is explain and len(text) > 10_000 - len(CARD):
        refused = "TEXT_TOO_LONG"

    if not refused:
        assert CARD not in enter(hostile, f"{text} {CARD}")
        return

    with pytest.raises(HushgateError) as failed:
        enter(hostile, f"{text} {CARD}")
    error = failed.value
    assert (error.reason, bool(error.limit)) == (refused, True)
    assert error.field in {ENTRANCES[enter], "request"}
    for quoted in (text[:20], "1111"):
        assert quoted not in f"{error!r} {error}"


def test_the_server_lives_on(hostile):
    assert CARD not in redact(hostile, f"paid with {CARD}")


def test_a_lone_surrogate_is_refused_as_text_and_read_as_json(hostile):
    with pytest.raises(HushgateError) as failed:
        redact(hostile, f"\ud800 {CARD}")

    assert "1111" not in f"{failed.value!r} {failed.value}"
    assert redact_json(hostile, f"\ud800 {CARD}") == '{"note": ["\\ud800 [CREDIT_CARD]"]}'
    assert CARD not in prepare_record(hostile, f"\ud800 {CARD}")
    assert CARD not in review_arguments(hostile, f"\ud800 {CARD}")
