"""What the log says, and that it never says a value."""

import io
import json
import logging
import threading
import warnings

import pytest

from hushgate.client import Client
from hushgate.finding import Finding
from hushgate.server import log as server_log
from hushgate.server.log import Line, Log

VALUES = ("4111 1111 1111 1111", "maren@example.com", "Maren", "A-17-secret", "c-1-subject", "s-1-session")
FIELDS = [
    "time",
    "event",
    "rpc",
    "tenant",
    "intent",
    "policy_version",
    "verdict",
    "entities",
    "scores",
    "milliseconds",
    "reason",
    "repeated",
]


def test_one_line_a_call_with_fixed_fields(server, client: Client):
    names = {"tenant": "acme", "session_id": "log", "intent": "order_status"}
    client.review(**names, text="you paid with 4111 1111 1111 1111")

    line = server.line(event="call", rpc="Review")

    assert list(line) == FIELDS
    assert {key: line[key] for key in ("tenant", "intent", "policy_version", "verdict", "reason")} == {
        "tenant": "acme",
        "intent": "order_status",
        "policy_version": "2026-01-01.cases",
        "verdict": "REDACTED",
        "reason": "",
    }
    assert line["entities"] == {"CREDIT_CARD": 1}
    [(rule, (count, score))] = line["scores"].items()
    assert (rule.partition(".")[0], count) == ("payment", 1)
    assert 0 < score <= 1
    assert line["milliseconds"] > 0


def test_no_planted_value_is_in_any_line(server, client: Client):
    names = {"tenant": "acme", "session_id": VALUES[5], "intent": "order_status"}
    card, email, first_name, order, subject, _ = VALUES
    before = len(server.log.read_text())

    client.prepare(
        **names,
        customer_id=subject,
        messages=[("user", f"I am {first_name}, {email}, card {card}")],
        records=[{"source": "crm", "subject_id": subject, "data": {"order": {"id": order}, email: card}}],
    )
    client.review(**names, text=f"{first_name} {email} {card} {order}")
    list(client.review_stream([first_name, email, card], **names))
    client.redact([{"id": order, "text": f"{email} {card}"}, {"id": email, "data": {card: email}}])
    client.end_session(tenant="acme", session_id=VALUES[5])

    server.line(event="call", rpc="EndSession")
    text = server.log.read_text()[before:]
    assert [json.loads(line)["rpc"] for line in text.splitlines()] == [
        "Prepare",
        "Review",
        "ReviewStream",
        "Redact",
        "EndSession",
    ]
    assert [value for value in VALUES if value in text] == []


def test_an_intent_that_the_policy_does_not_know_is_not_logged(server, client: Client):
    with pytest.raises(Exception, match="intent"):
        client.prepare(tenant="acme", session_id="log", intent="Maren")

    line = server.line(event="call", reason="INTENT_UNKNOWN")
    assert (line["tenant"], line["intent"]) == ("acme", "")


def test_other_libraries_log_their_place_alone(monkeypatch):
    for owner, name in ((logging.root, "handlers"), (threading, "excepthook"), (logging, "raiseExceptions")):
        monkeypatch.setattr(owner, name, getattr(owner, name))
    monkeypatch.setattr("sys.unraisablehook", lambda _: None)
    stream = io.StringIO()
    server_log.take_over(Log(stream))
    try:
        logging.getLogger("library").warning("quotes %s", VALUES[0])
        try:
            raise KeyError(VALUES[0])
        except KeyError:
            logging.getLogger("library").exception("quotes %s", VALUES[0])
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(f"quotes {VALUES[0]}", stacklevel=1)
        thread = threading.Thread(target=lambda: {}[VALUES[0]])
        thread.start()
        thread.join()
    finally:
        logging.captureWarnings(capture=False)

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["library", "library", "library", "crash"]
    assert lines[0]["logger"] == "library"
    assert lines[1]["type"] == "KeyError"
    assert "4111" not in stream.getvalue()


def test_a_line_shows_no_more_than_it_writes():
    line = Line("Redact")
    line.count([Finding(0, 1, e, 0.5, "rule") for e in ("EMAIL_ADDRESS", "CREDIT_CARD", "EMAIL_ADDRESS")])
    stream = io.StringIO()

    Log(stream).call(line)

    assert json.loads(stream.getvalue())["entities"] == {"CREDIT_CARD": 1, "EMAIL_ADDRESS": 2}
