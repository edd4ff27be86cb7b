"""How the audit log looks on the wire: what is searched for, and what an entry says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hushgate.audit.entry import written_time
from hushgate.audit.index import Index, Question
from hushgate.audit.verify import verify
from hushgate.failure import Failure, Reason
from hushgate.server.wire import VERDICTS
from hushgate.v1.admin_service_pb2 import AuditEntry, SearchAuditResponse, VerifyAuditResponse
from hushgate.v1.verdict_pb2 import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hushgate.audit.trail import Trail
    from hushgate.v1.admin_service_pb2 import SearchAuditRequest

PAGE = 100
MOST = 1000
"""Entries of one answer, if not said, and at the most."""


def question(request: SearchAuditRequest, trail: Trail) -> Question:
    """What is asked, in the log's words. Names that callers have made up stand there as keyed hashes."""
    values = {name: [value] for name, value in request.where.items()}
    for name in ("tenant", "decision_id"):
        if getattr(request, name):
            values[name] = [getattr(request, name)]
    if request.agent_id:
        values["agent"] = [request.agent_id, trail.agent_mark(request.agent_id)]
    if request.session_id:
        living = trail.session_mark(request.tenant, request.session_id) if request.tenant else ""
        values["session"] = [request.session_id, *([living] if living else [])]
    times = [
        written_time(getattr(request, name).ToMicroseconds() / 1e6) if request.HasField(name) else ""
        for name in ("since", "until")
    ]
    return Question(values, *times)


def searched(folder: Path | None, asked: Question, request: SearchAuditRequest) -> SearchAuditResponse:
    """One page. Fails with FIELD_INVALID or AUDIT_UNAVAILABLE."""
    index = Index(_there(folder))
    try:
        index.update()
        size = min(request.page_size or PAGE, MOST)
        page = index.search(asked, page_size=size, token=request.page_token)
    finally:
        index.close()
    return SearchAuditResponse(entries=map(_entry, page.entries), next_page_token=page.next_token)


def verified(folder: Path | None) -> VerifyAuditResponse:
    """Whether the log is whole. Fails with AUDIT_UNAVAILABLE."""
    report = verify(_there(folder))
    lines = [fault.sequence for fault in report.faults if fault.sequence]
    return VerifyAuditResponse(
        intact=report.intact,
        entries=report.entries,
        first_broken=min(lines, default=0),
        faults=map(str, report.faults),
        unsigned_lines=report.unsigned,
    )


def _there(folder: Path | None) -> Path:
    if folder is None:
        raise Failure(Reason.AUDIT_UNAVAILABLE, "this server has no audit log", field="audit")
    return folder


def _entry(said: Mapping[str, Any]) -> AuditEntry:
    entry = AuditEntry(
        sequence=said["sequence"],
        decision_id=said["decision_id"],
        rpc=said["rpc"],
        tenant=said.get("tenant", ""),
        session_id=said.get("session", ""),
        agent_id=said.get("agent", ""),
        intent=said.get("intent", ""),
        request_id=said.get("request", ""),
        policy_version=said.get("policy_version", ""),
        verdict=VERDICTS[said["verdict"]] if said.get("verdict") else Verdict.VERDICT_UNSPECIFIED,
        reason_codes=sorted(said.get("reasons", {})),
        entity_counts={name: sum(counts.values()) for name, counts in said.get("entities", {}).items()},
        digest=said["digest"],
        chain=said["chain"],
        json=json.dumps({name: value for name, value in said.items() if name != "chain"}),
    )
    entry.decided_at.FromJsonString(said["at"])
    return entry
