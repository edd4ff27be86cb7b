"""Every command of the README and of docs/ runs as written, and every program of the README."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from hushgate.client import Client

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
WITH_A_STORY = {"audit.md", "operations.md", "pseudonyms.md", "sessions.md"}
"""Pages whose commands need one another; each has a test of its own."""
PAGES = "\n".join(
    [README, *(p.read_text() for p in sorted((ROOT / "docs").glob("*.md")) if p.name not in WITH_A_STORY)]
)
HUSHGATE = [sys.executable, "-m", "hushgate"]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGES, re.DOTALL)


COMMANDS = [shlex.split(line, comments=True) for block in blocks("sh") for line in block.splitlines() if line]


def test_the_readme_is_short():
    assert len(README.splitlines()) < 150


@pytest.mark.parametrize("target", re.findall(r"^make (\w+)", README, re.MULTILINE))
def test_every_make_target_exists(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    "command", [c for c in COMMANDS if c[1] not in {"serve", "health"}], ids=lambda c: c[1]
)
def test_every_command_runs(command, tmp_path):
    assert command[0] == "hushgate"
    (tmp_path / "notes.txt").write_text("call me at 212-555-0188\n")
    arguments, _, output = (list(part) for part in (command[1:], (), ()))
    if ">" in arguments:
        at = arguments.index(">")
        arguments, output = arguments[:at], arguments[at + 1 :]

    done = subprocess.run([*HUSHGATE, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout
    if output:
        assert done.stdout == "call me at [PHONE_NUMBER]\n"


def test_serve_and_health_run_as_written(serve):
    with serve("--names", "none") as address:
        done = subprocess.run([*HUSHGATE, "health", address], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout.strip()) == (0, "SERVING")


def test_every_command_about_sessions_runs_as_written(serve, tmp_path, monkeypatch):
    text = (ROOT / "docs" / "sessions.md").read_text().replace("/var/lib/hushgate", str(tmp_path))
    commands = [
        shlex.split(line)
        for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        for line in block.splitlines()
    ]
    kinds = [" ".join(command[1:3]) if command[1] == "keys" else command[1] for command in commands]
    assert kinds == [
        "keys new", "serve", "keys rotate", "keys list", "keys retire", "erase", "receipt", "reveal"
    ]  # fmt: skip
    done = {}

    def run(kind: str, **edits: str) -> None:
        command = [edits.get(word, word) for word in commands[kinds.index(kind)][1:]]
        done[kind] = subprocess.run(
            [*HUSHGATE, *command], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    run("keys new")
    monkeypatch.setenv("HUSHGATE_REVEAL", "yes")
    monkeypatch.setenv("HUSHGATE_NAMES", "none")
    with serve(*commands[1][2:]) as address, Client(address) as client:
        monkeypatch.setenv("HUSHGATE_LISTEN", address)
        run("keys rotate")
        call = {"tenant": "acme", "intent": "order_status", "messages": [("user", "dana@example.com")]}
        told = client.prepare(**call, session_id="s-1", customer_id="c-1").messages[0].text
        run("reveal", **{"[EMAIL_ADDRESS_2AB3C4]": told})
        run("keys list")
        for _ in range(20):
            run("keys retire")
            if done["keys retire"].returncode == 0:
                break
            client.prepare(**call, session_id="s-1", customer_id="c-1")  # a session moves on when it is used
        run("erase")
        (tmp_path / "receipt.json").write_text(done["erase"].stdout)
        run("receipt")

    assert {kind: each.stderr for kind, each in done.items() if each.returncode} == {}
    assert done["reveal"].stdout == "dana@example.com\n"
    assert json.loads(done["erase"].stdout)["sessions"] == 1
    assert done["receipt"].stdout == "true\n"


def test_every_command_about_the_audit_log_runs_as_written(serve, tmp_path):
    page = (ROOT / "docs" / "audit.md").read_text()
    commands = re.findall(r"^(hushgate audit .*)$", page, re.MULTILINE)
    with serve("--names", "none", "--audit", str(tmp_path)) as address, Client(address) as client:
        client.review(tenant="acme", session_id="s-1", intent="order_status", text="for [PERSON_K7Q2M0]")
    for command in commands:
        arguments = shlex.split(command.replace("/var/lib/hushgate/audit", str(tmp_path)), comments=True)[1:]
        done = subprocess.run([*HUSHGATE, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    assert len(commands) >= 5


def test_the_client_program_runs(serve):
    sent: list[str] = []
    program = next(block for block in blocks("python") if "hushgate.client" in block)
    with serve("--names", "none") as address:
        program = program.replace("127.0.0.1:50551", address)
        exec(
            program,
            {"model": lambda *_: "Hello Dana, order A-2093148 has been shipped.", "send": sent.append},
        )

    assert sent == ["Hello Dana, order A-2093148 has been shipped."]


def test_the_in_process_program_prints_what_it_says(capsys):
    program = next(block for block in blocks("python") if "Redactor.load" in block)

    exec(program, {})

    assert capsys.readouterr().out.strip() == re.search(r"print\(.*\)  # (.*)", program).group(1)


def test_the_demo_prints_what_the_readme_shows():
    shown = re.search(r"<!-- demo -->\n```text\n(.*?)```", PAGES, re.DOTALL).group(1)
    done = subprocess.run([*HUSHGATE, "demo"], capture_output=True, text=True, check=True)

    def plain(text: str) -> str:
        """Token ids differ from run to run; so does where a line is broken."""
        return " ".join(re.sub(r"_[0-9A-Z]{6}(?=\]|_FIRST\])", "_······", text).split())

    printed = plain(done.stdout)
    lines = [plain(line) for line in shown.splitlines() if line.strip() not in {"", "…"}]
    assert lines
    assert [line for line in lines if line not in printed] == []
    assert "\x1b[" not in done.stdout
