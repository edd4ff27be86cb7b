"""What a caller learns when there is no answer: the text that it sent is unsafe then, and in none of these.

HushgateError
├─ Refused      the request cannot be decided as it stands: change it
├─ Unavailable  the server was not there, or had no room: ask again later
├─ OutOfTime    the deadline passed before there was an answer
└─ Broken       the server failed, or something else answered in its place
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
from google.protobuf.message import DecodeError

if TYPE_CHECKING:
    from collections.abc import Iterable


class HushgateError(Exception):
    """No decision was made."""

    def __init__(self, sentence: str, *, reason: str = "", field: str = "", limit: int | None = None) -> None:
        """``reason``: a name of ``hushgate.failure.Reason``, or empty if none was given."""
        super().__init__(sentence)
        self.reason = reason
        self.field = field
        """The path of the field of the request that is at fault, or empty."""
        self.limit = limit
        """The number that was exceeded, if one was."""


class Refused(HushgateError):  # noqa: N818 - reads as what happened, like all of these
    """The request cannot be decided as it stands."""


class Unavailable(HushgateError):  # noqa: N818
    """The server was not there, or had no room."""


class OutOfTime(HushgateError):  # noqa: N818
    """The deadline passed."""


class Broken(HushgateError):  # noqa: N818
    """The server failed."""


_BY_REASON = {
    "OVERLOADED": Unavailable,
    "STORE_UNAVAILABLE": Unavailable,
    "DETECTION_TIMEOUT": OutOfTime,
    "DEADLINE_TOO_SHORT": OutOfTime,
    "INTERNAL": Broken,
}
_BY_CODE = {
    grpc.StatusCode.UNAVAILABLE: (Unavailable, "the server cannot be reached"),
    grpc.StatusCode.CANCELLED: (Unavailable, "the server ended the call"),
    grpc.StatusCode.DEADLINE_EXCEEDED: (OutOfTime, "there was no answer within the deadline"),
    grpc.StatusCode.RESOURCE_EXHAUSTED: (Refused, "the request is too large, or too many calls are open"),
    grpc.StatusCode.INVALID_ARGUMENT: (Refused, "the server refused the request"),
    grpc.StatusCode.UNIMPLEMENTED: (Refused, "the server does not know this call"),
    grpc.StatusCode.UNAUTHENTICATED: (Refused, "the server does not know the caller"),
    grpc.StatusCode.PERMISSION_DENIED: (Refused, "the server does not let the caller do this"),
}


def error_of(code: grpc.StatusCode | None, trailers: Iterable[tuple[str, Any]] | None) -> HushgateError:
    """The error for a call that ended with this code and these trailing metadata.

    The status's own text is not taken over, since anything between here and hushgate may have written it.
    """
    told = _told(trailers or ())
    if told is not None:
        kind = _BY_REASON.get(told.reason, Refused)
        return kind(told.sentence, reason=told.reason, field=told.field, limit=told.limit)
    kind, sentence = (
        _BY_CODE.get(code, (Broken, "the server failed")) if code else (Broken, "the call failed")
    )
    return kind(f"{sentence} ({code.name if code else 'no status'})")


@dataclass(frozen=True, slots=True)
class _Told:
    """What hushgate itself said of a failure."""

    sentence: str
    reason: str
    field: str
    limit: int | None


def _told(trailers: Iterable[tuple[str, Any]]) -> _Told | None:
    """What the google.rpc.Status in the trailers says, if it is hushgate's."""
    data = next((value for key, value in trailers if key == "grpc-status-details-bin"), b"")
    try:
        status = _Status.FromString(data)
        infos = [
            _ErrorInfo.FromString(d.value)
            for d in status.details
            if d.type_url.endswith("/google.rpc.ErrorInfo")
        ]
    except DecodeError:  # then it is not hushgate's
        return None
    for info in infos:
        if info.domain == "hushgate":
            metadata = {pair.key: pair.value for pair in info.metadata}
            limit = metadata.get("limit", "")
            return _Told(
                sentence=status.message,
                reason=info.reason.removeprefix("ERROR_REASON_"),
                field=metadata.get("field", ""),
                limit=int(limit) if limit.isdecimal() else None,
            )
    return None


# google.rpc.Status and ErrorInfo as they are on the wire (googleapis: google/rpc/status.proto and
# error_details.proto), in a pool of their own: the package that has them is no dependency of the client,
# and must not clash with this.
_FILE = """
name: "status.proto" package: "rpc" syntax: "proto3"
message_type { name: "Any"
  field { name: "type_url" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "value" number: 2 type: TYPE_BYTES label: LABEL_OPTIONAL } }
message_type { name: "Status"
  field { name: "message" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "details" number: 3 type: TYPE_MESSAGE type_name: ".rpc.Any" label: LABEL_REPEATED } }
message_type { name: "Pair"
  field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "value" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL } }
message_type { name: "ErrorInfo"
  field { name: "reason" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "domain" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "metadata" number: 3 type: TYPE_MESSAGE type_name: ".rpc.Pair" label: LABEL_REPEATED } }
"""
_POOL = descriptor_pool.DescriptorPool()
_POOL.Add(text_format.Parse(_FILE, descriptor_pb2.FileDescriptorProto()))
_Status: Any = message_factory.GetMessageClass(_POOL.FindMessageTypeByName("rpc.Status"))
_ErrorInfo: Any = message_factory.GetMessageClass(_POOL.FindMessageTypeByName("rpc.ErrorInfo"))
