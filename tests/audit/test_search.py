"""Entries found again: by any field, page by page, and written for other systems."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests.audit.conftest import entry

from hushgate.audit.export import ocsf, otlp
from hushgate.audit.index import Index, Question
from hushgate.audit.writer import Terms
from hushgate.client import Client
from hushgate.failure import Failure


def found(log, **values: str) -> list[int]:
    """The numbers of the entries that have these values, newest first."""
    index = Index(log.folder)
    index.update()
    page = index.search(Question({name: [value] for name, value in values.items()}))
    index.close()
    return [int(each["decision_id"], 16) for each in page.entries]


@pytest.fixture
def filled(log):
    writer = log.writer()
    for number in range(20):
        writer.record(
            entry(
                number,
                session=f"{number % 4:016x}",
                verdict="BLOCKED" if number % 5 == 0 else "PASSED",
                reasons={"SECRET": 1} if number == 7 else {},
                entities={"PERSON": {"keep": 1}, "EMAIL_ADDRESS": {"mask": 2}} if number % 2 else {},
                fields={"drop": {"customer.ssn": 1}} if number == 3 else {},
            )
        )
    writer.close()
    return log


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        ({"decision_id": f"{9:032x}"}, [9]),
        ({"session": f"{1:016x}"}, [17, 13, 9, 5, 1]),
        ({"verdict": "BLOCKED"}, [15, 10, 5, 0]),
        ({"verdict": "BLOCKED", "session": f"{1:016x}"}, [5]),
        ({"reasons": "SECRET"}, [7]),
        ({"entities": "PERSON", "verdict": "BLOCKED"}, [15, 5]),
        ({"entities": "EMAIL"}, []),
        ({"fields": "customer.ssn"}, [3]),
        ({"tenant": "globex"}, []),
    ],
)
def test_entries_are_found_by_any_field(filled, values, numbers):
    assert found(filled, **values) == numbers


def test_pages_follow_one_another(filled):
    index = Index(filled.folder)
    index.update()
    seen, token = [], ""
    while True:
        page = index.search(Question(), page_size=7, token=token)
        seen += [int(each["decision_id"], 16) for each in page.entries]
        token = page.next_token
        if not token:
            break
    with pytest.raises(Failure) as caught:
        index.search(Question(), token="no token")
    index.close()

    assert seen == list(range(19, -1, -1))
    assert caught.value.field == "page_token"


def test_entries_are_found_by_their_time(filled):
    times = [each["at"] for each in filled.entries()]
    index = Index(filled.folder)
    index.update()
    page = index.search(Question(since=times[5], until=times[8]))
    index.close()

    assert [int(each["decision_id"], 16) for each in page.entries] == [7, 6, 5]


def test_the_index_takes_up_what_is_written_and_can_be_made_anew(filled):
    assert len(found(filled)) == 20
    filled.write(1, Terms())
    assert len(found(filled)) == 21
    index = Index(filled.folder)
    assert index.rebuild() == 21
    index.close()


def test_an_unknown_field_is_refused(filled):
    with pytest.raises(Failure):
        found(filled, colour="red")


def test_an_entry_becomes_an_opentelemetry_record(filled):
    said = filled.entries()[7]

    [resource] = json.loads(otlp(said))["resourceLogs"]
    [record] = resource["scopeLogs"][0]["logRecords"]
    attributes = {each["key"]: each["value"] for each in record["attributes"]}
    assert record["body"] == {"stringValue": "Prepare"}
    assert len(record["timeUnixNano"]) == 19
    assert attributes["hushgate.decision_id"] == {"stringValue": said["decision_id"]}
    assert attributes["hushgate.reasons"] == {
        "kvlistValue": {"values": [{"key": "SECRET", "value": {"intValue": "1"}}]}
    }


def test_an_entry_becomes_an_ocsf_event(filled):
    said = filled.entries()[7]

    event = json.loads(ocsf(said))
    required = {"activity_id", "actor", "api", "category_uid", "class_uid", "metadata", "severity_id"}
    assert required | {"src_endpoint", "time", "type_uid"} <= event.keys()
    assert (event["class_uid"], event["type_uid"]) == (6003, 600399)
    assert event["metadata"]["version"] == "1.6.0"
    assert event["metadata"]["uid"] == said["decision_id"]
    assert json.loads(ocsf(said | {"rpc": "EraseSubject"}))["type_uid"] == 600304


def test_the_command_line_verifies_searches_and_exports(filled, tmp_path):
    def hushgate(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hushgate", "audit", *arguments, "--audit", str(filled.folder)]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert hushgate("verify").stdout.startswith("intact: 20 entries in 1 chain,")
    blocked = hushgate("search", "--where", "verdict=BLOCKED", "--limit", "2").stdout.splitlines()
    assert [int(json.loads(line)["decision_id"], 16) for line in blocked] == [15, 10]
    at = json.loads(hushgate("search", "--limit", "1").stdout)["at"]
    since = hushgate("search", "--since", at[:19].replace("T", " ") + "Z", "--where", "verdict=BLOCKED")
    assert [json.loads(line)["at"] >= at[:19] for line in since.stdout.splitlines()] != []
    for wrong in ("yesterday", "2026-13", "2026-11-21T9"):
        done = hushgate("search", "--since", wrong)
        assert (done.returncode, "since must be a time" in done.stderr, wrong in done.stderr) == (
            2,
            True,
            False,
        )
    assert len(hushgate("export", "--format", "ocsf").stdout.splitlines()) == 20
    assert hushgate("index").stdout == "20 entries\n"
    public = tmp_path / "key.pub"
    public.write_text(hushgate("key").stdout)
    assert hushgate("verify", "--public-key", str(public)).returncode == 0
    last = max(filled.folder.glob("*.jsonl"))
    last.write_text(last.read_text().replace("PASSED", "MASSED"))
    edited = hushgate("verify")
    assert edited.returncode == 1
    assert f"{last.name}, line " in edited.stdout


def test_a_server_answers_what_it_has_decided(serve, tmp_path):
    policy = ("--policy", "tests/cases/policy.yaml", "--no-names")
    names = {"tenant": "acme", "session_id": "s-1", "intent": "order_status"}
    with (
        serve(*policy, "--audit", str(tmp_path / "audit"), "--workers", "2") as address,
        Client(address) as client,
    ):
        prepared = client.prepare(**names, agent_id="bot", messages=[("user", "write to dana@example.com")])
        passed = client.review(**names, text="Hello")
        redacted = client.redact(["call 212-555-0188"])
        by_session = client.search_audit(tenant="acme", session_id="s-1", page_size=1)
        rest = client.search_audit(
            tenant="acme", session_id="s-1", page_size=1, page_token=by_session.next_page_token
        )
        by_agent = client.search_audit(agent_id="bot")
        by_verdict = client.search_audit(where={"verdict": "PASSED"})
        by_id = client.search_audit(decision_id=redacted.decision_id)
        verified = client.verify_audit()

    assert [each.decision_id for each in by_session.entries] == [passed.decision_id]
    assert [each.decision_id for each in rest.entries] == [prepared.decision_id]
    assert [each.rpc for each in by_agent.entries] == ["Prepare"]
    assert by_agent.entries[0].entity_counts == {"EMAIL_ADDRESS": 1}
    assert json.loads(by_agent.entries[0].json)["policy_version"] == prepared.policy_version
    assert [each.rpc for each in by_verdict.entries] == ["Review"]
    assert [each.rpc for each in by_id.entries] == ["Redact"]
    assert (verified.intact, verified.entries, list(verified.faults)) == (True, 3, [])
