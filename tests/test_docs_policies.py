"""Every command of docs/policies.md runs as written."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from hushgate.client import Client
from tests.policy.policies import SAYS, written
from tests.waiting import until

PAGE = (Path(__file__).parent.parent / "docs" / "policies.md").read_text()


def _name(words):
    if words[1] != "policies":
        return words[1]
    return " ".join(
        [*words[2 : 4 if words[2] == "shadow" else 3], *(["active"] if "active" in words else [])]
    )


COMMANDS = {
    _name(words): words[1:]
    for words in map(shlex.split, re.findall(r"^ {4}(hushgate .*)$", PAGE, re.MULTILINE))
}


def run(name, folder=None):
    command = [sys.executable, "-m", "hushgate", *COMMANDS[name]]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_needs_no_server_runs_as_written(tmp_path):
    written(tmp_path / "old.yaml", "v1")
    written(tmp_path / "my.yaml", "v2", destinations={**SAYS["destinations"], "log": "mask"})
    lines = [{"id": "c-1", "text": "call 212-555-0188"}, {"text": "x", "intent": "order_status"}]
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, lines)))

    assert run("check", tmp_path) == "1 policy: no problem\n"
    assert run("explain", tmp_path).startswith("order_status, by policy v2\n")
    assert (
        run("diff", tmp_path)
        == """\
log
  all else: redact → mask  (lets more through)

1 of 2 answers change (50.0%)
       1  Redact  finding PHONE_NUMBER: redact → mask
changed  c-1
"""
    )


def test_a_candidate_is_tried_beside_the_active_policy_on_every_worker_and_then_decides(
    serve, tmp_path, monkeypatch
):
    old = written(tmp_path / "old.yaml", "2026-11-21.1")
    new = written(tmp_path / "my.yaml", "2026-11-22.1", destinations={**SAYS["destinations"], "log": "mask"})
    log, metrics = tmp_path / "audit", "127.0.0.1:19464"
    edits = {"old.yaml": str(old), "my.yaml": str(new)}
    flags = [edits.get(word, word) for word in COMMANDS["serve"][1:]]
    flags += ["--names", "none", "--audit", str(log), "--metrics", metrics]
    monkeypatch.setenv("HUSHGATE_POLICIES", "")
    with serve(*flags) as address, Client(address) as client:
        monkeypatch.setenv("HUSHGATE_LISTEN", address)
        assert [line.split()[0] for line in run("list").splitlines()] == ["2026-11-21.1", "2026-11-22.1"]
        assert run("diff active") == "log\n  all else: redact → mask  (lets more through)\n"
        assert run("explain active").startswith("order_status, by policy 2026-11-21.1\n")
        assert "beside 2026-11-21.1 since" in run("shadow start")
        time.sleep(1.5)  # until the other worker has looked
        for number in range(20):
            with Client(address) as other:  # a connection each, so that both workers are asked
                item = other.redact(f"{number}: call 212-555-0188").items[0]
                assert item.text == f"{number}: call [PHONE_NUMBER]"
        until(lambda: client.get_shadow().shadow.compared["Redact"] == 20)
        said = run("shadow report")
        assert "Redact: 20 of 20 answers would change; 0 not looked at, 0 errors" in said
        assert said.endswith("\n      20  Redact  finding PHONE_NUMBER: redact → mask\n")
        with urllib.request.urlopen(f"http://{metrics}/metrics", timeout=30) as answer:
            counted = answer.read().decode()
        assert 'hushgate_shadow_answers_total{outcome="changed",rpc="Redact"} 20.0' in counted
        assert "ended" in run("shadow stop")
        run("shadow start")
        assert "active" in run("activate")
        until(lambda: client.get_shadow().shadow.HasField("ended_at"))
        shadow = client.get_shadow().shadow
        entries = client.search_audit(where={"target": f"{shadow.version} {shadow.digest}"}).entries
    assert [entry.rpc for entry in entries if entry.rpc != "ActivatePolicy"] == [
        "ShadowPolicy", "StopShadow", "ShadowPolicy"
    ]  # fmt: skip
