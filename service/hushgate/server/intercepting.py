"""Where something stands between gRPC and every handler of ours; health and reflection are for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Handler = Any
    """A ``grpc.RpcMethodHandler``, whose types know of no asyncio."""
    Wrap = Callable[[Handler, str], Handler]

_OURS = "/hushgate.v1."


class Interceptor(grpc.aio.ServerInterceptor):
    """Puts what ``wrap`` makes of a handler in its place, once for each call: ``Review``."""

    def __init__(self, wrap: Wrap) -> None:
        """``wrap``: of a handler and the call's name."""
        self._wrap = wrap
        self._handlers: dict[str, Handler] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        """The handler of the call, wrapped if it is ours."""
        method = handler_call_details.method
        if method not in self._handlers:
            handler = await continuation(handler_call_details)
            if handler is None or not method.startswith(_OURS):
                return handler
            self._handlers[method] = self._wrap(handler, method.rpartition("/")[2])
        return self._handlers[method]
