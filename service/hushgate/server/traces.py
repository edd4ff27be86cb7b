"""What a trace says of a call: one span for the call, one for each of its stages, and no value.

The caller's ``traceparent`` (https://www.w3.org/TR/trace-context/) says which trace it belongs to; its
``tracestate`` and baggage are not taken over, since they may hold anything.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from hushgate.failure import Failure, Reason
from hushgate.server.frame import TRACEPARENT

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

    from hushgate.server.log import Line

_SERVICES: Final = {
    "Redact": "RedactionService",
    "RedactStream": "RedactionService",
    "Prepare": "GuardService",
    "Review": "GuardService",
    "ReviewStream": "GuardService",
    "EndSession": "GuardService",
    "Explain": "TuningService",
    "ListRules": "TuningService",
}
"""All others are AdminService's."""
_NANOSECONDS: Final = 1_000_000_000
_PATIENCE_SECONDS: Final = 2.0
"""At the end of the server, for what has not been sent yet."""


class Traces:
    """Turns calls that are over into spans."""

    def __init__(self, processor: SpanProcessor) -> None:
        """``processor``: where finished spans go."""
        own = Resource({"service.name": "hushgate"})
        self._provider = TracerProvider(
            resource=own.merge(OTELResourceDetector().detect()), shutdown_on_exit=False
        )
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("hushgate")
        self._propagator = TraceContextTextMapPropagator()

    def call(self, line: Line) -> None:
        """A call is over."""
        shift = time.time() - time.monotonic()

        def at(monotonic: float) -> int:
            return int((monotonic + shift) * _NANOSECONDS)

        service = f"hushgate.v1.{_SERVICES.get(line.rpc, 'AdminService')}"
        span = self._tracer.start_span(
            f"{service}/{line.rpc}",
            context=self._propagator.extract({TRACEPARENT: line.traceparent} if line.traceparent else {}),
            kind=SpanKind.SERVER,
            start_time=at(line.began),
        )
        if span.is_recording():
            span.set_attributes({"rpc.system": "grpc", "rpc.service": service, "rpc.method": line.rpc})
            span.set_attributes(_said(line))
            if line.reason:
                span.set_status(StatusCode.ERROR, line.reason)
            inside = set_span_in_context(span)
            for stage, began, ended in line.stages.spans if line.stages else ():
                part = self._tracer.start_span(f"hushgate.{stage}", context=inside, start_time=at(began))
                part.end(at(ended))
        span.end(at(line.ended))

    def close(self) -> None:
        """Sends what is left, for as long as the collector takes it up in time."""
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        ending.join(_PATIENCE_SECONDS)


def sent_to(endpoint: str) -> Traces:
    """What sends traces to ``endpoint``. Failure FIELD_INVALID if that is no address of a collector."""
    place = urlsplit(endpoint)
    if place.scheme not in {"http", "https"} or not place.hostname or place.path.strip("/"):
        sentence = "traces: must be http://HOST:PORT or https://HOST:PORT, for OTLP over gRPC"
        raise Failure(Reason.FIELD_INVALID, sentence, field="traces")
    options: Any = (("grpc.enable_http_proxy", 0),)  # only what the setting names is connected to
    exporter = OTLPSpanExporter(endpoint=endpoint, insecure=place.scheme == "http", channel_options=options)
    return Traces(BatchSpanProcessor(exporter))


def _said(line: Line) -> dict[str, str | int | bool]:
    """The attributes of a call's span: the policy's words and counts. No tenant, which is the caller's."""
    said: dict[str, str | int | bool] = {
        "hushgate.intent": line.intent,
        "hushgate.policy_version": line.policy_version,
        "hushgate.verdict": line.verdict,
        "hushgate.reason": line.reason,
        "hushgate.repeated": line.repeated,
        "hushgate.findings": line.findings.total(),
        "hushgate.fields_dropped": line.fields["drop"],
        "hushgate.restored_values": line.restored,
    }
    said |= {f"hushgate.grounds.{code}": count for code, count in line.grounds.items()}
    return {name: value for name, value in said.items() if value != ""}
