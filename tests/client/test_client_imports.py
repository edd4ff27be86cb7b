"""The client needs grpcio and protobuf alone, of either of two major versions."""

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

SERVICE = Path(__file__).parents[2] / "service"

ALONE = """
import sys
from importlib.abc import MetaPathFinder

class Blocker(MetaPathFinder):
    allowed = set(sys.stdlib_module_names) | {"hushgate", "grpc", "google", "typing_extensions"}

    def find_spec(self, name, path, target=None):
        top = name.partition(".")[0]
        if top not in self.allowed or name.startswith(("google.rpc", "google.api")):
            raise ModuleNotFoundError(f"blocked: {name}", name=name)

sys.meta_path.insert(0, Blocker())
"""

IMPORT = """
import google.protobuf
from hushgate.client import AsyncClient, Client, Refused, Unavailable
client = Client("127.0.0.1:1")
try:
    client.redact(["a", 5 * b"x"])
except (Refused, AttributeError, TypeError):
    pass
try:
    client.within(0.2).redact(["a"])
except Exception as error:
    print(type(error).__name__, google.protobuf.__version__)
"""


def run(code: str, *, path: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": f"{path}:{SERVICE}" if path else str(SERVICE), "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [sys.executable, *(["-S"] if path else []), "-W", "error", "-c", code],
        capture_output=True, text=True, env=environment, check=False,
    )  # fmt: skip


def test_the_client_imports_and_calls_with_grpcio_and_protobuf_alone():
    done = run(ALONE + IMPORT)

    assert (done.stdout, done.stderr) == (f"Unavailable {version('protobuf')}\n", "")


def test_importing_hushgate_imports_no_detector():
    done = run(
        "import hushgate.client, sys; print(sorted({'spacy', 'presidio_analyzer', 're2'} & set(sys.modules)))"
    )

    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.parametrize(
    "pins", [("protobuf==6.33.6", "grpcio==1.76.0"), ("protobuf==7.36.2", "grpcio==1.85.1")]
)
def test_the_client_runs_beside_protobuf_6_and_7(pins, tmp_path):
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-cache-dir",
        "--retries",
        "0",
        "--timeout",
        "5",
    ]
    installed = subprocess.run([*command, "--target", tmp_path, *pins], check=False, capture_output=True)
    if installed.returncode:
        pytest.skip(f"{' '.join(pins)} cannot be installed here: no package index")

    done = run(IMPORT, path=str(tmp_path))

    assert (done.stdout, done.stderr) == (f"Unavailable {pins[0].partition('==')[2]}\n", "")
