"""``hushgate keys``, ``erase``, ``receipt`` and ``reveal``: what an operator does about keys and persons."""

# ruff: noqa: PLC0415 - imports wait for their command
from __future__ import annotations

import json
import os
import secrets
import sys
from dataclasses import fields
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from hushgate.ending import end
from hushgate.failure import Failure, Reason
from hushgate.options import takes
from hushgate.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from hushgate.client import Client
    from hushgate.sessions.keys import Ring

A = TypeVar("A")
_KEY_BYTES = 32
Address = Annotated[
    str | None, typer.Option(help="HOST:PORT or unix:///PATH; where serve would listen if not given.")
]
Tenant = Annotated[str, typer.Option(help="Whose sessions.")]
Because = Annotated[str, typer.Option("--reason", help="Why, for the log, which gets it redacted.")]
keys = typer.Typer(no_args_is_help=True, help="The ring of master keys that sessions rest under.")


@keys.command("list")
@takes("store", "key_file", "key_command")
def list_(*, settings: Settings) -> None:
    """List the ring's versions and, with `--store`, how many sessions rest under each."""
    from hushgate.sessions.keys import Ring

    ring = Ring.read(_data(settings))
    counted = _in_use(settings) if settings.store else {}
    for version in ring.versions:
        sessions = f"  {counted.get(version, 0)} in the store" if settings.store else ""
        print(f"{version}{'  current' if version == ring.current else ''}{sessions}")


@keys.command()
@takes("key_command")
def new(
    file: Annotated[Path, typer.Argument(help="A file that is not there.")], *, settings: Settings
) -> None:
    """Make a ring of one new key."""
    from hushgate.sessions.keys import FIRST, Ring

    if file.exists():
        end(f"{file}: exists")
    _write(file, Ring(FIRST, {FIRST: _new_key(settings, FIRST)}))
    print(f"version {FIRST} is current")


@keys.command()
@takes("key_file", "key_command")
def rotate(*, settings: Settings) -> None:
    """Put a new version into the ring's file and make it the current one; servers take it up by themselves.

    A session is wrapped anew when it is next used. A file with a key alone becomes a ring.
    """
    from hushgate.sessions.keys import Ring

    old = Ring.read(_data(settings))
    ring = old.rotated(_new_key(settings, old.next_version))
    _write(_file(settings), ring)
    print(f"version {ring.current} is current")


@keys.command()
@takes("store", "key_file", "key_command")
def retire(version: Annotated[str, typer.Argument(help="An old version.")], *, settings: Settings) -> None:
    """Take an old version out of the ring's file. Refused while sessions of `--store` rest under it.

    What older backups hold under it is noise from then on.
    """
    from hushgate.sessions.keys import Ring

    if not settings.store:
        sentence = "store must be given, to see what rests there: --store URL or HUSHGATE_STORE"
        raise Failure(Reason.FIELD_REQUIRED, sentence, field="store")
    file = _file(settings)
    ring = Ring.read(_data(settings)).without(version)
    if left := _in_use(settings).get(version, 0):
        end(f"{left} in the store still rest under version {version}; sessions end within their time")
    _write(file, ring)
    print(f"version {version} is retired")


def erase(
    *,
    tenant: Tenant,
    subject: Annotated[str, typer.Option(help="Whom to forget: a subject_id or customer_id.")],
    because: Because,
    address: Address = None,
) -> None:
    """Forget a person: end every session that holds something about them, and print the receipt as JSON."""
    answer = asked(
        address, lambda client: client.erase_subject(tenant=tenant, subject_id=subject, reason=because)
    )
    receipt = answer.receipt
    print(json.dumps({each.name: getattr(receipt, each.name) for each in receipt.DESCRIPTOR.fields}))


@takes("key_file", "key_command")
def receipt(
    file: Annotated[Path, typer.Argument(help="What `hushgate erase` has printed.")],
    *,
    tenant: Annotated[str, typer.Option(help="With --subject: whether the receipt is about them.")] = "",
    subject: Annotated[str, typer.Option(help="With --tenant: whether the receipt is about them.")] = "",
    settings: Settings,
) -> None:
    """Tell whether a receipt of an erasure is a true one; exit code 1 if not."""
    from hushgate.assembly import load_tenant_keys
    from hushgate.sessions.receipt import Receipt

    try:
        said = Receipt(**json.loads(file.read_text()))
    except (OSError, ValueError, TypeError):
        end(f"{file}: is no receipt, which has {', '.join(each.name for each in fields(Receipt))}")
    if settings.master_key() is None:
        raise Failure(
            Reason.FIELD_REQUIRED, "a receipt needs the master key: give --key-file", field="key_file"
        )
    ring = load_tenant_keys(settings)
    true = said.is_true(ring) and (not subject or said.is_about(ring, tenant, subject))
    print("true" if true else "not true")
    sys.exit(0 if true else 1)


def reveal(
    *,
    tenant: Tenant,
    session: Annotated[str, typer.Option(help="The conversation that the token belongs to.")],
    token: Annotated[str, typer.Option(help="The token, as it is written somewhere.")],
    because: Because,
    address: Address = None,
) -> None:
    """Show what a token stands for; the log has it first. Needs the role or HUSHGATE_REVEAL."""
    answer = asked(
        address,
        lambda client: client.reveal_token(tenant=tenant, session_id=session, token=token, reason=because),
    )
    print(answer.value)


def asked(address: str | None, call: Callable[[Client], A]) -> A:
    """What the server at ``address`` answers; if it fails, one sentence on stderr and exit code 2.

    The settings say how the command proves who asks: a file with a token, TLS files.
    """
    from hushgate.client import Client, HushgateError, Tls

    settings = Settings.read()
    tls = (settings.client_tls_ca, settings.client_tls_cert, settings.client_tls_key)
    try:
        token = settings.client_token_file.read_text().strip() if settings.client_token_file else None
        proof = {"token": token, "tls": Tls(*tls) if any(tls) else None}
        with Client(address or settings.listen, **proof) as client:  # type: ignore[arg-type]
            return call(client)
    except OSError as error:
        end(f"{error.filename}: {error.strerror}")
    except HushgateError as error:
        # What hushgate itself has not said is about who was asked.
        end(f"{error.reason or address or settings.listen}: {error}")


def _new_key(settings: Settings, version: str) -> bytes:
    """A random key, as it rests in the ring: wrapped by the key service, where there is one."""
    from hushgate.sessions.keys import ask

    key = secrets.token_bytes(_KEY_BYTES)
    return ask(settings.key_command, "wrap", version, key) if settings.key_command else key


def _file(settings: Settings) -> Path:
    if settings.key_file is None:
        sentence = "key_file must be given, where the ring rests: --key-file FILE or HUSHGATE_KEY_FILE"
        raise Failure(Reason.FIELD_REQUIRED, sentence, field="key_file")
    return settings.key_file


def _data(settings: Settings) -> bytes:
    _file(settings)
    return settings.master_key() or b""


def _in_use(settings: Settings) -> dict[str, int]:
    """How many sessions, and secrets of the store, rest under each version."""
    from collections import Counter

    from hushgate.server.assembly import open_store
    from hushgate.sessions.keys import version_of

    store = open_store(settings.store)
    try:
        return Counter(map(version_of, store.wrapped_keys()))
    finally:
        store.close()


def _write(file: Path, ring: Ring) -> None:
    """In one step, readable by its owner alone: whoever reads meanwhile sees the old ring or the new one."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(ring.written())
            out.flush()
            os.fsync(out.fileno())
        if file.exists():
            owner = file.stat()
            if (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()):
                os.chown(beside, owner.st_uid, owner.st_gid)
            beside.chmod(owner.st_mode & 0o777)
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        end(f"{file}: {error.strerror}")
