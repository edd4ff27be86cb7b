"""Every command of docs/policies.md runs as written."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.policy.policies import SAYS, written

PAGE = (Path(__file__).parent.parent / "docs" / "policies.md").read_text()
COMMANDS = {
    words[2]: words[1:] for words in map(shlex.split, re.findall(r"^ {4}(hushgate .*)$", PAGE, re.MULTILINE))
}


def run(name, folder):
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
