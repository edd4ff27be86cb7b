"""No call makes an outbound connection."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hushgate.client import SENDABLE, Client

NAMES = {"tenant": "acme", "intent": "order_status", "session_id": "network"}
DRAFT = "see https://shop.example.com/orders, write to help@shop.example.com or call 212-555-0188"

WATCHED = """
import sys

def watch(event, arguments):
    if event in {"socket.connect", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"}:
        print("outbound:", event, file=sys.stderr, flush=True)

sys.addaudithook(watch)
sys.argv[0] = "hushgate"
from hushgate.cli import main
main()
"""


def converse(address: str) -> None:
    with Client(address) as client:
        client.prepare(
            **NAMES,
            customer_id="c-1",
            messages=[("user", DRAFT)],
            records=[{"source": "crm", "subject_id": "c-1", "data": {"order": {"status": DRAFT}}}],
        )
        assert client.review(**NAMES, text=DRAFT).verdict in SENDABLE
        client.redact([DRAFT, {"data": [DRAFT]}])
        client.end_session(tenant="acme", session_id="network")


def test_serving_a_conversation_connects_to_nobody(tmp_path: Path):
    policy = Path(__file__).parents[1] / "cases" / "policy.yaml"
    log = tmp_path / "log"
    command = [sys.executable, "-c", WATCHED, "serve", "--listen", "127.0.0.1:0", "--policy", str(policy)]
    with (
        log.open("w") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        try:
            notice = process.stdout.readline()
            assert "serving on " in notice, log.read_text()
            converse(notice.partition("serving on ")[2].split()[0])
        finally:
            process.terminate()
            process.wait(20)

    assert "outbound:" not in log.read_text()


def test_a_server_without_any_network_serves(start, tmp_path: Path):
    unshare = shutil.which("unshare")
    if (
        not unshare
        or subprocess.run(
            [unshare, "--map-root-user", "--net", "true"], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("no network namespace can be made here")

    path = tmp_path / "gate.sock"
    with start(listen=f"unix://{path}", prefix=(unshare, "--map-root-user", "--net")):
        converse(f"unix://{path}")
