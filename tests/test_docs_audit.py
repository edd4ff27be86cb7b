"""Every command of docs/audit.md runs on a log, and the page names every setting of the log."""

import re
import shlex
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from hushgate.audit.writer import Terms
from hushgate.settings import Settings
from tests.audit.conftest import Log

PAGE = (Path(__file__).parent.parent / "docs" / "audit.md").read_text()
COMMANDS = re.search(r"```sh\n(.*?)```", PAGE, re.DOTALL).group(1).splitlines()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda line: line.split()[2])
def test_every_command_runs(command, tmp_path):
    Log(tmp_path).write(3, Terms())
    arguments = shlex.split(command.replace("/var/lib/hushgate/audit", str(tmp_path)))

    done = subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_every_setting_is_named():
    settings = {f"HUSHGATE_{each.name.upper()}" for each in fields(Settings) if each.name.startswith("audit")}

    assert settings == set(re.findall(r"^\| `(HUSHGATE_\w+)`", PAGE, re.MULTILINE))
