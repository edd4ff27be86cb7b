"""How one request is answered without a server: JSON in, JSON out, in the field names of the protos."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from google.protobuf import json_format

from hushgate.failure import Failure, Reason
from hushgate.server import wire
from hushgate.v1.guard_service_pb2 import PrepareRequest, ReviewRequest

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from hushgate.calls import Verdict
    from hushgate.gate import Gate


M = TypeVar("M", bound="Message")


def prepare(gate: Gate, json: str) -> str:
    """The PrepareResponse for a PrepareRequest. Fails as ``Gate.prepare``, and with JSON_INVALID."""
    return _written(wire.prepare_response(gate.prepare(wire.prepare_call(_read(PrepareRequest(), json)))))


def review(gate: Gate, json: str) -> tuple[Verdict, str]:
    """The verdict and the ReviewResponse for a ReviewRequest. Fails as ``Gate.review`` or JSON_INVALID."""
    reviewed = gate.review(wire.review_call(_read(ReviewRequest(), json)))
    return reviewed.verdict, _written(wire.review_response(reviewed))


def _read(request: M, json: str) -> M:
    try:
        return json_format.Parse(json, request)
    except json_format.ParseError:
        pass
    # Outside the handler: the parser's error quotes what it could not read.
    name = request.DESCRIPTOR.name
    raise Failure(Reason.JSON_INVALID, f"standard input is not the JSON of a {name}", field="stdin")


def _written(response: Message) -> str:
    return json_format.MessageToJson(
        response,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
        ensure_ascii=False,
    )
