"""Every command of docs/operations.md runs as written, on a server's own logs."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import urllib.request
from pathlib import Path

from hushgate.client import Client

PAGE = (Path(__file__).parent.parent / "docs" / "operations.md").read_text()
COMMANDS = {
    tuple(words[1:2] if words[1] != "serve" else words[1:3]): words
    for words in (shlex.split(line) for line in re.findall(r"^ {4}(hushgate .*)$", PAGE, re.MULTILINE))
}
HUSHGATE = [sys.executable, "-m", "hushgate"]


def test_the_page_has_a_metric_for_every_row_and_a_row_for_every_metric():
    from hushgate.server.metrics import Metrics, Words

    families = Metrics(Words(frozenset())).registry._collector_to_names
    names = {each._name + ("_total" if each._type == "counter" else "") for each in families}

    assert set(re.findall(r"^\| `(hushgate_\w+)`", PAGE, re.MULTILINE)) == names


def test_metrics_are_served_and_drift_reads_what_the_server_has_logged(serve, tmp_path):
    command = COMMANDS["serve", "--metrics"]
    log = tmp_path / COMMANDS["drift",][2]
    with serve("--names", "none", *command[2:], log=log) as address, Client(address) as client:
        client.review(
            tenant="acme", session_id="s-1", intent="order_status", text="write to dana@example.com"
        )
        with urllib.request.urlopen(f"http://{command[3]}/metrics", timeout=30) as answer:
            assert b"hushgate_calls_total" in answer.read()
    done = subprocess.run(
        [*HUSHGATE, *COMMANDS["drift",][1:]], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "EMAIL_ADDRESS / decision" in done.stdout


def test_traces_are_sent_as_written(serve):
    with serve("--names", "none", *COMMANDS["serve", "--traces"][2:]) as address, Client(address) as client:
        assert client.redact("all is well").items[0].text == "all is well"


def test_the_drills_hold_as_written(serve, monkeypatch):
    with serve("--names", "none") as address:
        monkeypatch.setenv("HUSHGATE_LISTEN", address)
        done = subprocess.run(
            [*HUSHGATE, *COMMANDS["drill",][1:]], capture_output=True, text=True, check=False
        )

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_drill_has_a_row():
    from hushgate.drill.drills import DRILLS, POLICY_FILE, STORE_GONE

    assert re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE) == [*DRILLS, POLICY_FILE, STORE_GONE]
