"""Bad input over the wire: which reason, which field, and never the value."""

import grpc
import pytest
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from grpc_status import rpc_status

from hushgate.v1 import guard_service_pb2_grpc as guard_grpc
from hushgate.v1 import redaction_service_pb2_grpc as redaction_grpc
from hushgate.v1.guard_service_pb2 import (
    EndSessionRequest,
    Message,
    PrepareRequest,
    Record,
    ReviewRequest,
    ReviewStart,
    ReviewStreamRequest,
)
from hushgate.v1.redaction_service_pb2 import RedactItem, RedactRequest

CARD = "4111 1111 1111 1111"
NAMES = {"tenant": "acme", "session_id": "errors", "intent": "order_status"}
TO_CUSTOMER = NAMES | {"destination": "customer"}
START = ReviewStreamRequest(start=ReviewStart(**TO_CUSTOMER))
PIECE = ReviewStreamRequest(text=CARD)


def record(json: str) -> PrepareRequest:
    return PrepareRequest(**NAMES, records=[Record(source="crm", subject_id="c-1", json=json)])


def deep(levels: int) -> str:
    return '{"a":' * levels + f'"{CARD}"' + "}" * levels


CASES = {
    "no tenant": (PrepareRequest(**NAMES | {"tenant": ""}), "FIELD_REQUIRED", "tenant"),
    "a blank session id": (PrepareRequest(**NAMES | {"session_id": " "}), "FIELD_REQUIRED", "session_id"),
    "no intent": (PrepareRequest(**NAMES | {"intent": ""}), "FIELD_REQUIRED", "intent"),
    "an unknown tenant": (PrepareRequest(**NAMES | {"tenant": CARD}), "TENANT_UNKNOWN", "tenant"),
    "an unknown intent": (PrepareRequest(**NAMES | {"intent": CARD}), "INTENT_UNKNOWN", "intent"),
    "an unknown policy": (PrepareRequest(**NAMES, policy=CARD), "POLICY_UNKNOWN", "policy"),
    "a name of great length": (PrepareRequest(**NAMES, request_id=CARD * 20), "FIELD_INVALID", "request_id"),
    "JSON cut short": (record('{"card": "' + CARD), "JSON_INVALID", "records[0].json"),
    "JSON that is no object": (record(f'["{CARD}"]'), "JSON_INVALID", "records[0].json"),
    "JSON with a key twice": (record(f'{{"{CARD}": 1, "{CARD}": 2}}'), "JSON_INVALID", "records[0].json"),
    "JSON with no number": (record(f'{{"{CARD}": NaN}}'), "JSON_INVALID", "records[0].json"),
    "an empty record": (record(""), "JSON_INVALID", "records[0].json"),
    "JSON of great depth": (record(deep(100)), "JSON_TOO_DEEP", "records[0].json"),
    "JSON of enormous depth": (record(deep(50_000)), "JSON_TOO_DEEP", "records[0].json"),
    "a long message": (
        PrepareRequest(**NAMES, messages=[Message(), Message(text=CARD * 60_000)]),
        "TEXT_TOO_LONG",
        "messages[1].text",
    ),
    "many messages": (
        PrepareRequest(**NAMES, messages=[Message(text=CARD)] * 201),
        "TOO_MANY_ITEMS",
        "messages",
    ),
    "a request of great length": (
        PrepareRequest(**NAMES, messages=[Message(text=CARD * 50_000)] * 5),
        "TEXT_TOO_LONG",
        "request",
    ),
    "an unknown destination": (
        ReviewRequest(**NAMES, destination=CARD, text=CARD),
        "DESTINATION_UNKNOWN",
        "destination",
    ),
    "no destination": (ReviewRequest(**NAMES, text=CARD), "FIELD_REQUIRED", "destination"),
    "no draft": (ReviewRequest(**TO_CUSTOMER), "FIELD_REQUIRED", "content"),
    "arguments that are no JSON": (
        ReviewRequest(**TO_CUSTOMER, arguments_json=CARD),
        "JSON_INVALID",
        "arguments_json",
    ),
    "a session of nobody to end": (EndSessionRequest(tenant="acme"), "FIELD_REQUIRED", "session_id"),
    "an empty stream": ([], "STREAM_OUT_OF_ORDER", "start"),
    "a stream without a start": ([PIECE], "STREAM_OUT_OF_ORDER", "start"),
    "a stream with two starts": ([START, PIECE, START], "STREAM_OUT_OF_ORDER", "start"),
    "a stream with an empty part": ([START, PIECE, ReviewStreamRequest()], "FIELD_REQUIRED", "part"),
    "a stream of great length": (
        [START, *[ReviewStreamRequest(text=CARD * 30_000)] * 2],
        "TEXT_TOO_LONG",
        "text",
    ),
    "an item without content": (
        RedactRequest(items=[RedactItem(text=CARD), RedactItem(id=CARD)]),
        "FIELD_REQUIRED",
        "items[1]",
    ),
    "an item of broken JSON": (
        RedactRequest(items=[RedactItem(json="{}"), RedactItem(text=CARD), RedactItem(json=f"{{{CARD}")]),
        "JSON_INVALID",
        "items[2].json",
    ),
    "an item of deep JSON": (
        RedactRequest(items=[RedactItem(json=deep(100))]),
        "JSON_TOO_DEEP",
        "items[0].json",
    ),
    "an item of great length": (
        RedactRequest(items=[RedactItem(text=CARD * 60_000)]),
        "TEXT_TOO_LONG",
        "items[0].text",
    ),
    "many items": (RedactRequest(items=[RedactItem(text=CARD)] * 1001), "TOO_MANY_ITEMS", "items"),
    "items under an unknown policy": (RedactRequest(policy=CARD), "POLICY_UNKNOWN", "policy"),
}


@pytest.fixture(scope="module")
def channel(server):
    with grpc.insecure_channel(server.address) as connected:
        yield connected


def send(channel: grpc.Channel, request) -> grpc.RpcError:
    guard = guard_grpc.GuardServiceStub(channel)
    calls = {
        PrepareRequest: guard.Prepare,
        ReviewRequest: guard.Review,
        EndSessionRequest: guard.EndSession,
        RedactRequest: redaction_grpc.RedactionServiceStub(channel).Redact,
        list: lambda parts: list(guard.ReviewStream(iter(parts))),
    }
    with pytest.raises(grpc.RpcError) as failed:
        calls[type(request)](request)
    return failed.value


def details(error: grpc.RpcError) -> tuple[ErrorInfo, BadRequest]:
    info, bad = ErrorInfo(), BadRequest()
    for detail in rpc_status.from_call(error).details:
        detail.Unpack(info)
        detail.Unpack(bad)
    return info, bad


@pytest.mark.parametrize("name", CASES)
def test_bad_input_is_answered_with_its_reason_and_field_and_without_its_value(name, channel):
    request, reason, field = CASES[name]

    error = send(channel, request)

    info, bad = details(error)
    assert (info.reason, info.domain, info.metadata["field"]) == (f"ERROR_REASON_{reason}", "hushgate", field)
    if error.code() is grpc.StatusCode.INVALID_ARGUMENT:
        (violation,) = bad.field_violations
        assert (violation.field, violation.reason) == (field, reason)
    everything = f"{error.details()} {error.trailing_metadata()} {info} {bad}"
    assert "4111" not in everything


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("a long message", 1_000_000),
        ("many messages", 200),
        ("many items", 1000),
        ("a stream of great length", 1_000_000),
        ("an item of deep JSON", 64),
    ],
)
def test_a_limit_is_named(name, limit, channel):
    info, _ = details(send(channel, CASES[name][0]))

    assert info.metadata["limit"] == str(limit)


def test_a_message_over_the_size_limit_is_refused_unread(channel):
    request = PrepareRequest(**NAMES, messages=[Message(text=CARD * 50_000)] * 14)

    error = send(channel, request)

    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "4111" not in error.details()


@pytest.mark.parametrize(
    "rpc",
    ["GuardService/Prepare", "GuardService/Review", "RedactionService/Redact", "TuningService/Explain"],
)
@pytest.mark.parametrize("data", [b"\x0a\x14" + CARD.encode() + b"\xff", b"\x0a\x02\xff\xfe"])
def test_bytes_that_are_no_request_are_refused_without_being_quoted(rpc, data, channel, server):
    with pytest.raises(grpc.RpcError) as failed:
        channel.unary_unary(f"/hushgate.v1.{rpc}")(data)

    check_refused_bytes(failed.value)
    assert server.line(event="call", rpc=rpc.partition("/")[2], reason="FIELD_INVALID")


@pytest.mark.parametrize(
    ("rpc", "good"),
    [
        ("GuardService/ReviewStream", START),
        ("RedactionService/RedactStream", RedactRequest(items=[RedactItem(text="Hello")])),
    ],
)
def test_bytes_that_are_no_request_end_a_stream_without_being_quoted(rpc, good, channel, server):
    requests = [good.SerializeToString(), b"\x0a\x14" + CARD.encode() + b"\xff"]

    with pytest.raises(grpc.RpcError) as failed:
        list(channel.stream_stream(f"/hushgate.v1.{rpc}")(iter(requests)))

    check_refused_bytes(failed.value)
    assert server.line(event="call", rpc=rpc.partition("/")[2], reason="FIELD_INVALID")


def check_refused_bytes(error: grpc.RpcError) -> None:
    info, _ = details(error)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert (info.reason, info.metadata["field"]) == ("ERROR_REASON_FIELD_INVALID", "request")
    assert "4111" not in f"{error.details()} {error.trailing_metadata()}"


def test_an_unknown_service_is_unimplemented(channel):
    decide = channel.unary_unary("/hushgate.v1.AdminService/Nothing", None, None)

    with pytest.raises(grpc.RpcError) as failed:
        decide(b"")

    assert failed.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_bad_input_is_in_no_log(channel, server):
    for request, _, _ in CASES.values():
        send(channel, request)

    server.line(event="call", rpc="Redact", reason="POLICY_UNKNOWN")
    assert "4111" not in server.log.read_text()
