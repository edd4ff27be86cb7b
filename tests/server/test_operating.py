"""What an operator does while a server runs: turn its keys, forget a person, look behind a token."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time

import pytest

from hushgate.client import Client, HushgateError, Refused

NAMES = {"tenant": "acme", "intent": "order_status"}
MAIL = "dana@example.com"


def hushgate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hushgate", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def told(client: Client, session_id: str, text: str = f"write to {MAIL}", customer_id: str = "") -> str:
    """The token that stands for the address."""
    answer = client.prepare(
        **NAMES, session_id=session_id, customer_id=customer_id, messages=[("user", text)]
    )
    return answer.messages[0].text.removeprefix("write to ")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("operating")
    assert hushgate("keys", "new", str(folder / "ring")).returncode == 0
    return folder


@pytest.fixture(scope="module")
def running(start, place):
    flags = ("--store", f"sqlite://{place}/sessions.db", "--key-file", str(place / "ring"))
    with start(*flags, HUSHGATE_REVEAL="yes") as server:
        yield server


@pytest.fixture(scope="module")
def client(running):
    with Client(running.address) as connected:
        yield connected


def test_the_keys_turn_under_load_and_no_call_fails(client, place):
    stop, failed, tokens = threading.Event(), [], {}

    def load() -> None:
        number = 0
        while not stop.is_set():
            session = f"turning-{number % 20}"
            try:
                token = told(client, session)
                if tokens.setdefault(session, token) != token:
                    failed.append("another token")
            except HushgateError as error:
                failed.append(error.reason)
            number += 1

    thread = threading.Thread(target=load)
    thread.start()
    time.sleep(0.5)
    ring = ("--key-file", str(place / "ring"))
    store = ("--store", f"sqlite://{place}/sessions.db")
    early = hushgate("keys", "retire", "1", *ring, *store)
    turned = hushgate("keys", "rotate", *ring)
    time.sleep(3)
    listed = hushgate("keys", "list", *ring, *store)
    late = hushgate("keys", "retire", "1", *ring, *store)
    time.sleep(2.5)
    stop.set()
    thread.join()

    assert failed == []
    assert len(tokens) == 20
    assert early.returncode == 2
    assert turned.stdout == "version 2 is current\n"
    one, two = listed.stdout.splitlines()
    assert one.split()[:2] == ["1", "0"]
    assert late.stdout == "version 1 is retired\n"
    assert two.split()[:2] == ["2", "current"]
    assert int(two.split()[2]) >= 20


def test_a_person_is_forgotten_in_all_sessions_and_the_receipt_says_so(client, running, place):
    kept = told(client, "of-another", customer_id="c-2")
    for session in ("hers-1", "hers-2"):
        told(client, session, customer_id="c-1")
    client.prepare(
        **NAMES,
        session_id="hers-3",
        records=[{"source": "crm", "subject_id": "c-1", "data": {"customer": {"email": MAIL}}}],
    )
    asked = ("--tenant", "acme", "--subject", "c-1", "--reason", f"{MAIL} asked for it")

    done = hushgate("erase", *asked, "--address", running.address)
    again = hushgate("erase", *asked, "--address", running.address)

    receipt = json.loads(done.stdout)
    assert (receipt["sessions"], json.loads(again.stdout)["sessions"]) == (3, 0)
    assert receipt["subject"] == json.loads(again.stdout)["subject"]
    assert told(client, "of-another") == kept
    assert not client.end_session(tenant="acme", session_id="hers-1").ended
    line = running.line(event="erase", sessions=3)
    assert line["because"] == "[EMAIL_ADDRESS] asked for it"
    assert line["subject"] == receipt["subject"]

    (place / "receipt.json").write_text(done.stdout)
    ring = ("--key-file", str(place / "ring"))
    for flags, answer in (
        ((), "true"),
        (("--tenant", "acme", "--subject", "c-1"), "true"),
        (("--tenant", "acme", "--subject", "c-2"), "not true"),
    ):
        assert hushgate("receipt", str(place / "receipt.json"), *ring, *flags).stdout.strip() == answer
    (place / "receipt.json").write_text(json.dumps(receipt | {"sessions": 4}))
    assert hushgate("receipt", str(place / "receipt.json"), *ring).returncode == 1


def test_a_token_is_revealed_with_a_reason_and_leaves_a_line_without_the_value(client, running):
    token = told(client, "revealed")
    asked = ("--tenant", "acme", "--session", "revealed", "--token", token, "--address", running.address)

    shown = hushgate("reveal", *asked, "--reason", f"a complaint of {MAIL}")
    silent = hushgate("reveal", *asked, "--reason", " ")

    assert shown.stdout == f"{MAIL}\n"
    line = running.line(event="reveal")
    assert (line["entity"], line["because"]) == ("EMAIL_ADDRESS", "a complaint of [EMAIL_ADDRESS]")
    assert silent.returncode == 2
    assert "FIELD_REQUIRED" in silent.stderr
    assert MAIL not in running.log.read_text()


def test_a_token_of_another_session_is_not_revealed(client):
    token = told(client, "one")
    told(client, "two", "write to bob@example.com")

    for session, text in (("two", token), ("one", "[EMAIL_ADDRESS]"), ("one", f"{token} {token}")):
        with pytest.raises(Refused) as caught:
            client.reveal_token(tenant="acme", session_id=session, token=text, reason="a test")
        assert caught.value.reason == "TOKEN_UNKNOWN"


def test_without_the_operators_word_nothing_is_revealed(server):
    with Client(server.address) as client:
        token = told(client, "s-1")
        with pytest.raises(Refused) as caught:
            client.reveal_token(tenant="acme", session_id="s-1", token=token, reason="a test")

    assert (caught.value.reason, caught.value.field) == ("ROLE_REQUIRED", "privacy_officer")
