"""What the audit log has of who asked, and of calls that nobody got an answer to."""

from __future__ import annotations

import json

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from tests.audit.conftest import Log
from tests.server.proofs import jwks, token
from tests.waiting import until

from hushgate.audit.verify import verify
from hushgate.client import Client, HushgateError

KEY = ed25519.Ed25519PrivateKey.generate()
CALL = {"tenant": "acme", "intent": "order_status", "session_id": "s-1"}
WHO = {
    "bot": {"roles": ["agent"], "tenants": ["acme"], "agent": "order-bot"},
    "logs": {"roles": ["log_writer"]},
    "ann": {"roles": ["operator"], "tenants": ["*"]},
}


@pytest.fixture(scope="module")
def guarded(start, tmp_path_factory):
    folder = tmp_path_factory.mktemp("refused")
    (folder / "jwks.json").write_text(jwks(one=(KEY, "EdDSA")))
    flags = ("--token-keys", str(folder / "jwks.json"), "--audit", str(folder / "audit"))
    with start(*flags) as server:
        yield server, Log(folder / "audit")


def ask(server, who, call, **arguments):
    """Why there is no answer; empty if there is one."""
    proof = token(KEY, sub=who, **WHO[who]) if who in WHO else None
    with Client(server.address, token=proof) as client:
        try:
            answer = getattr(client, call)(**arguments)
            _ = list(answer) if call == "review_stream" else answer
        except HushgateError as error:
            return error.reason
    return ""


def entries(log, count, **fields):
    """So many entries that have these fields, which may still be on their way."""

    def found():
        each = [entry for entry in log.entries() if fields.items() <= entry.items()]
        return each if len(each) >= count else None

    there = until(found)
    assert len(there) == count
    return there


def test_every_entry_says_who_asked_as_proven(guarded):
    server, log = guarded
    assert not ask(server, "bot", "prepare", **CALL, messages=[("user", "hello")])
    assert not ask(server, "bot", "review", **CALL, text="On its way.")
    assert not ask(server, "bot", "review_stream", **CALL, texts=["On its ", "way."])
    assert not ask(server, "bot", "end_session", tenant="acme", session_id="s-1")
    assert not ask(server, "logs", "redact", items=["hello"])

    found = [each for each in log.entries() if each.get("stage") != "refused"]
    assert {each["rpc"] for each in found} == {"Prepare", "Review", "ReviewStream", "EndSession", "Redact"}
    assert {each["actor"] for each in found if each["rpc"] != "Redact"} == {"bot"}
    assert {each["actor"] for each in found if each["rpc"] == "Redact"} == {"logs"}


def test_a_refused_call_has_an_entry_without_a_value(guarded):
    server, log = guarded
    assert ask(server, "stranger", "review", **CALL, text="Hi 212-555-0188") == "UNAUTHENTICATED"
    assert ask(server, "logs", "review", **CALL, text="Hi") == "ROLE_REQUIRED"
    assert ask(server, "bot", "review", **{**CALL, "tenant": "Dana"}, text="Hi") == "TENANT_UNKNOWN"
    assert ask(server, "bot", "review", **{**CALL, "intent": "Dana"}, text="Hi") == "INTENT_UNKNOWN"
    assert ask(server, "bot", "prepare", **CALL, policy="Dana") == "POLICY_UNKNOWN"
    assert not ask(server, "ann", "suspend_agent", agent_id="order-bot", reason="test")
    assert ask(server, "bot", "review_stream", **CALL, texts=["Hi."]) == "AGENT_NOT_ALLOWED"
    assert not ask(server, "ann", "resume_agent", agent_id="order-bot", reason="test")

    [stranger] = entries(log, 1, stage="refused", reasons={"UNAUTHENTICATED": 1})
    assert stranger.keys() == {"at", "decision_id", "digest", "reasons", "rpc", "sequence", "stage"}
    [role] = entries(log, 1, stage="refused", reasons={"ROLE_REQUIRED": 1})
    assert (role["rpc"], role["actor"], "tenant" in role) == ("Review", "logs", False)
    [foreign] = entries(log, 1, stage="refused", reasons={"TENANT_UNKNOWN": 1})
    assert (foreign["actor"], "tenant" in foreign) == ("bot", False)
    for reason, rpc in (("INTENT_UNKNOWN", "Review"), ("POLICY_UNKNOWN", "Prepare")):
        [entry] = entries(log, 1, stage="refused", reasons={reason: 1})
        assert (entry["rpc"], entry["tenant"], entry["actor"]) == (rpc, "acme", "bot")
        assert entry["agent"].startswith("#")  # the policy has no register
    [stopped] = entries(log, 1, stage="refused", reasons={"AGENT_NOT_ALLOWED": 1})
    assert stopped["rpc"] == "ReviewStream"
    assert "Dana" not in json.dumps(log.lines())
    assert not any("0188" in file.read_text() for file in log.folder.glob("*.jsonl"))


def test_bytes_that_are_no_request_are_a_refused_call(guarded):
    server, log = guarded
    proof = token(KEY, sub="bot", **WHO["bot"])
    with grpc.insecure_channel(server.address) as channel:
        call = channel.unary_unary("/hushgate.v1.GuardService/Review")
        with pytest.raises(grpc.RpcError):
            call(b"\xff\xff", metadata=[("authorization", f"Bearer {proof}")])

    assert entries(log, 1, stage="refused", reasons={"FIELD_INVALID": 1})[0]["actor"] == "bot"
    assert verify(log.folder).faults == []
