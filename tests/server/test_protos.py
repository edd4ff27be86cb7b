"""The protos, the code generated from them, and the failures that they speak of."""

import subprocess
import sys
from pathlib import Path

import pytest
from grpc import StatusCode

from hushgate.failure import Reason
from hushgate.finding import Action
from hushgate.server.status import CODES
from hushgate.v1 import finding_pb2
from hushgate.v1.error_reason_pb2 import ErrorReason

ROOT = Path(__file__).parents[2]


def test_every_reason_stands_in_the_proto_and_no_other():
    declared = [name for name in ErrorReason.keys() if name != "ERROR_REASON_UNSPECIFIED"]  # noqa: SIM118

    assert [f"ERROR_REASON_{reason.name}" for reason in Reason] == declared


def test_every_reason_documents_a_sample_and_the_code_that_it_is_sent_with():
    text = (ROOT / "protos/hushgate/v1/error_reason.proto").read_text()
    comments = {}
    for block in text.split(";"):
        *comment, declaration = block.strip().splitlines()
        comments[declaration.split()[0]] = "\n".join(comment)

    for reason in Reason:
        comment = comments[f"ERROR_REASON_{reason.name}"]
        assert f'"reason": "ERROR_REASON_{reason.name}"' in comment
        assert f"{CODES[reason].name}." in comment


def test_every_reason_has_a_code_that_is_no_success():
    assert set(CODES) == set(Reason)
    assert StatusCode.OK not in CODES.values()


def test_every_action_stands_in_the_proto_and_no_other():
    declared = [name for name in finding_pb2.Action.keys() if name != "ACTION_UNSPECIFIED"]  # noqa: SIM118

    assert sorted(f"ACTION_{action.name}" for action in Action) == sorted(declared)


def test_the_generated_code_is_what_the_protos_say():
    subprocess.run([sys.executable, ROOT / "protos/generate.py", "--check"], check=True, capture_output=True)


def test_the_protos_are_linted_without_a_network():
    buf = Path(sys.executable).with_name("buf")
    if not buf.exists():
        pytest.skip("buf is not installed beside this Python")

    done = subprocess.run([buf, "lint"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")
