"""When the server serves: from the first look at its settings to the last answer before it goes.

Nothing is listened to before detectors, packs, policy and store are up. On SIGTERM health turns to
NOT_SERVING, callers get time to notice, and the calls under way are finished.
"""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Final

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import SERVICE_NAME as HEALTH
from grpc_health.v1.health import aio as health
from grpc_reflection.v1alpha import reflection

from hushgate.audit.log import NO_LOG
from hushgate.failure import Failure, Reason
from hushgate.server.address import socket_file
from hushgate.server.admin import AdminServicer
from hushgate.server.assembly import Assembled, assemble
from hushgate.server.authentication import Authentication
from hushgate.server.credentials import Credentials
from hushgate.server.decoding import reading
from hushgate.server.following import follow_policies
from hushgate.server.frame import Frame
from hushgate.server.guard import GuardServicer
from hushgate.server.identity import Identity, anonymous
from hushgate.server.intercepting import Interceptor
from hushgate.server.limits import CONCURRENT_CALLS, EXPLAINED_CHARACTERS, TOLD_TIMES
from hushgate.server.log import Log, take_over
from hushgate.server.redaction import RedactionServicer
from hushgate.server.refusing import Refusing
from hushgate.server.scraping import metrics_of, served, told
from hushgate.server.shadowing import ask_when_idle
from hushgate.server.tuning import TuningServicer
from hushgate.v1 import (
    admin_service_pb2_grpc,
    guard_service_pb2_grpc,
    redaction_service_pb2_grpc,
    tuning_service_pb2_grpc,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from hushgate.server.address import Address
    from hushgate.server.frame import Context
    from hushgate.server.scraping import Share
    from hushgate.settings import Settings

GUARD: Final = "hushgate.v1.GuardService"
REDACTION: Final = "hushgate.v1.RedactionService"
TUNING: Final = "hushgate.v1.TuningService"
ADMIN: Final = "hushgate.v1.AdminService"
SERVICES: Final = (GUARD, REDACTION, TUNING, ADMIN)

STORE_SECONDS: Final = 2.0
"""How often the store is tended, which also shows whether it is still there."""
CONNECTION_SECONDS: Final = 300
"""After how long a connection to one of several workers is asked to come again, to whichever is free."""


async def run(
    settings: Settings,
    address: Address,
    announce: Callable[[str], None],
    *,
    shared: bool = False,
    share: Share | None = None,
    stopping: asyncio.Event | None = None,
) -> None:
    """Serve at ``address`` in this process, until a signal, or until ``stopping`` is set.

    ``shared``: other workers listen on the same port; ``share``: of what all of them count, this one's part.
    """
    stopping, changed = stopping or asyncio.Event(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, changed.set)
    log = Log(sys.stderr)
    take_over(log)
    frame = Frame(log)
    try:
        credentials = _credentials(settings)
        assembled = await frame.run(lambda: assemble(settings))
        # What is loaded stays: the collector need not go through all of it again and again.
        gc.collect()
        gc.freeze()
        if not stopping.is_set():
            with _watched(settings, assembled, frame, share) as said:
                async with _serving(
                    settings, assembled, address, frame, credentials, shared=shared
                ) as servicer:
                    announce(_notice(address, assembled, credentials) + said)
                    watching = asyncio.create_task(follow_policies(changed, assembled, frame))
                    shadowing = asyncio.create_task(ask_when_idle(frame, assembled))
                    await _until(stopping, servicer, assembled, frame, credentials)
                    watching.cancel()
                    shadowing.cancel()
        await frame.run(assembled.close)
    finally:
        frame.close()


@contextmanager
def _watched(settings: Settings, assembled: Assembled, frame: Frame, share: Share | None) -> Iterator[str]:
    """Within, calls are counted and traced, as far as the settings ask; what to say of it to people."""
    with ExitStack() as around:
        said = ""
        if assembled.audit.on:
            frame.watch(Refusing(assembled), timed=False)
        if settings.traces:
            try:
                from hushgate.server.traces import sent_to  # noqa: PLC0415 - an extra
            except ImportError:
                sentence = "traces: needs OpenTelemetry: install hushgate[otel]"
                raise Failure(Reason.FIELD_INVALID, sentence, field="traces") from None
            traces = sent_to(settings.traces)
            around.callback(traces.close)
            frame.watch(traces)
        if settings.metrics:
            metrics = metrics_of(assembled.entities, assembled.policies, share)
            frame.watch(metrics)
            assembled.changed = lambda: told(metrics, assembled.entities, assembled.policies)
            assembled.gate.shadow.told = metrics.shadowed
            assembled.gate.sampler.told = metrics.sampled
            assembled.queues = metrics.waiting
            said = around.enter_context(served(settings, metrics.registry)) if share is None else ""
        yield said


@asynccontextmanager
async def _serving(
    settings: Settings,
    assembled: Assembled,
    address: Address,
    frame: Frame,
    credentials: Credentials | None,
    *,
    shared: bool,
) -> AsyncIterator[health.HealthServicer]:
    """A server that answers within, and drains at the end."""
    options = _options(settings, shared=shared)
    known = _known(settings, address, credentials)
    frame.admit = assembled.gate.roster.check
    server = grpc.aio.server(
        interceptors=[
            Interceptor(Authentication(frame, known).guarded),
            Interceptor(partial(reading, frame, settings.max_message_bytes)),
        ],
        options=options,
        maximum_concurrent_rpcs=CONCURRENT_CALLS,
    )
    guard_service_pb2_grpc.add_GuardServiceServicer_to_server(
        GuardServicer(frame, assembled.gate, draft_characters=settings.max_text), server
    )
    redaction_service_pb2_grpc.add_RedactionServiceServicer_to_server(
        RedactionServicer(
            frame,
            assembled.redactor_of,
            assembled.audit,
            assembled.gate.shadow,
            items=settings.max_items,
            characters=settings.max_text,
        ),
        server,
    )
    explained = min(settings.max_text, EXPLAINED_CHARACTERS)
    tuning_service_pb2_grpc.add_TuningServiceServicer_to_server(
        TuningServicer(frame, lambda: assembled.explainer, items=settings.max_items, characters=explained),
        server,
    )
    admin_service_pb2_grpc.add_AdminServiceServicer_to_server(AdminServicer(frame, assembled), server)
    servicer = health.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    for service in SERVICES:
        await servicer.set(service, health_pb2.HealthCheckResponse.SERVING)
    reflection.enable_server_reflection((*SERVICES, HEALTH, reflection.SERVICE_NAME), server)
    _bind(server, address, settings)
    await server.start()
    try:
        yield servicer
    finally:
        await servicer.enter_graceful_shutdown()
        await asyncio.sleep(settings.drain_seconds)
        await server.stop(settings.grace_seconds)


async def _until(
    stopping: asyncio.Event,
    servicer: health.HealthServicer,
    assembled: Assembled,
    frame: Frame,
    credentials: Credentials | None,
) -> None:
    """Wait for the stop; meanwhile, what needs the store is NOT_SERVING for as long as the store is away."""
    while not stopping.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), STORE_SECONDS)
            return
        if credentials is not None:
            credentials.refresh()
        try:
            await frame.run(assembled.tend)
            state = health_pb2.HealthCheckResponse.SERVING
        except Failure:
            state = health_pb2.HealthCheckResponse.NOT_SERVING
        for service in ("", GUARD, ADMIN):
            await servicer.set(service, state)


def _bind(server: grpc.aio.Server, address: Address, settings: Settings) -> None:
    try:
        with socket_file(address):
            if settings.tls_cert is None or settings.tls_key is None:
                server.add_insecure_port(str(address))
            else:
                authority = settings.tls_client_ca.read_bytes() if settings.tls_client_ca else None
                credentials = grpc.ssl_server_credentials(
                    [(settings.tls_key.read_bytes(), settings.tls_cert.read_bytes())],
                    root_certificates=authority,
                    require_client_auth=authority is not None,
                )
                server.add_secure_port(str(address), credentials)
    except RuntimeError:  # gRPC could not bind
        raise Failure(
            Reason.FIELD_INVALID, f"listen: {address} cannot be listened to", field="listen"
        ) from None
    except OSError as error:
        sentence = f"tls: {error.filename} cannot be read: {error.strerror}"
        raise Failure(Reason.FIELD_INVALID, sentence, field="tls_cert") from None


def _options(settings: Settings, *, shared: bool) -> list[tuple[str, int]]:
    options = [
        ("grpc.so_reuseport", int(shared)),
        ("grpc.max_receive_message_length", TOLD_TIMES * settings.max_message_bytes),
        ("grpc.max_send_message_length", -1),  # findings make an answer longer than its request
    ]
    return [*options, ("grpc.max_connection_age_ms", CONNECTION_SECONDS * 1000)] if shared else options


def _credentials(settings: Settings) -> Credentials | None:
    """How callers prove who they are; None where nobody asks them. Failure FIELD_INVALID."""
    if settings.token_keys is None and settings.client_identities is None:
        return None
    return Credentials(
        token_keys=settings.token_keys,
        audience=settings.token_audience,
        issuer=settings.token_issuer,
        certificates=settings.client_identities,
    )


def _known(
    settings: Settings, address: Address, credentials: Credentials | None
) -> Callable[[Context], Identity]:
    if credentials is not None:
        return credentials.of
    everybody = anonymous(local=address.is_local, reveal=settings.reveal)
    return lambda _: everybody


def _notice(address: Address, assembled: Assembled, credentials: Credentials | None) -> str:
    notices = [
        assembled.notice or "names are detected",
        "callers need no credentials" if credentials is None else "callers need credentials",
        *([] if assembled.audit.on else [NO_LOG]),
    ]
    return f"hushgate: serving on {address} ({'; '.join(notices)})"
