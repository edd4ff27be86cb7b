"""Every command and program of docs/pseudonyms.md runs, and its policy is one."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import yaml

from hushgate.policy.reader import read_policy
from hushgate.transformation.joinable import Keys, encrypted

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "pseudonyms.md").read_text()


def block(language: str) -> str:
    return re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL).group(1)


def test_the_program_prints_what_it_says(capsys):
    exec(block("python"), {})

    assert capsys.readouterr().out.strip() == re.search(r"print\(.*\)  # (.*)", block("python")).group(1)


def test_the_command_opens_a_log_of_both_keys(tmp_path):
    for name in ("old", "new"):
        (tmp_path / f"{name}.key").write_text(name * 20)
    lines = [encrypted("PERSON", "Dana", Keys.derive(name.encode() * 20)) for name in ("old", "new")]
    (tmp_path / "app.log").write_text("\n".join(lines))

    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(block("sh"))],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (0, "dana\ndana")


def test_the_policy_makes_up_what_it_names(tmp_path):
    data = yaml.safe_load((ROOT / "tests" / "cases" / "policy.yaml").read_text())
    (tmp_path / "policy.yaml").write_text(yaml.safe_dump(data | yaml.safe_load(block("yaml"))))

    policy = read_policy(tmp_path / "policy.yaml")

    assert [policy.makes_up(entity) for entity in ("PERSON", "DATE_TIME", "CREDIT_CARD")] == [
        True,
        True,
        False,
    ]
