"""Whether a call is let in: the one place where a caller is known, and its request held against who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import grpc

from hushgate.failure import Failure
from hushgate.server.identity import calling

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from hushgate.server.frame import Context, Frame
    from hushgate.server.identity import Identity

    Handler = Any
    """A ``grpc.RpcMethodHandler``, whose types know of no asyncio."""

_OURS = "/hushgate.v1."


class Authentication(grpc.aio.ServerInterceptor):
    """Lets a call of ours in for whom it is meant; health and reflection are for all."""

    def __init__(self, frame: Frame, known: Callable[[Context], Identity]) -> None:
        """``known``: who makes the call; Failure UNAUTHENTICATED."""
        self._frame = frame
        self._known = known
        self._handlers: dict[str, Handler] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """The handler of the call, behind the question who calls."""
        method = handler_call_details.method
        if method not in self._handlers:
            handler = await continuation(handler_call_details)
            if handler is None or not method.startswith(_OURS):
                return handler
            self._handlers[method] = self._guarded(handler, method.rpartition("/")[2])
        return self._handlers[method]

    def _guarded(self, handler: Handler, rpc: str) -> Handler:
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
        identity.may(rpc)
        calling(identity)
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
