"""How entries look to other systems: OpenTelemetry log records and OCSF events, both as JSON lines.

OTLP: the JSON of https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/, one LogsData a line.
OCSF: class API Activity (6003) of schema 1.6.0, https://schema.ocsf.io/1.6.0/classes/api_activity.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hushgate.audit.entry import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

OCSF_VERSION = "1.6.0"
_PRODUCT = {"name": "hushgate", "vendor_name": "hushgate"}
_OTHER = 99
_ACTIVITIES = {"EndSession": 4, "EraseSubject": 4, "RevealToken": 2} | dict.fromkeys(
    (
        "SuspendAgent",
        "ResumeAgent",
        "ActivatePolicy",
        "RollbackPolicy",
        "ShadowPolicy",
        "StopShadow",
        "DecideReview",
    ),
    3,
)
"""By call: 2 is read, 3 update, 4 delete. What is decided is neither."""
_STATUS = ({"status": "Success", "status_id": 1}, {"status": "Failure", "status_id": 2})
_ACTIVITY_NAMES = {2: "Read", 3: "Update", 4: "Delete", _OTHER: "Decide"}


def otlp(entry: Mapping[str, Any]) -> str:
    """One line of OTLP JSON: the entry as a log record."""
    attributes = [
        {"key": f"hushgate.{name}", "value": _value(value)}
        for name, value in sorted(entry.items())
        if name not in {"at", "rpc"}
    ]
    record = {
        "timeUnixNano": str(_microseconds(entry["at"]) * 1000),
        "severityNumber": 9,
        "severityText": "INFO",
        "eventName": "hushgate.audit",
        "body": {"stringValue": entry["rpc"]},
        "attributes": [{"key": "rpc.method", "value": {"stringValue": entry["rpc"]}}, *attributes],
    }
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "hushgate"}}]}
    logs = [{"scope": {"name": "hushgate.audit"}, "logRecords": [record]}]
    return json.dumps({"resourceLogs": [{"resource": resource, "scopeLogs": logs}]})


def ocsf(entry: Mapping[str, Any]) -> str:
    """One line of OCSF JSON: the entry as an event of the class API Activity."""
    activity = _ACTIVITIES.get(entry["rpc"], _OTHER)
    who = entry.get("actor") or entry.get("agent") or "unknown"
    event: dict[str, Any] = {
        "activity_id": activity,
        "activity_name": _ACTIVITY_NAMES[activity],
        "actor": {"user": {"name": entry["actor"]}} if entry.get("actor") else {"app_name": who},
        "api": {"operation": entry["rpc"], "service": {"name": "hushgate.v1"}},
        "category_name": "Application Activity",
        "category_uid": 6,
        "class_name": "API Activity",
        "class_uid": 6003,
        "metadata": {
            "log_name": "audit",
            "product": _PRODUCT,
            "profiles": [],
            "sequence": entry["sequence"],
            "tenant_uid": entry.get("tenant", ""),
            "uid": entry["decision_id"],
            "version": OCSF_VERSION,
        },
        "severity": "Informational",
        "severity_id": 1,
        "src_endpoint": {"name": who},
        **_STATUS[entry.get("stage") == Stage.REFUSED],
        "time": _microseconds(entry["at"]) // 1000,
        "type_name": f"API Activity: {_ACTIVITY_NAMES[activity]}",
        "type_uid": 6003 * 100 + activity,
    }
    if "microseconds" in entry:
        event["duration"] = entry["microseconds"] // 1000
    if entry.get("stage") == Stage.REFUSED:
        event["status_code"] = next(iter(entry["reasons"]))
    if entry.get("because"):
        event["status_detail"] = entry["because"]
    mapped = {"actor", "at", "because", "decision_id", "microseconds", "rpc", "sequence", "tenant"}
    event["unmapped"] = {name: value for name, value in entry.items() if name not in mapped}
    return json.dumps(event)


def _microseconds(at: str) -> int:
    """Since the epoch."""
    since = datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC) - datetime(
        1970, 1, 1, tzinfo=UTC
    )
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _value(value: object) -> dict[str, Any]:
    """An AnyValue of OTLP; 64-bit integers are written as strings."""
    match value:
        case bool():
            return {"boolValue": value}
        case int():
            return {"intValue": str(value)}
        case dict():
            return {
                "kvlistValue": {"values": [{"key": k, "value": _value(v)} for k, v in sorted(value.items())]}
            }
        case _:
            return {"stringValue": str(value)}
