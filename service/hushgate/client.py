"""The caller's side: a sync and an async client of a hushgate server, closed on failure.

    with Client("127.0.0.1:50551") as client:
        prepared = client.prepare(
            tenant="acme", session_id="s-1", intent="order_status", customer_id="c-1",
            messages=[("user", "where is my order?")],
            records=[{"source": "crm", "subject_id": "c-1", "data": {"order": {"id": "A-17"}}}],
        )
        reviewed = client.review(tenant="acme", session_id="s-1", intent="order_status", text=draft)
        if reviewed.verdict in SENDABLE:
            send(reviewed.text)

Every call answers with a message of ``hushgate.v1`` or raises a ``HushgateError``; none hands back the
text that it was given. One that the server did not take is made again, four times in all; every call may be
repeated. Where no server listens, a call fails at once, or waits for one within its deadline where the client
is made with ``wait=True``. Needs grpcio and protobuf alone.
"""

from __future__ import annotations

import asyncio
import copy
import itertools
import json
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar

import grpc

from hushgate.caller import rpc
from hushgate.caller.errors import Broken, HushgateError, OutOfTime, Refused, Unavailable, error_of
from hushgate.caller.proof import Tls, Token, metadata
from hushgate.v1.finding_pb2 import Action
from hushgate.v1.verdict_pb2 import Verdict

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from google.protobuf.message import Message

    from hushgate.caller.outgoing import Outgoing

    A = TypeVar("A", bound=Message)

__all__ = [
    "SENDABLE",
    "Action",
    "AsyncClient",
    "Broken",
    "Client",
    "HushgateError",
    "OutOfTime",
    "Refused",
    "Tls",
    "Unavailable",
    "Verdict",
]

SENDABLE = frozenset({Verdict.VERDICT_PASSED, Verdict.VERDICT_REDACTED})
"""The verdicts with which the content of a review's answer may be sent."""

CHANNELS = 4
"""A server's workers share one port by connection: one connection would keep one worker busy alone."""

LONGEST_SECONDS = 366 * 24 * 3600.0
"""A deadline much further off would overflow in gRPC and be over at once."""

_RETRY = {
    "maxAttempts": 4,
    "initialBackoff": "0.02s",
    "maxBackoff": "0.2s",
    "backoffMultiplier": 2,
    # A server that stops gracefully may end a call that it has just taken with CANCELLED (grpc/grpc#41785).
    "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"],
}
_OPTIONS = (
    ("grpc.service_config", json.dumps({"methodConfig": [{"name": [{}], "retryPolicy": _RETRY}]})),
    ("grpc.service_config_disable_resolution", 1),  # no question to a name server
    ("grpc.enable_http_proxy", 0),  # a sidecar is not behind a proxy, whatever the environment says
    # A server that comes back is seen soon: gRPC's own pauses grow to two minutes, and calls fail meanwhile.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1000),
    ("grpc.per_rpc_retry_buffer_size", 8 * 1024 * 1024),
    ("grpc.max_receive_message_length", 64 * 1024 * 1024),  # an answer is longer than its request
)


def _options(name: int) -> list[tuple[str, Any]]:
    """Of one channel of a pool: a connection of its own."""
    return [*_OPTIONS, ("grpc.use_local_subchannel_pool", 1), ("hushgate.channel", name)]


class _Caller(rpc.Calls):
    """What both clients have: every call, and how the server is reached."""

    def __init__(
        self,
        address: str = "127.0.0.1:50551",
        *,
        token: Token | None = None,
        tls: Tls | None = None,
        wait: bool = False,
    ) -> None:
        """``address``: ``HOST:PORT`` or ``unix:///PATH``. Nothing connects yet.

        ``token``: who calls, where the server asks; a function is asked for it at every call. ``tls``: for a
        server that is not on this machine; with a certificate, that too says who calls. ``wait``: calls wait
        for a server that is not there yet, for as long as they have; a stream without a deadline never does.
        """
        self._address = address
        self._waits = wait
        self._credentials = tls.credentials() if tls else None
        self._proof = partial(metadata, address, token, tls)
        self._channels: list[Any] = []
        self._turn = itertools.count()
        self._seconds: float | None = None

    def within(self, seconds: float) -> Self:
        """A view of the client, on the same connections, whose calls have this deadline."""
        view = copy.copy(self)
        view._seconds = min(seconds, LONGEST_SECONDS)
        return view

    def _patience(self, default: float | None) -> float | None:
        return default if self._seconds is None else self._seconds


class Client(_Caller):
    """A pool of connections to one server. Safe to share between threads, not across a fork.

    A stream is an iterator; leaving it before its end gives the call up.
    """

    _channels: list[grpc.Channel]

    def __init__(
        self,
        address: str = "127.0.0.1:50551",
        *,
        token: Token | None = None,
        tls: Tls | None = None,
        wait: bool = False,
    ) -> None:
        super().__init__(address, token=token, tls=tls, wait=wait)
        self._channels = [
            grpc.insecure_channel(address, _options(n))
            if self._credentials is None
            else grpc.secure_channel(address, self._credentials, _options(n))
            for n in range(CHANNELS)
        ]

    def close(self) -> None:
        """Give up what is under way and disconnect."""
        for channel in self._channels:
            channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _channel(self) -> grpc.Channel:
        return self._channels[next(self._turn) % CHANNELS]

    def _unary(self, call: rpc.Unary[..., A], request: Message) -> A:
        multi = self._channel().unary_unary(call.path, _serialize, call.answer.FromString)
        try:
            return multi(
                request,
                timeout=self._patience(call.seconds),
                wait_for_ready=self._waits,
                metadata=self._proof(),
            )
        except grpc.RpcError as error:
            failed = _error(error)
        raise failed

    def _stream(self, call: rpc.Stream[..., A], outgoing: Outgoing[Any, Any]) -> Iterator[A]:
        seconds = self._patience(call.seconds)
        multi = self._channel().stream_stream(call.path, _serialize, call.answer.FromString)
        running = multi(
            iter(outgoing),
            timeout=seconds,
            wait_for_ready=self._waits and seconds is not None,
            metadata=self._proof(),
        )
        try:
            yield from running
            return
        except grpc.RpcError as error:
            failed = outgoing.error or _error(error)
        finally:
            running.cancel()
        raise failed


class AsyncClient(_Caller):
    """The same calls, to be awaited; streams are async iterators, and take sync or async iterables.

    Belongs to the event loop that its first call is made in.
    """

    _channels: list[grpc.aio.Channel]

    async def close(self) -> None:
        """Give up what is under way and disconnect."""
        for channel in self._channels:
            await channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _channel(self) -> grpc.aio.Channel:
        """The next of the pool, which is made here because a channel binds itself to the running loop."""
        if not self._channels:
            for n in range(CHANNELS):
                self._channels.append(
                    grpc.aio.insecure_channel(self._address, _options(n))
                    if self._credentials is None
                    else grpc.aio.secure_channel(self._address, self._credentials, _options(n))
                )
        return self._channels[next(self._turn) % CHANNELS]

    async def _unary(self, call: rpc.Unary[..., A], request: Message) -> A:
        multi = self._channel().unary_unary(call.path, _serialize, call.answer.FromString)
        try:
            return await multi(
                request,
                timeout=self._patience(call.seconds),
                wait_for_ready=self._waits,
                metadata=self._proof(),
            )
        except grpc.aio.AioRpcError as error:
            failed = error_of(error.code(), error.trailing_metadata())
        raise failed

    async def _stream(self, call: rpc.Stream[..., A], outgoing: Outgoing[Any, Any]) -> AsyncIterator[A]:
        seconds = self._patience(call.seconds)
        multi = self._channel().stream_stream(call.path, _serialize, call.answer.FromString)
        running = multi(
            aiter(outgoing),
            timeout=seconds,
            wait_for_ready=self._waits and seconds is not None,
            metadata=self._proof(),
        )
        try:
            async for answer in running:
                yield answer
            return
        except grpc.aio.AioRpcError as error:
            failed = outgoing.error or error_of(error.code(), error.trailing_metadata())
        except asyncio.CancelledError:
            if outgoing.error is None:
                raise
            failed = outgoing.error
        finally:
            running.cancel()
        raise failed


def _serialize(request: Message) -> bytes:
    return request.SerializeToString()


def _error(error: grpc.RpcError) -> HushgateError:
    """Of the sync client: its errors are calls too."""
    call: Any = error
    return error_of(call.code(), call.trailing_metadata())
