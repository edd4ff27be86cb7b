"""How one request is answered without a server: JSON in, JSON out, in the field names of the protos."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from google.protobuf import json_format

from hushgate.document import parse
from hushgate.failure import Failure, Reason
from hushgate.server import wire
from hushgate.v1.guard_service_pb2 import PrepareRequest, ReviewRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.protobuf.descriptor import Descriptor, FieldDescriptor
    from google.protobuf.message import Message

    from hushgate.calls import PrepareCall, ReviewCall, Verdict
    from hushgate.document import Tree
    from hushgate.gate import Gate


M = TypeVar("M", bound="Message")


def prepare(gate: Gate, call: PrepareCall) -> str:
    """The PrepareResponse. Fails as ``Gate.prepare``."""
    return _written(wire.prepare_response(gate.prepare(call)))


def review(gate: Gate, call: ReviewCall) -> tuple[Verdict, str]:
    """The verdict and the ReviewResponse. Fails as ``Gate.review``."""
    reviewed = gate.review(call)
    return reviewed.verdict, _written(wire.review_response(reviewed))


def prepare_call(json: str) -> PrepareCall:
    """What a PrepareRequest asks. Fails with JSON_INVALID."""
    return wire.prepare_call(_read(PrepareRequest(), json))


def review_call(json: str) -> ReviewCall:
    """What a ReviewRequest asks. Fails with JSON_INVALID."""
    return wire.review_call(_read(ReviewRequest(), json))


def _read(request: M, json: str) -> M:
    tree = parse(json, field="stdin", object_only=True)
    try:
        return json_format.Parse(json, request)
    except json_format.ParseError:
        pass
    # Outside the handler: the parser's error quotes what it could not read.
    name = request.DESCRIPTOR.name
    path, wrong = next(
        _wrong(tree, cast("Descriptor", request.DESCRIPTOR), ""), ("stdin", f"is not the JSON of a {name}")
    )
    raise Failure(Reason.JSON_INVALID, f"{path} {wrong}", field=path)


def _wrong(tree: Tree, kind: Descriptor, path: str) -> Iterator[tuple[str, str]]:
    """Each field that cannot hold what is written for it, and what it must be; no key of the caller's own."""
    if not isinstance(tree, dict):
        yield path, f"must be a JSON object, a {kind.name}"
        return
    fields = {name: each for each in kind.fields for name in (each.name, each.json_name)}
    if not tree.keys() <= fields.keys():
        known = ", ".join(each.name for each in kind.fields)
        yield path or "stdin", f"has a key that a {kind.name} has not; it has {known}"
    for name, value in tree.items():
        if name in fields and value is not None:
            yield from _wrong_field(value, fields[name], f"{path}.{name}" if path else name)


def _wrong_field(value: Tree, kind: FieldDescriptor, path: str) -> Iterator[tuple[str, str]]:
    if kind.is_repeated and not isinstance(value, list):
        yield path, "must be a JSON array"
        return
    items = (
        [(f"{path}[{index}]", each) for index, each in enumerate(value)]
        if isinstance(value, list) and kind.is_repeated
        else [(path, value)]
    )
    for at, item in items:
        if kind.message_type:
            yield from _wrong(item, kind.message_type, at)
        elif kind.type == kind.TYPE_STRING and not isinstance(item, str):
            yield at, "must be a string"


def _written(response: Message) -> str:
    return json_format.MessageToJson(
        response,
        preserving_proto_field_name=True,
        always_print_fields_with_no_presence=True,
        ensure_ascii=False,
    )
