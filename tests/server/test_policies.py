"""What an operator does about policies while a server runs: they change, wait, go back, and no call fails."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading

import pytest
import yaml
from tests.policy.policies import settled
from tests.server.conftest import POLICY
from tests.waiting import until

from hushgate.client import Client, HushgateError
from hushgate.policy.reader import read_policy

CALL = {"tenant": "acme", "session_id": "policies", "intent": "order_status"}


def hushgate(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hushgate", "policies", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def written(file, version, **also):
    data = yaml.safe_load(POLICY.read_text()) | {"version": version} | also
    beside = file.with_suffix(".new")
    beside.write_text(yaml.safe_dump(data))
    return settled(beside, file)


def comes_to(client, version):
    return until(lambda: client.redact("call me").policy_version == version)


@pytest.fixture
def place(tmp_path):
    shutil.copy(POLICY, tmp_path / "policy.yaml")
    return tmp_path


def test_policies_change_under_load_on_every_worker_and_each_answer_is_of_one_policy(serve, place):
    file = written(place / "policy.yaml", "v0")
    stop, failed, seen = threading.Event(), [], {}
    # Each version says what becomes of a card, so that an answer under two policies would show.
    forms = {"v0": "[CREDIT_CARD]", "v1": "**** **** **** 1111"}
    card = "card 4111 1111 1111 1111"

    def load(client: Client) -> None:
        while not stop.is_set():
            try:
                answer = client.redact([card, card])
            except HushgateError as error:
                failed.append(error.reason)
                continue
            seen.setdefault((answer.policy_version, answer.policy_digest), 0)
            seen[answer.policy_version, answer.policy_digest] += 1
            form = forms[answer.policy_version]
            if any(item.text != f"card {form}" for item in answer.items):
                failed.append("mixed")

    flags = ("--policy", str(file), "--workers", "2", "--no-names")
    with serve(*flags) as address, Client(address) as client:
        threads = [threading.Thread(target=load, args=(client,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for version in ("v1", "v0", "v1"):
            log = {"default": "redact", "CREDIT_CARD": "redact" if version == "v0" else "last4"}
            destinations = yaml.safe_load(POLICY.read_text())["destinations"] | {"log": log}
            written(file, version, destinations=destinations)
            assert comes_to(client, version)
        stop.set()
        for thread in threads:
            thread.join()

    assert failed == []
    assert {version for version, _ in seen} == {"v0", "v1"}
    assert len(seen) <= 3


def test_a_broken_file_is_refused_said_and_listed_and_the_good_one_decides(start, place):
    file = written(place / "policy.yaml", "v1")
    with start("--policy", str(file), HUSHGATE_POLICIES="") as server, Client(server.address) as client:
        before = client.redact("x").policy_digest
        file.write_text("version: v2\nintents: {a: {fields: {b: what}}}\n")
        os.utime(file, (1, 1))
        server.process.send_signal(signal.SIGHUP)
        line = server.line(event="policy", what="refused")
        listed = hushgate("list", "--address", server.address)

        assert client.redact("x").policy_digest == before
    assert str(file) in line["problem"]
    assert "refused" in listed.stdout
    assert "once" in listed.stdout


def test_a_policy_that_fails_its_own_test_can_neither_be_activated_nor_named(start, place):
    good, other = written(place / "a.yaml", "v1"), written(place / "b.yaml", "other")
    fails = {
        "intent": "order_status",
        "text": "card 4111 1111 1111 1111",
        "expect": "card 4111 1111 1111 1111",
    }
    flags = ("--policy", str(good), "--policy", str(other))
    with start(*flags, HUSHGATE_POLICIES="") as server, Client(server.address) as client:
        written(other, "v2", tests=[fails])
        until(lambda: client.list_policies().problems)  # the tests run on packs that are read first
        line = server.line(event="policy", what="refused")
        done = hushgate("activate", "v2", "--reason", "looser", "--by", "ann", "--address", server.address)
        with pytest.raises(HushgateError) as named:
            client.redact("x", policy="v2")

        assert client.redact("x").policy_version != "v2"
    assert done.returncode == 2
    assert "POLICY_INVALID" in done.stderr
    assert "tests[0]: expect: another text comes out" in line["problem"]
    assert "4111" not in done.stderr + line["problem"]
    assert named.value.reason == "POLICY_UNKNOWN"


def test_a_policy_is_activated_and_rolled_back_by_the_command_and_a_restart_keeps_it(serve, place):
    first, second = written(place / "a.yaml", "v1"), written(place / "b.yaml", "v2")
    (place / "key").write_text("k" * 32)
    flags = ("--policy", str(first), "--policy", str(second), "--no-names")
    flags += ("--store", f"sqlite://{place}/sessions.db", "--key-file", str(place / "key"))
    log = place / "log"
    with serve(*flags, log=log) as address, Client(address) as client:
        done = hushgate("activate", "v2", "--reason", "tighter", "--by", "ann", "--address", address)
        assert (done.returncode, client.redact("x").policy_version) == (0, "v2")
        assert "v2" in done.stdout
        unknown = hushgate("activate", "v9", "--reason", "a slip", "--address", address)
        assert (unknown.returncode, "POLICY_UNKNOWN" in unknown.stderr) == (2, True)
    with serve(*flags) as address, Client(address) as client:
        assert client.redact("x").policy_version == "v2"
        back = hushgate("rollback", "--reason", "too tight", "--address", address)
        assert (back.returncode, client.redact("x").policy_version) == (0, "v1")
        assert client.prepare(**CALL).policy_version == "v1"
        listed = hushgate("list", "--address", address).stdout.splitlines()
    assert [listed[0].split()[0], listed[0].split()[2]] == ["v1", "active"]
    assert [line.split()[0] for line in listed] == ["v1", "v2"]
    assert "taken back" in listed[1]


def test_a_second_person_approves_what_the_policy_asks_to_be_approved(serve, place):
    first = written(place / "a.yaml", "v1", activation={"approvals": 2})
    second = written(place / "b.yaml", "v2")
    flags = ("--policy", str(first), "--policy", str(second), "--no-names")
    with serve(*flags) as address, Client(address) as client:
        asked = ("activate", "v2", "--reason", "tighter", "--address", address)
        one = hushgate(*asked, "--by", "ann")
        again = hushgate(*asked, "--by", "ann")
        assert (one.returncode, again.returncode) == (4, 4)
        assert "1 of 2 approvals" in again.stdout
        assert client.redact("x").policy_version == "v1"
        assert hushgate(*asked, "--by", "bob").returncode == 0
        assert client.redact("x").policy_version == "v2"


def test_what_a_server_holds_is_read_and_compared_as_files_are(serve, place, tmp_path):
    first = written(place / "a.yaml", "v1")
    destinations = yaml.safe_load(POLICY.read_text())["destinations"] | {"log": "mask"}
    second = written(place / "b.yaml", "v2", destinations=destinations, profiles=["pci_dss"])
    with serve("--policy", str(first), "--policy", str(second), "--no-names") as address:
        with Client(address) as client:
            active, other = client.get_policy(), client.get_policy(version="v2")
            assert client.get_policy(version=other.policy.digest[:12]) == other
            with pytest.raises(HushgateError) as unknown:
                client.get_policy(version="v9")
        at = ("--address", address)
        on_server = hushgate("diff", "v1", other.policy.digest[:12], *at)
        half = hushgate("diff", "active", str(second), *at)
        told = hushgate("explain", "order_status", "--policy", "v2", *at)
        of_active = hushgate("explain", "order_status", *at)
        slip = hushgate("explain", "order_statsu", *at)
        missing = hushgate("diff", "v1", "v9", *at)

    for answer, file in ((active, first), (other, second)):
        policy = read_policy(file)
        assert (answer.content, answer.policy.digest) == (policy.content, policy.digest)
        assert (answer.policy.version, answer.policy.file) == (policy.version, str(file))
    assert (active.policy.active, other.policy.active) == (True, False)
    assert (unknown.value.reason, unknown.value.field) == ("POLICY_UNKNOWN", "version")
    in_files = hushgate("diff", str(first), str(second))
    assert (in_files.returncode, in_files.stdout) == (0, on_server.stdout)
    assert half.stdout == on_server.stdout
    assert "pci_dss: nothing → named  (hides more)" in on_server.stdout
    assert told.stdout == hushgate("explain", "order_status", "--policy", str(second)).stdout
    assert of_active.stdout == hushgate("explain", "order_status", "--policy", str(first)).stdout
    assert (slip.returncode, "is order_status meant?" in slip.stderr) == (2, True)
    assert (missing.returncode, "POLICY_UNKNOWN" in missing.stderr) == (2, True)
