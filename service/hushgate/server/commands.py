"""``hushgate serve`` and ``hushgate health``: flags to settings, and how each ends."""

# ruff: noqa: PLC0415 - imports wait for their command
from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from hushgate.options import AUDIT, CALLERS, READING, SESSIONS, WATCHING, takes
from hushgate.settings import Settings


@takes(
    *READING,
    *SESSIONS,
    *AUDIT,
    *WATCHING,
    *CALLERS,
    "listen",
    "workers",
    "tls_cert",
    "tls_key",
    "shadow_recognizers",
    "note_model",
)
def serve(
    *,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Listen where other machines can connect, without TLS.")
    ] = False,
    settings: Settings,
) -> None:
    """Serve gRPC until SIGTERM, then finish the calls under way. One JSON line a call goes to stderr."""
    from hushgate.server.start import serve as start

    settings = replace(settings, insecure=settings.insecure or insecure)
    start(settings, lambda notice: print(notice, flush=True))


def health(
    address: Annotated[
        str | None, typer.Argument(help="HOST:PORT or unix:///PATH; where serve would listen if not given.")
    ] = None,
    *,
    service: Annotated[str, typer.Option(help="A service's full name; the whole server if not given.")] = "",
    timeout: Annotated[float, typer.Option(help="Seconds to wait.")] = 5.0,
    tls_ca: Annotated[Path | None, typer.Option(help="Who signed the server's certificate, PEM.")] = None,
) -> None:
    """Ask a server whether it serves; exit code 0 if it does, 1 if not."""
    from hushgate.server.probe import health as ask

    answer = ask(address or Settings.read().listen, service=service, seconds=timeout, authority=tls_ca)
    print(answer)
    sys.exit(0 if answer == "SERVING" else 1)
