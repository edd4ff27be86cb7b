"""What a caller learns of a call that failed."""

import grpc
import pytest
from google.rpc.status_pb2 import Status

from hushgate.caller.errors import error_of
from hushgate.client import Broken, HushgateError, OutOfTime, Refused, Unavailable
from hushgate.failure import Failure, Reason
from hushgate.server.status import status

KINDS = {
    Reason.OVERLOADED: Unavailable,
    Reason.STORE_UNAVAILABLE: Unavailable,
    Reason.DETECTION_TIMEOUT: OutOfTime,
    Reason.DEADLINE_TOO_SHORT: OutOfTime,
    Reason.INTERNAL: Broken,
}


@pytest.mark.parametrize("reason", Reason)
def test_what_the_server_says_arrives_whole(reason):
    sent = status(Failure(reason, "a sentence", field="messages[0].text", limit=7))

    error = error_of(sent.code, sent.trailing_metadata)

    assert type(error) is KINDS.get(reason, Refused)
    assert (str(error), error.reason, error.field, error.limit) == (
        "a sentence",
        reason,
        "messages[0].text",
        7,
    )


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.UNAVAILABLE, Unavailable),
        (grpc.StatusCode.CANCELLED, Unavailable),
        (grpc.StatusCode.DEADLINE_EXCEEDED, OutOfTime),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, Refused),
        (grpc.StatusCode.UNIMPLEMENTED, Refused),
        (grpc.StatusCode.UNKNOWN, Broken),
        (None, Broken),
    ],
)
@pytest.mark.parametrize(
    "trailers",
    [
        None,
        (),
        (("grpc-status-details-bin", b"\xff no status"),),
        (("grpc-status-details-bin", Status(code=3, message="quotes 4111 1111").SerializeToString()),),
    ],
)
def test_what_something_else_says_is_not_repeated(code, kind, trailers):
    error = error_of(code, trailers)

    assert type(error) is kind
    assert isinstance(error, HushgateError)
    assert (error.reason, error.field, error.limit) == ("", "", None)
    assert "4111" not in str(error)
