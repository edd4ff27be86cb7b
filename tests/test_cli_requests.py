"""``hushgate prepare`` and ``review``: one request from standard input, and what the exit code says."""

import json
import subprocess
import sys

import pytest

from hushgate.failure import Failure
from hushgate.server import once

NAMES = {"tenant": "acme", "session_id": "s-1", "intent": "order_status"}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("requests")
    (folder / "key").write_text("k" * 64)
    flags = ["--no-names", "--store", f"sqlite://{folder}/sessions.db", "--key-file", str(folder / "key")]

    def call(command: str, request: object) -> subprocess.CompletedProcess[str]:
        text = request if isinstance(request, str) else json.dumps(NAMES | request)
        return subprocess.run(
            [sys.executable, "-m", "hushgate", command, *flags],
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )

    return call


def test_what_one_process_prepared_another_restores(run):
    record = {"source": "crm", "subject_id": "c-2", "json": '{"customer": {"email": "bob@example.com"}}'}
    prepared = run(
        "prepare",
        {
            "customer_id": "c-1",
            "messages": [{"role": "user", "text": "write to dana@example.com"}],
            "records": [record],
        },
    )
    token = json.loads(prepared.stdout)["messages"][0]["text"].removeprefix("write to ")

    passed = run("review", {"destination": "tool", "text": f"To {token}."})
    blocked = run("review", {"destination": "customer", "text": "To bob@example.com."})

    assert (prepared.returncode, passed.returncode, blocked.returncode) == (0, 0, 3)
    assert json.loads(passed.stdout)["text"] == "To dana@example.com."
    assert json.loads(blocked.stdout).get("text") is None
    assert json.loads(blocked.stdout)["reasons"][0]["code"] == "OTHER_SUBJECT"


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ('{"tenant": ', "stdin is not JSON from line 1, column 12 on"),
        ('["4111 1111 1111 1111"]', "stdin must be a JSON object"),
        ({"tenant": 4111111111111111}, "tenant must be a string"),
        ({"messages": [{"role": "user", "text": ["4111"]}]}, "messages[0].text must be a string"),
        ({"messages": {"4111": ""}}, "messages must be a JSON array"),
        ({"messages": ["4111"]}, "messages[0] must be a JSON object, a Message"),
        ({"records": [{"json": {"card": "4111"}}]}, "records[0].json must be a string"),
        ({"4111": "x"}, "stdin has a key that a PrepareRequest has not; it has tenant, session_id,"),
    ],
)
def test_a_bad_request_names_the_field_and_never_the_value(request_, sentence):
    text = request_ if isinstance(request_, str) else json.dumps(NAMES | request_)

    with pytest.raises(Failure) as failed:
        once.prepare_call(text)

    assert failed.value.sentence.startswith(sentence)
    assert "4111" not in failed.value.sentence


@pytest.mark.parametrize(
    "request_", ["no json 4111 1111 1111 1111", '{"tenant": 4111111111111111}', {"intent": "x"}]
)
def test_a_bad_request_is_one_sentence_without_its_values(run, request_):
    done = run("prepare", request_)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "4111" not in done.stderr + done.stdout
