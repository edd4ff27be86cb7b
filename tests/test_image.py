"""What of the image can be tried without an engine: what its first stage builds, how its second runs."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
_, FIRST, SECOND = DOCKERFILE.split("\nFROM ")


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """What the first stage installs from exactly the files that it copies."""
    context, out = tmp_path_factory.mktemp("context"), tmp_path_factory.mktemp("image")
    for names in re.findall(r"^COPY (.+) \S+$", FIRST, re.MULTILINE):
        for name in names.split():
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, context / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, context / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", str(out), str(context)], check=True)
    (wheel,) = out.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(out / "site")
    return out / "site"


def test_every_file_that_the_image_copies_is_in_its_context():
    ignored = (ROOT / ".dockerignore").read_text().split()

    for names in re.findall(r"^COPY (.+) \S+$", FIRST, re.MULTILINE):
        assert all(f"!{name}" in ignored for name in names.split())


def test_it_does_not_run_as_root():
    assert re.search(r"^USER 10001", SECOND, re.MULTILINE)


def test_what_is_installed_serves_from_a_root_that_cannot_be_written(installed, serve):
    for path in [installed, *installed.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONDONTWRITEBYTECODE": "1"}
    with serve("--names", "none", environment=environment) as address:
        health = re.search(r'CMD \["hushgate", "(\w+)"\]', SECOND).group(1)
        command = [sys.executable, "-m", "hushgate", health, address]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    for path in [installed, *installed.rglob("*")]:
        path.chmod(0o755)

    assert (done.returncode, done.stdout.strip()) == (0, "SERVING")
    assert list(installed.rglob("__pycache__")) == []
