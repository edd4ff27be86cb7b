"""How a server process begins, is asked about, and ends."""

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from tests.waiting import until

from hushgate.client import SENDABLE, Client, HushgateError, Tls
from hushgate.detection.names import NO_MODEL
from hushgate.server import lifecycle
from hushgate.server.address import Address
from hushgate.server.probe import health

NAMES = {"tenant": "acme", "intent": "order_status", "session_id": "lifecycle"}
SERVICES = ("hushgate.v1.GuardService", "hushgate.v1.RedactionService", "hushgate.v1.TuningService")


def hushgate(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hushgate", *arguments]
    environment = os.environ | environment
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)


def test_a_server_says_where_it_serves_and_whether_it_detects_names(server):
    notices = "names are not detected: no model is loaded; callers need no credentials; no audit log"
    assert server.notice == f"hushgate: serving on {server.address} ({notices})\n"


@pytest.mark.parametrize(
    ("notice", "said"), [(NO_MODEL, NO_MODEL), ("", "names are detected")], ids=["none", "a model"]
)
def test_the_start_line_says_what_the_detector_has_to_say(notice, said, assembled):
    line = lifecycle._notice(Address.parse("127.0.0.1:1"), replace(assembled, notice=notice), None)

    assert line == f"hushgate: serving on 127.0.0.1:1 ({said}; callers need no credentials; no audit log)"


@pytest.mark.parametrize("service", ["", *SERVICES])
def test_health_says_serving_for_the_server_and_each_service(service, server):
    assert health(server.address, service=service) == "SERVING"


def test_health_does_not_know_what_is_not_served(server):
    assert health(server.address, service="hushgate.v1.Nothing") == "SERVICE_UNKNOWN"


def test_the_health_command_answers_with_its_exit_code(server):
    serving = hushgate("health", server.address)
    nobody = hushgate("health", "127.0.0.1:1", "--timeout", "0.5")

    assert (serving.stdout, serving.returncode) == ("SERVING\n", 0)
    assert (nobody.stdout, nobody.returncode) == ("UNREACHABLE\n", 1)


def test_reflection_lists_what_is_served(server):
    with grpc.insecure_channel(server.address) as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        listed = set(database.get_services())
        files = {database.FindFileContainingSymbol(service).name for service in SERVICES}

    assert listed >= {*SERVICES, "grpc.health.v1.Health", "grpc.reflection.v1alpha.ServerReflection"}
    assert files == {f"hushgate/v1/{name}_service.proto" for name in ("guard", "redaction", "tuning")}


def test_sigterm_turns_health_off_and_finishes_the_calls_under_way(start):
    proceed = threading.Event()

    def batches():
        yield ["first"]
        assert proceed.wait(60)
        yield ["last"]

    with start(HUSHGATE_DRAIN_SECONDS="1") as server, Client(server.address) as client:
        answers = client.redact_stream(batches())
        assert next(answers).items[0].text == "first"

        server.process.send_signal(signal.SIGTERM)
        until(lambda: health(server.address) == "NOT_SERVING")
        assert client.redact("while draining").items[0].text == "while draining"
        until(lambda: health(server.address, seconds=0.5) == "UNREACHABLE")
        proceed.set()

        assert [answer.items[0].text for answer in answers] == ["last"]
        assert server.process.wait(60) == 0
        with pytest.raises(HushgateError):
            client.within(0.3).redact("after")


def test_a_watcher_sees_the_server_drain(start):
    with start() as server, grpc.insecure_channel(server.address) as channel:
        watched = health_pb2_grpc.HealthStub(channel).Watch(
            health_pb2.HealthCheckRequest(service=SERVICES[0])
        )
        before = next(watched).status
        server.process.send_signal(signal.SIGTERM)
        after = next(watched).status

    status = health_pb2.HealthCheckResponse
    assert (before, after) == (status.SERVING, status.NOT_SERVING)


def test_a_unix_socket_serves_its_owner_and_group(start, tmp_path: Path):
    path = tmp_path / "gate.sock"
    with start(listen=f"unix://{path}") as server, Client(f"unix://{path}") as client:
        assert client.redact("hello").items[0].text == "hello"
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert health(server.address) == "SERVING"


def test_a_socket_that_a_killed_server_left_is_taken_over(start, tmp_path: Path):
    path = tmp_path / "gate.sock"
    with start(listen=f"unix://{path}") as server:
        server.process.kill()
        server.process.wait()
    assert path.exists()

    with start(listen=f"unix://{path}"), Client(f"unix://{path}") as client:
        assert client.redact("hello").items[0].text == "hello"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--listen", "0.0.0.0:0"), "can be reached from other machines"),
        (("--listen", "nowhere"), "is not HOST:PORT"),
        (("--listen", "192.0.2.1:1", "--insecure"), "listen: 192.0.2.1:1: "),
        (("--workers", "2", "--store", "memory:"), "more than one, name no store"),
        (("--store", "sqlite:///nowhere.db"), "needs a key"),
        (("--tls-cert", __file__), "come together"),
        (("--policy", "/nowhere.yaml"), "does not exist"),
        (("--recognizers", "/nowhere"), "does not exist"),
    ],
)
def test_a_server_that_cannot_serve_as_it_is_set_says_why_and_ends(arguments, sentence):
    done = hushgate("serve", "--no-names", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("hushgate: ")
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_port_that_is_taken_is_refused(server):
    done = hushgate("serve", "--no-names", "--listen", server.address)

    assert (done.returncode, done.stderr) == (
        2,
        f"hushgate: listen: {server.address}: Address already in use\n",
    )


def test_tls_lets_any_address_be_served_to_those_who_know_the_authority(start, tmp_path: Path):
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1")
    name = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    files = ("-keyout", str(key), "-out", str(certificate))
    made = subprocess.run(
        ["openssl", "req", "-x509", *curve, *name, *files], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("no openssl to make a certificate with")
    flags = ("--tls-cert", str(certificate), "--tls-key", str(key))

    with start(*flags, listen="0.0.0.0:0") as server:
        address = f"localhost:{server.address.rpartition(':')[2]}"
        with Client(address, tls=Tls(certificate)) as client:
            assert client.redact("hello").items[0].text == "hello"
        with Client(address) as plain, pytest.raises(HushgateError):
            plain.within(1).redact("hello")
        done = hushgate("health", address, "--tls-ca", str(certificate))

    assert done.stdout == "SERVING\n"


@pytest.fixture(scope="module")
def two_workers(start, tmp_path_factory):
    directory = tmp_path_factory.mktemp("shared")
    key = directory / "key"
    key.write_bytes(b"k" * 32)
    flags = ("--workers", "2", "--store", f"sqlite://{directory}/sessions.db", "--key-file", str(key))
    with start(*flags) as server:
        yield server


def workers(server) -> list[int]:
    """Its children that serve: the other one is Python's own resource tracker."""
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split()
    return [int(c) for c in children if b"spawn_main" in Path(f"/proc/{c}/cmdline").read_bytes()]


def test_workers_share_one_port_and_every_session(two_workers):
    answers = []
    for _ in range(8):  # a new client makes new connections, which fall to either worker
        with Client(two_workers.address) as client:
            client.prepare(**NAMES, messages=[("user", "hello")])
            answers.append(client.review(**NAMES, text="hello").verdict)

    assert len(workers(two_workers)) == 2
    assert set(answers) <= SENDABLE


def test_a_worker_that_dies_is_replaced_and_no_caller_notices(two_workers):
    before = workers(two_workers)
    with Client(two_workers.address) as client:
        for n in range(200):
            if n == 50:
                os.kill(before[0], signal.SIGKILL)
            assert client.redact(str(n)).items[0].text == str(n)

    until(lambda: len(workers(two_workers)) == 2)
    assert before[0] not in workers(two_workers)
    assert "worker 0 ended" in two_workers.log.read_text() or "worker 1 ended" in two_workers.log.read_text()


def test_workers_drain_and_end_with_their_server(start, tmp_path: Path):
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    flags = ("--workers", "2", "--store", f"sqlite://{tmp_path}/s.db", "--key-file", str(key))
    with start(*flags) as server:
        children = workers(server)
        server.process.send_signal(signal.SIGTERM)

        assert server.process.wait(60) == 0
        assert [child for child in children if alive(child)] == []


def test_workers_end_when_their_server_is_killed(start, tmp_path: Path):
    key = tmp_path / "key"
    key.write_bytes(b"k" * 32)
    flags = ("--workers", "2", "--store", f"sqlite://{tmp_path}/s.db", "--key-file", str(key))
    with start(*flags) as server:
        children = workers(server)
        server.process.kill()

        until(lambda: not any(alive(child) for child in children))


CARE = {**NAMES, "agent_id": "", "session_id": "ends with the server"}
ORDER = {"source": "crm", "subject_id": "c-1", "data": {"customer": {"email": "maren@example.com"}}}


def directories(temporary: Path) -> list[Path]:
    return sorted(temporary.glob("hushgate-*"))


def test_workers_without_a_store_share_every_session_until_they_end(start, tmp_path: Path):
    with start("--workers", "2", TMPDIR=str(tmp_path)) as server:
        with Client(server.address) as client:
            prepared = client.prepare(**CARE, customer_id="c-1", records=[ORDER])
        token = json.loads(prepared.records[0].json)["customer"]["email"]
        restored = []
        for _ in range(20):  # a new client makes a new connection, which falls to either worker
            with Client(server.address) as client:
                reviewed = client.review(
                    **CARE, destination="human_agent", channel="desk", text=f"it goes to {token}"
                )
                restored.append(reviewed.text)
        (directory,) = directories(tmp_path)
        mode = stat.S_IMODE(directory.stat().st_mode)
        written = b"".join(file.read_bytes() for file in directory.iterdir())
        commands = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in workers(server)]
        server.process.send_signal(signal.SIGTERM)

        assert server.process.wait(60) == 0

    assert token.startswith("[EMAIL_ADDRESS_")
    assert restored == ["it goes to maren@example.com"] * 20
    assert mode == 0o700
    assert b"maren" not in written
    assert all(b"hushgate-" not in command for command in commands)
    assert directories(tmp_path) == []


def test_workers_that_cannot_serve_leave_no_store(tmp_path: Path):
    pack = tmp_path / "own.yaml"
    pack.write_text("rules: none")
    flags = ("--recognizers", str(pack), "--no-names", "--workers", "2")
    done = hushgate("serve", *flags, TMPDIR=str(tmp_path))

    assert done.returncode == 2
    assert "own.yaml:1: " in done.stderr
    assert directories(tmp_path) == []


def alive(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False
