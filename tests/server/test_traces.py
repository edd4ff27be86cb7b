"""Spans of real calls, as a real collector gets them, and what is never in them."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as otlp
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as otlp_grpc

from hushgate.client import Client, HushgateError
from hushgate.v1.guard_service_pb2 import Message, PrepareRequest
from hushgate.v1.guard_service_pb2_grpc import GuardServiceStub

NAMES = {"tenant": "acme", "intent": "order_status"}
VALUES = ("4111 1111 1111 1111", "maren@example.com", "Maren", "c-1-subject", "s-1-session")
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Collector(otlp_grpc.TraceServiceServicer):
    """Keeps what it gets."""

    def __init__(self):
        self.requests = []

    def Export(self, request, context):  # noqa: N802 - gRPC's name
        self.requests.append(request)
        return otlp.ExportTraceServiceResponse()

    @property
    def spans(self):
        return [
            span
            for request in self.requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@pytest.fixture(scope="module")
def collector(start):
    """What a collector has got of a server that has been called and has ended."""
    kept = Collector()
    receiver = grpc.server(ThreadPoolExecutor(2))
    otlp_grpc.add_TraceServiceServicer_to_server(kept, receiver)
    port = receiver.add_insecure_port("127.0.0.1:0")
    receiver.start()
    with start("--traces", f"http://127.0.0.1:{port}") as server, Client(server.address) as client:
        card, email, name, subject, session = VALUES
        with grpc.insecure_channel(server.address) as channel:
            request = PrepareRequest(
                tenant="acme",
                session_id=session,
                intent="order_status",
                customer_id=subject,
                messages=[Message(role="user", text=f"{name}, {email}")],
            )
            carried = (("traceparent", f"00-{TRACE}-{PARENT}-01"), ("tracestate", f"own={name}"))
            GuardServiceStub(channel).Prepare(request, metadata=carried)
            carried = (("traceparent", f"00-{name}-{PARENT}-01"), ("baggage", f"who={name}"))
            GuardServiceStub(channel).Prepare(request, metadata=carried)
        client.review(**NAMES, session_id=session, text=f"you paid with {card}")
        list(client.review_stream([name, email, card], **NAMES, session_id=session))
        client.redact(f"{email} {card}")
        with pytest.raises(HushgateError):
            client.prepare(tenant="acme", session_id=session, intent=name)
    receiver.stop(None)
    return kept


def attributes(span) -> dict[str, object]:
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}


def calls(collector, rpc: str):
    return [span for span in collector.spans if span.name.endswith(f"/{rpc}")]


def test_a_call_belongs_to_the_trace_of_its_caller(collector):
    first, second, refused = calls(collector, "Prepare")

    assert (first.trace_id.hex(), first.parent_span_id.hex()) == (TRACE, PARENT)
    assert second.parent_span_id == b""  # what is no traceparent begins a trace of its own
    assert refused.status.message == "INTENT_UNKNOWN"


def test_a_call_has_its_stages_inside(collector):
    [review] = calls(collector, "Review")
    stages = [span for span in collector.spans if span.parent_span_id == review.span_id]

    assert sorted(span.name for span in stages) == [
        "hushgate.decide", "hushgate.detect", "hushgate.open", "hushgate.save", "hushgate.wait"
    ]  # fmt: skip
    for span in stages:
        assert review.start_time_unix_nano <= span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.end_time_unix_nano <= review.end_time_unix_nano
    assert abs(review.start_time_unix_nano / 1e9 - time.time()) < 600


def test_a_span_says_what_was_decided(collector):
    [review] = calls(collector, "Review")

    said = attributes(review)
    assert {
        key: said[key] for key in ("rpc.service", "rpc.method", "hushgate.verdict", "hushgate.intent")
    } == {
        "rpc.service": "hushgate.v1.GuardService",
        "rpc.method": "Review",
        "hushgate.verdict": "REDACTED",
        "hushgate.intent": "order_status",
    }
    assert said["hushgate.findings"] == said["hushgate.grounds.ENTITY_NOT_ALLOWED"] == 1


def test_no_value_and_no_name_of_a_caller_is_in_any_span(collector):
    sent = b"".join(request.SerializeToString() for request in collector.requests)

    assert len(collector.spans) > 20
    assert [value for value in (*VALUES, "acme") if value.encode() in sent] == []
    assert {span.trace_state for span in collector.spans} == {""}


def test_a_collector_that_is_away_fails_no_call(start):
    with start("--traces", "http://127.0.0.1:9") as server, Client(server.address) as client:
        assert client.redact("all is well").items[0].text == "all is well"


@pytest.mark.parametrize("endpoint", ["127.0.0.1:4317", "http://", "http://127.0.0.1:4317/v1/traces"])
def test_what_is_no_collector_is_refused(endpoint):
    command = [sys.executable, "-m", "hushgate", "serve", "--no-names", "--listen", "127.0.0.1:0"]
    done = subprocess.run([*command, "--traces", endpoint], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "traces: must be http://HOST:PORT" in done.stderr
