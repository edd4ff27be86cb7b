"""What becomes of a log that somebody has changed, or that a writer has left behind in the middle."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.audit.conftest import Log, entry

from hushgate.audit.signing import PublicKeys, Signer
from hushgate.audit.verify import verify
from hushgate.audit.writer import Terms, Writer
from hushgate.failure import Failure


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A log of two writers and three lives, closed."""
    log = Log(tmp_path_factory.mktemp("whole") / "audit")
    one, two = log.writer(), log.writer()
    for number in range(12):
        (one if number % 3 else two).record(entry(number, entities={"PERSON": {"keep": number + 1}}))
    one.close()
    two.close()
    log.write(3)
    return log


def test_a_log_is_whole(whole):
    report = verify(whole.folder)

    assert report.faults == []
    assert (report.intact, report.chains, report.entries) == (True, 2, 15)
    assert (report.unsigned, report.torn) == (0, 0)


@given(data=st.data())
@settings(max_examples=150)
def test_any_edit_of_one_byte_is_found(whole, data):
    path = data.draw(st.sampled_from(whole.files()))
    before = path.read_bytes()
    at = data.draw(st.integers(0, len(before) - 1))
    edited = bytearray(before)
    edited[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(edited)
    try:
        assert not verify(whole.folder).intact
    finally:
        path.write_bytes(before)


@given(data=st.data())
@settings(max_examples=60)
def test_any_line_left_out_doubled_or_moved_is_found(whole, data):
    path = data.draw(st.sampled_from([each for each in whole.files() if each.suffix == ".jsonl"]))
    before = path.read_bytes()
    lines = before.splitlines(keepends=True)
    at, to = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    changed = list(lines)
    line = changed.pop(at)
    if data.draw(st.booleans()):
        changed.insert(to, line)
    if changed == lines:
        changed.append(line)
    path.write_bytes(b"".join(changed))
    try:
        assert not verify(whole.folder).intact
    finally:
        path.write_bytes(before)


@given(data=st.data())
@settings(max_examples=60)
def test_any_end_cut_off_is_found(whole, data):
    path = data.draw(st.sampled_from(whole.files()))
    before = path.read_bytes()
    path.write_bytes(before[: data.draw(st.integers(0, len(before) - 1))])
    try:
        assert not verify(whole.folder).intact
    finally:
        path.write_bytes(before)


def test_any_file_that_is_gone_is_found(whole, tmp_path):
    for at, path in enumerate(whole.files()):
        folder = tmp_path / str(at)
        shutil.copytree(whole.folder, folder)
        (folder / path.name).unlink()

        assert not verify(folder).intact, path.name


def test_a_whole_chain_that_is_gone_is_found(whole, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(whole.folder, folder)
    for path in folder.glob("01.*"):
        path.unlink()

    assert [fault.slot for fault in verify(folder).faults] == [1]


def test_a_log_signed_anew_with_another_key_is_found_by_whoever_has_the_key(log, tmp_path):
    log.write(2)
    [public] = log.folder.glob("*.pub")
    kept = PublicKeys([public.read_bytes()])
    forged = Log(tmp_path / "forged")
    forged.write(2)

    assert verify(log.folder, kept).intact
    assert verify(forged.folder).intact
    assert not verify(forged.folder, kept).intact


def test_an_empty_directory_is_no_whole_log(tmp_path):
    assert not verify(tmp_path).intact


WRITING = """
import sys
from pathlib import Path
from hushgate.audit.writer import Terms, Writer
from tests.audit.conftest import entry
folder = Path(sys.argv[1])
writer = Writer.open(folder, folder / "signing.key", Terms(file_bytes=20_000, checkpoint_entries=50))
number = 0
while True:
    writer.record(entry(number))
    print(number, flush=True)
    number += 1
"""


def test_kill_9_loses_no_entry_and_the_next_writer_goes_on(log):
    told = []
    for life in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", WRITING, str(log.folder)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            for _ in range(random.randint(1, 400)):
                process.stdout.readline()
            process.send_signal(signal.SIGKILL)
            rest = process.stdout.read().split()
        told.append(int(rest[-1]) if rest else 0)
        report = verify(log.folder)
        assert report.faults == [], life
        assert report.chains == 1
    # Somebody has pulled the plug in the middle of a line.
    last = max(log.folder.glob("*.jsonl"))
    with last.open("ab") as file:
        file.write(b'{"at":"2026-')
    assert (verify(log.folder).intact, verify(log.folder).torn) == (True, 1)
    log.write(1)
    report = verify(log.folder)
    assert (report.faults, report.torn) == ([], 0)
    assert report.entries > sum(told)


def test_what_follows_a_broken_chain_is_a_chain_of_its_own(log):
    log.write(5)
    path = log.folder / "00.head"
    path.write_bytes(path.read_bytes().replace(b'"closed":true', b'"closed":false'))
    log.write(5)

    assert [(fault.slot, fault.file) for fault in verify(log.folder).faults] == [(0, "00.head")]
    assert (log.folder / "01.head").exists()


@pytest.fixture
def room():
    """``room(bytes)``: no file of this process may become longer; None: as before."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (soft if size is None else size, hard))
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_fails_the_call_and_leaves_a_whole_log(log, room):
    writer = log.writer(Terms())
    writer.record(entry(1))
    [file] = log.folder.glob("*.jsonl")
    room(file.stat().st_size + 40)
    with pytest.raises(Failure) as caught:
        writer.record(entry(2))
    with pytest.raises(Failure):
        writer.tend()
    room(None)
    writer.record(entry(3))
    writer.close()

    assert caught.value.reason == "AUDIT_UNAVAILABLE"
    assert [int(each["decision_id"], 16) for each in log.entries()] == [1, 3]
    assert verify(log.folder).faults == []


def test_a_full_disk_may_be_waited_out_by_so_many_entries(log, room):
    writer = log.writer(Terms(buffer=2))
    [file] = log.folder.glob("*.jsonl")
    room(file.stat().st_size + 40)
    writer.record(entry(1))
    writer.record(entry(2))
    with pytest.raises(Failure):
        writer.record(entry(3))
    room(None)
    writer.record(entry(4))
    writer.close()

    assert [int(each["decision_id"], 16) for each in log.entries()] == [1, 2, 4]
    assert verify(log.folder).faults == []


def test_old_files_are_deleted_and_the_rest_stays_whole(log):
    now = time.time()
    clock = [now - 30 * 86_400]
    writer = Writer.open(log.folder, log.folder / "signing.key", Terms(days=7, file_bytes=1500))
    writer._clock = lambda: clock[0]
    for day in range(30):
        clock[0] = now - (29 - day) * 86_400
        writer.record(entry(day))
        writer.tend()
    writer.close()

    kept = [int(each["decision_id"], 16) for each in log.entries()]
    assert kept == list(range(kept[0], 30))
    assert 20 <= kept[0] <= 23
    assert verify(log.folder).faults == []
    min(log.folder.glob("*.jsonl")).unlink()
    assert not verify(log.folder).intact


def test_chains_that_nobody_writes_are_deleted_once_all_of_them_is_old(log):
    now = time.time()
    clock = [now - 30 * 86_400]

    log.folder.mkdir()

    def writer() -> Writer:
        signer = Signer.load(log.folder / "signing.key")
        return Writer(log.folder, signer, Terms(days=7, file_bytes=1500), clock=lambda: clock[0])

    workers = [writer() for _ in range(3)]
    for number in range(30):
        workers[number % 3].record(entry(number))
    workers[1].close()  # the third is killed
    os.close(workers[2]._claim.lock)
    clock[0] = now - 24 * 86_400
    workers[0].tend()
    assert len(log.entries()) == 30
    clock[0] = now
    workers[0].record(entry(30))
    workers[0].tend()

    assert {int(each["decision_id"], 16) % 3 for each in log.entries()} == {0}
    assert not [*log.folder.glob("01.*.jsonl"), *log.folder.glob("02.*.jsonl")]
    assert [each["retired"]["slot"] for each in log.lines() if "slot" in each.get("retired", {})] == [1, 2]
    report = verify(log.folder)
    assert (report.faults, report.chains) == ([], 3)
    again = writer()
    again.record(entry(31))
    again.close()
    workers[0].close()
    assert verify(log.folder).faults == []
    assert [path.name[:2] for path in log.folder.glob("01.*.jsonl")] == ["01"]
    (log.folder / "02.head").unlink()
    assert not verify(log.folder).intact


def test_the_key_is_made_for_its_owner_alone_and_stays(log):
    log.write(1)
    key = log.folder / "signing.key"
    before = key.read_bytes()
    log.write(1)

    assert key.stat().st_mode & 0o777 == 0o600
    assert key.read_bytes() == before
