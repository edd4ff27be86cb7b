"""``hushgate serve`` and ``hushgate health``: flags to settings, and how each ends."""

# ruff: noqa: PLC0415 - imports wait for their command
from __future__ import annotations

import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import Annotated

import typer

from hushgate.settings import NO_NAMES, Settings


def serve(
    *,
    listen: Annotated[
        str | None, typer.Option(help="HOST:PORT or unix:///PATH; 127.0.0.1:50551 if not given.")
    ] = None,
    policy: Annotated[
        list[Path] | None,
        typer.Option(help="Policy file, the shipped one if not given; repeatable, the first is active."),
    ] = None,
    recognizers: Annotated[
        list[Path] | None,
        typer.Option(help="Directory or file of packs, beside the shipped ones; repeatable."),
    ] = None,
    store: Annotated[
        str | None,
        typer.Option(
            help="Where sessions are kept: memory: or sqlite:///PATH; if not given, they end with the server."
        ),
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Server processes on the one port.")] = None,
    names: Annotated[
        str | None, typer.Option(help="spaCy model that finds names: a directory, a package, or none.")
    ] = None,
    no_names: Annotated[bool, typer.Option("--no-names", help="Patterns only: no model is loaded.")] = False,
    presidio: Annotated[
        list[str] | None,
        typer.Option(help="Presidio recognizers: module:Class or a registry YAML file; repeatable."),
    ] = None,
    key_file: Annotated[Path | None, typer.Option(help="File that holds the master key.")] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="The server's certificate chain, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="The certificate's key, PEM.")] = None,
    tls_client_ca: Annotated[
        Path | None, typer.Option(help="Clients must show a certificate signed by one of these, PEM.")
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Listen where other machines can connect, without TLS.")
    ] = False,
) -> None:
    """Serve gRPC until SIGTERM, then finish the calls under way. One JSON line a call goes to stderr."""
    from hushgate.server.start import serve as start

    settings = Settings.read(
        listen=listen,
        policies=tuple(policy or ()),
        recognizers=tuple(recognizers or ()),
        store=store,
        workers=workers,
        names=NO_NAMES if no_names else names,
        presidio=tuple(presidio or ()),
        key_file=key_file,
        tls_cert=tls_cert,
        tls_key=tls_key,
        tls_client_ca=tls_client_ca,
        insecure=insecure or None,
    )
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
