"""How a failure looks on the wire: a gRPC code, and details with an ErrorReason and the field at fault.

The details follow https://google.aip.dev/193. None of them holds a value of the request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from google.protobuf.duration_pb2 import Duration
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc import StatusCode
from grpc_status import rpc_status

from hushgate.failure import Failure, Reason
from hushgate.v1.error_reason_pb2 import ErrorReason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import grpc
    from google.protobuf.message import Message

DOMAIN = "hushgate"

CODES: Mapping[Reason, StatusCode] = {
    Reason.FIELD_REQUIRED: StatusCode.INVALID_ARGUMENT,
    Reason.FIELD_INVALID: StatusCode.INVALID_ARGUMENT,
    Reason.JSON_INVALID: StatusCode.INVALID_ARGUMENT,
    Reason.JSON_TOO_DEEP: StatusCode.INVALID_ARGUMENT,
    Reason.TEXT_TOO_LONG: StatusCode.INVALID_ARGUMENT,
    Reason.TOO_MANY_ITEMS: StatusCode.INVALID_ARGUMENT,
    Reason.TENANT_UNKNOWN: StatusCode.PERMISSION_DENIED,
    Reason.POLICY_UNKNOWN: StatusCode.FAILED_PRECONDITION,
    Reason.POLICY_INVALID: StatusCode.FAILED_PRECONDITION,
    Reason.INTENT_UNKNOWN: StatusCode.INVALID_ARGUMENT,
    Reason.AGENT_NOT_ALLOWED: StatusCode.PERMISSION_DENIED,
    Reason.DESTINATION_UNKNOWN: StatusCode.INVALID_ARGUMENT,
    Reason.LANGUAGE_UNSUPPORTED: StatusCode.INVALID_ARGUMENT,
    Reason.SESSION_LIMIT: StatusCode.RESOURCE_EXHAUSTED,
    Reason.STREAM_OUT_OF_ORDER: StatusCode.INVALID_ARGUMENT,
    Reason.DETECTION_TIMEOUT: StatusCode.DEADLINE_EXCEEDED,
    Reason.DEADLINE_TOO_SHORT: StatusCode.DEADLINE_EXCEEDED,
    Reason.OVERLOADED: StatusCode.RESOURCE_EXHAUSTED,
    Reason.STORE_UNAVAILABLE: StatusCode.UNAVAILABLE,
    Reason.INTERNAL: StatusCode.INTERNAL,
    Reason.REQUEST_ID_REUSED: StatusCode.INVALID_ARGUMENT,
    Reason.TOKEN_UNKNOWN: StatusCode.NOT_FOUND,
    Reason.ROLE_REQUIRED: StatusCode.PERMISSION_DENIED,
    Reason.AUDIT_UNAVAILABLE: StatusCode.UNAVAILABLE,
    Reason.UNAUTHENTICATED: StatusCode.UNAUTHENTICATED,
    Reason.REVIEW_UNKNOWN: StatusCode.NOT_FOUND,
    Reason.REVIEW_CLOSED: StatusCode.FAILED_PRECONDITION,
    Reason.BUDGET_EXHAUSTED: StatusCode.RESOURCE_EXHAUSTED,
}

RETRY_AFTER_MS: Mapping[Reason, int] = {
    Reason.OVERLOADED: 100,
    Reason.STORE_UNAVAILABLE: 500,
    Reason.AUDIT_UNAVAILABLE: 500,
}
"""For what passes by itself: after how many milliseconds asking again makes sense."""

INTERNAL = Failure(Reason.INTERNAL, "hushgate failed; nothing was decided; the server's log says where")
"""All that a caller learns of an unexpected exception, whose own text may hold values."""


def status(failure: Failure) -> grpc.Status:
    """The status that a call ends with, for ``context.abort_with_status``."""
    message = Status(code=CODES[failure.reason].value[0], message=failure.sentence)
    for detail in _details(failure):
        message.details.add().Pack(detail)
    answer: grpc.Status = rpc_status.to_status(message)
    return answer


def _details(failure: Failure) -> Iterator[Message]:
    metadata = {}
    if failure.field:
        metadata["field"] = failure.field
    if failure.limit is not None:
        metadata["limit"] = str(failure.limit)
    reason = ErrorReason.Name(ErrorReason.Value(f"ERROR_REASON_{failure.reason.name}"))
    yield ErrorInfo(reason=reason, domain=DOMAIN, metadata=metadata)
    if failure.field and CODES[failure.reason] is StatusCode.INVALID_ARGUMENT:
        violation = BadRequest.FieldViolation(
            field=failure.field, description=failure.sentence, reason=failure.reason.name
        )
        yield BadRequest(field_violations=[violation])
    if delay := RETRY_AFTER_MS.get(failure.reason):
        yield RetryInfo(retry_delay=Duration(nanos=delay * 1_000_000))
