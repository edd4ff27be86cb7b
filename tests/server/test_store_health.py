"""What health says while the session store is away."""

import asyncio
import io
from dataclasses import replace

from grpc_health.v1 import health_pb2
from grpc_health.v1.health import aio as health

from hushgate.server import lifecycle
from hushgate.server.frame import Frame
from hushgate.server.log import Log
from hushgate.sessions.keys import TenantKeys
from hushgate.sessions.sqlite_store import SqliteStore
from hushgate.sessions.vault import Vault

Status = health_pb2.HealthCheckResponse


def test_without_its_store_the_guard_does_not_serve_and_redaction_does(assembled, tmp_path, monkeypatch):
    monkeypatch.setattr(lifecycle, "STORE_SECONDS", 0.01)
    vault = Vault(SqliteStore(tmp_path / "sessions.db"), TenantKeys.of(bytes(32)))
    stored = replace(assembled, vault=vault)

    async def scenario():
        servicer, stopping, frame = health.HealthServicer(), asyncio.Event(), Frame(Log(io.StringIO()))
        for service in lifecycle.SERVICES:
            await servicer.set(service, Status.SERVING)

        async def states():
            await asyncio.sleep(0.2)
            asked = [
                health_pb2.HealthCheckRequest(service=s) for s in ("", lifecycle.GUARD, lifecycle.REDACTION)
            ]
            return [(await servicer.Check(request, None)).status for request in asked]

        watching = asyncio.create_task(lifecycle._until(stopping, servicer, stored, frame, None))
        before = await states()
        stored.close()
        after = await states()
        stopping.set()
        await watching
        frame.close()
        return before, after

    before, after = asyncio.run(scenario())

    assert before == [Status.SERVING] * 3
    assert after == [Status.NOT_SERVING, Status.NOT_SERVING, Status.SERVING]
