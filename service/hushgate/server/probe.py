"""Whether a server serves, asked from outside as grpc.health.v1 has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

if TYPE_CHECKING:
    from pathlib import Path

UNREACHABLE = "UNREACHABLE"


def health(address: str, *, service: str = "", seconds: float = 5.0, authority: Path | None = None) -> str:
    """``SERVING``, ``NOT_SERVING``, ``SERVICE_UNKNOWN``, or ``UNREACHABLE`` if nothing answers in time.

    ``service``: a full name, or empty for the whole server. ``authority``: who signed the server's
    certificate, where it uses TLS.
    """
    options: list[tuple[str, Any]] = [("grpc.enable_http_proxy", 0)]
    if authority is None:
        channel = grpc.insecure_channel(address, options)
    else:
        credentials = grpc.ssl_channel_credentials(authority.read_bytes())
        channel = grpc.secure_channel(address, credentials, options)
    with channel:
        request = health_pb2.HealthCheckRequest(service=service)
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(request, timeout=seconds)
        except grpc.RpcError as error:
            failed: Any = error
            unknown = failed.code() is grpc.StatusCode.NOT_FOUND
            return "SERVICE_UNKNOWN" if unknown else UNREACHABLE
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))
