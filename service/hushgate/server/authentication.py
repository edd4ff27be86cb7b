"""Whether a call is let in: the one place where a caller is known, and its request held against who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import grpc

from hushgate.failure import Failure
from hushgate.server.identity import calling

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from hushgate.server.frame import Context, Frame
    from hushgate.server.identity import Identity
    from hushgate.server.intercepting import Handler


class Authentication:
    """Lets a call in for whom it is meant."""

    def __init__(self, frame: Frame, known: Callable[[Context], Identity]) -> None:
        """``known``: who makes the call; Failure UNAUTHENTICATED."""
        self._frame = frame
        self._known = known

    def guarded(self, handler: Handler, rpc: str) -> Handler:
        """The handler of the call, behind the question who calls."""
        reads, writes = handler.request_deserializer, handler.response_serializer
        if handler.request_streaming:

            async def stream(requests: AsyncIterator[object], context: Context) -> AsyncIterator[object]:
                try:
                    identity = self._let_in(rpc, context)
                except Failure as failure:
                    await self._refuse(rpc, context, failure)
                async for response in handler.stream_stream(_permitted(identity, rpc, requests), context):
                    yield response

            return grpc.stream_stream_rpc_method_handler(stream, reads, writes)

        async def unary(request: object, context: Context) -> object:
            try:
                identity = self._let_in(rpc, context)
                if not isinstance(request, Failure):
                    identity.permit(rpc, request)
            except Failure as failure:
                await self._refuse(rpc, context, failure)
            return await handler.unary_unary(request, context)

        return grpc.unary_unary_rpc_method_handler(unary, reads, writes)

    def _let_in(self, rpc: str, context: Context) -> Identity:
        identity = self._known(context)
        calling(identity)
        identity.may(rpc)
        return identity

    async def _refuse(self, rpc: str, context: Context, failure: Failure) -> NoReturn:
        """Ends the call, with its line in the log."""
        async with self._frame.call(rpc, context):
            raise failure
        raise failure  # the frame has ended the call already


async def _permitted(identity: Identity, rpc: str, requests: AsyncIterator[object]) -> AsyncIterator[object]:
    async for request in requests:
        if not isinstance(request, Failure):
            identity.permit(rpc, request)
        yield request
