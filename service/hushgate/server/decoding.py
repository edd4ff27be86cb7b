"""What becomes of bytes that are no message of the call, or too many: a failure like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
from google.protobuf.message import DecodeError

from hushgate.failure import Failure, Reason

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from hushgate.server.frame import Context, Frame
    from hushgate.server.intercepting import Handler


def reading(frame: Frame, longest: int, handler: Handler, rpc: str) -> Handler:
    """The handler of the call, which meets bad bytes inside the frame of the call: told, and logged.

    ``longest``: the most bytes of a message.
    """
    if handler.request_streaming:

        async def stream(requests: AsyncIterator[object], context: Context) -> AsyncIterator[object]:
            async for response in handler.stream_stream(_read(requests), context):
                yield response

        return grpc.stream_stream_rpc_method_handler(
            stream, _decoder(handler.request_deserializer, longest), handler.response_serializer
        )

    async def unary(request: object, context: Context) -> object:
        if isinstance(request, Failure):
            async with frame.call(rpc, context):
                raise request
        return await handler.unary_unary(request, context)

    return grpc.unary_unary_rpc_method_handler(
        unary, _decoder(handler.request_deserializer, longest), handler.response_serializer
    )


async def _read(requests: AsyncIterator[object]) -> AsyncIterator[object]:
    async for request in requests:
        if isinstance(request, Failure):
            raise request
        yield request


def _decoder(decode: Callable[[bytes], object], longest: int) -> Callable[[bytes], object]:
    """Answers a failure instead of raising: what a decoder raises, gRPC ends the call with by itself."""

    def read(data: bytes) -> object:
        if len(data) > longest:
            sentence = f"the request is longer than {longest} bytes"
            return Failure(Reason.TEXT_TOO_LONG, sentence, field="request", limit=longest)
        try:
            return decode(data)
        except DecodeError:  # its text may quote the message
            return Failure(
                Reason.FIELD_INVALID, "the request's bytes are no message of this call", field="request"
            )

    return read
