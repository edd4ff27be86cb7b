"""Which settings have a flag on the command line, and which commands take it: each is written once."""

from __future__ import annotations

import inspect
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from hushgate.settings import NO_NAMES, Settings, comma_separated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _flag(kind: object, *names: str, help_: str) -> object:
    return Annotated[kind, typer.Option(*names, help=help_)]


_FLAGS: Mapping[str, object] = {
    "policies": _flag(
        list[Path] | None,
        "--policy",
        help_="Policy file, the shipped one if not given; repeatable, the first is active.",
    ),
    "recognizers": _flag(
        list[Path] | None,
        "--recognizers",
        help_="Directory or file of packs, beside the shipped ones; repeatable.",
    ),
    "shadow_recognizers": _flag(
        list[Path] | None,
        "--shadow-recognizers",
        help_="What `policies shadow start --recognizers` tries in the place of --recognizers; repeatable.",
    ),
    "profiles": _flag(
        str | None,
        "--profiles",
        help_="Only the packs of these profiles, as in logs,eu; a pack's name takes that pack.",
    ),
    "names": _flag(
        str | None, "--names", help_="spaCy model that finds names: a directory, a package, or none."
    ),
    "note_model": _flag(
        Path | None,
        "--note-model",
        help_="Folder of a model of sentences: internal notes are known in other words, too.",
    ),
    "presidio": _flag(
        list[str] | None,
        "--presidio",
        help_="Presidio recognizers: module:Class or a registry YAML file; repeatable.",
    ),
    "store": _flag(
        str | None,
        "--store",
        help_="Where sessions are kept: memory:, sqlite:///PATH, redis://, rediss:// or unix://; "
        "if not given, they end with the process.",
    ),
    "key_file": _flag(Path | None, "--key-file", help_="File that holds the master key, or a ring of them."),
    "key_command": _flag(
        str | None,
        "--key-command",
        help_="Program that unwraps the ring's keys, where a key service holds them.",
    ),
    "audit": _flag(Path | None, "--audit", help_="Directory of the audit log; none if not given."),
    "audit_key_file": _flag(
        Path | None,
        "--audit-key-file",
        help_="Ed25519 key, PEM, that signs the log; made if it is not there.",
    ),
    "listen": _flag(str | None, "--listen", help_="HOST:PORT or unix:///PATH; 127.0.0.1:50551 if not given."),
    "workers": _flag(int | None, "--workers", help_="Server processes on the one port."),
    "metrics": _flag(str | None, "--metrics", help_="HOST:PORT where Prometheus may fetch metrics."),
    "traces": _flag(
        str | None, "--traces", help_="Where traces go, as OTLP over gRPC: http://HOST:PORT, or https."
    ),
    "tls_cert": _flag(Path | None, "--tls-cert", help_="The server's certificate chain, PEM."),
    "tls_key": _flag(Path | None, "--tls-key", help_="The certificate's key, PEM."),
    "tls_client_ca": _flag(
        Path | None,
        "--tls-client-ca",
        help_="Clients must show a certificate signed by one of these, PEM.",
    ),
    "client_identities": _flag(
        Path | None,
        "--client-identities",
        help_="YAML file: by the name of a client's certificate, its roles, tenants and agent.",
    ),
    "token_keys": _flag(
        Path | None, "--token-keys", help_="Public keys that callers' tokens are signed for, JWKS or PEM."
    ),
    "token_audience": _flag(
        str | None, "--token-audience", help_="What a token's aud must name; hushgate if not given."
    ),
    "token_issuer": _flag(str | None, "--token-issuer", help_="What a token's iss must be."),
}
"""By the setting's name; no flag means the environment's or the default."""
_NO_NAMES = _flag(bool, "--no-names", help_="Patterns only: no model is loaded.")

READING = ("policies", "recognizers", "profiles", "names", "presidio")
"""What says what is looked for, and what becomes of it."""
SESSIONS = ("store", "key_file", "key_command")
"""What says where sessions are kept."""
AUDIT = ("audit", "audit_key_file")
"""What says where decisions are written down."""
WATCHING = ("metrics", "traces")
"""What says who may watch."""

CALLERS = ("tls_client_ca", "client_identities", "token_keys", "token_audience", "token_issuer")
"""What says who may call."""


def takes(*settings: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the flags of these settings: it is called with ``settings`` made of them.

    With ``names``, there is ``--no-names`` too. The command's own options come first.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def run(*arguments: Any, no_names: bool = False, **options: Any) -> None:  # noqa: ANN401 - typer's
            given = {name: options.pop(name) for name in settings}
            if no_names:
                given["names"] = NO_NAMES
            command(*arguments, settings=Settings.read(**_read(given)), **options)

        hints = get_type_hints(command, include_extras=True)
        own = [
            each.replace(annotation=hints[name])
            for name, each in inspect.signature(command).parameters.items()
            if name != "settings"
        ]
        shared = [_parameter(name, _FLAGS[name], None) for name in settings]
        if "names" in settings:
            shared.append(_parameter("no_names", _NO_NAMES, default=False))
        run.__signature__ = inspect.Signature([*own, *shared])  # type: ignore[attr-defined]
        run.__annotations__ = {each.name: each.annotation for each in (*own, *shared)}
        return run

    return decorate


def _parameter(name: str, annotation: object, default: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _read(flags: Mapping[str, Any]) -> dict[str, Any]:
    """The flags' values as settings hold them: lists as tuples."""
    read = {name: tuple(value) if isinstance(value, list) else value for name, value in flags.items()}
    if isinstance(profiles := read.get("profiles"), str):
        read["profiles"] = comma_separated(profiles)
    return read
