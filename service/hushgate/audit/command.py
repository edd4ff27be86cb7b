"""``hushgate audit``: what an operator asks of the log, on the machine where it is written."""

# ruff: noqa: PLC0415 - imports wait for their command
from __future__ import annotations

import json
import re
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hushgate.failure import Failure, Reason
from hushgate.options import takes
from hushgate.settings import Settings  # noqa: TC001 - typer reads the annotations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hushgate.audit.index import Question

audit = typer.Typer(no_args_is_help=True, help="The log of decisions: verify, search, export.")
Where = Annotated[
    list[str] | None,
    typer.Option(
        "--where", help="FIELD=VALUE, as in verdict=BLOCKED; repeatable: of one field any, of several all."
    ),
]
Since = Annotated[str, typer.Option(help="At or after this time, RFC 3339 in UTC or its beginning.")]
Until = Annotated[str, typer.Option(help="Before this time.")]
_PAGE = 1000
_FIRST = "0001-01-01T00:00:00.000000"
_TIME = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d(\.\d{1,6})?)?)?)?)?)?")
"""RFC 3339, as far as it goes."""


class Format(StrEnum):
    """What an entry is exported as."""

    OTLP = "otlp"
    OCSF = "ocsf"
    JSONL = "jsonl"


@audit.command()
@takes("audit")
def verify(
    *,
    public_key: Annotated[
        list[Path] | None,
        typer.Option(help="Key, PEM, that must have signed; those beside the log if not given. Repeatable."),
    ] = None,
    settings: Settings,
) -> None:
    """Say whether every entry stands as it was written and nothing signed is gone; exit code 1 if not.

    Keep the public key (`hushgate audit key`) elsewhere: who can write beside the log can replace it there.
    """
    from hushgate.audit.signing import PublicKeys
    from hushgate.audit.verify import verify as verified

    keys = PublicKeys(path.read_bytes() for path in public_key) if public_key else None
    report = verified(_folder(settings), keys)
    for fault in report.faults:
        print(fault)
    chains = "1 chain" if report.chains == 1 else f"{report.chains} chains"
    said = f"{report.entries} entries in {chains}, {report.size} bytes"
    if report.unsigned:
        said += f"; {report.unsigned} lines since the last checkpoint"
    if report.torn:
        said += f"; {report.torn} chains end in a line that is not whole"
    print(f"{'intact' if report.intact else 'NOT INTACT'}: {said}")
    sys.exit(0 if report.intact else 1)


@audit.command()
@takes("audit")
def search(
    *,
    where: Where = None,
    since: Since = "",
    until: Until = "",
    limit: Annotated[int, typer.Option(help="Most entries.")] = 100,
    settings: Settings,
) -> None:
    """Print entries as JSON lines, newest first.

    Fields: rpc, tenant, session, agent, actor, intent, destination, verdict, reasons, entities, fields,
    decided_by, decision_id, request, policy_version, policy_digest, subject, target, stage.
    """
    found = 0
    for entry in _found(settings, _question(where, since, until)):
        if found == limit:
            break
        print(json.dumps(entry))
        found += 1
    print(f"{found} entries", file=sys.stderr)


@audit.command()
@takes("audit")
def export(
    *,
    format_: Annotated[Format, typer.Option("--format", help="otlp, ocsf or jsonl.")] = Format.OTLP,
    where: Where = None,
    since: Since = "",
    until: Until = "",
    settings: Settings,
) -> None:
    """Print entries for another system, newest first, one a line: OTLP JSON, or OCSF 1.6.0 JSON."""
    from hushgate.audit.export import ocsf, otlp

    writers: Mapping[Format, Callable[[Mapping[str, Any]], str]] = {
        Format.OTLP: otlp,
        Format.OCSF: ocsf,
        Format.JSONL: json.dumps,
    }
    write = writers[format_]
    for entry in _found(settings, _question(where, since, until)):
        print(write(entry))


@audit.command()
@takes("audit")
def index(*, settings: Settings) -> None:
    """Make the index for searching anew from the log."""
    from hushgate.audit.index import Index

    print(f"{Index(_folder(settings)).rebuild()} entries")


@audit.command()
@takes("audit", "audit_key_file")
def key(*, settings: Settings) -> None:
    """Print the public key that verifies the log, PEM; the private one is made where there is none."""
    from hushgate.audit.signing import KEY_FILE, Signer

    path = settings.audit_key_file or _folder(settings) / KEY_FILE
    print(Signer.load(path).public.decode(), end="")


def _found(settings: Settings, question: Question) -> Iterator[Mapping[str, Any]]:
    from hushgate.audit.index import Index

    reading = Index(_folder(settings))
    reading.update()
    token = ""
    while True:
        page = reading.search(question, page_size=_PAGE, token=token)
        yield from page.entries
        token = page.next_token
        if not token:
            return


def _question(where: list[str] | None, since: str, until: str) -> Question:
    from hushgate.audit.index import Question

    values: dict[str, list[str]] = {}
    for one in where or ():
        name, sign, value = one.partition("=")
        if not sign:
            raise Failure(Reason.FIELD_INVALID, "--where is FIELD=VALUE", field="where")
        values.setdefault(name, []).append(value)
    return Question(values, _beginning(since, "since"), _beginning(until, "until"))


def _beginning(time: str, field: str) -> str:
    """The time as entries begin that have it: ``2026-11-21``, ``2026-11-21T09:30``."""
    written = time.strip().replace(" ", "T").removesuffix("Z")
    if not written:
        return ""
    try:
        datetime.fromisoformat(written + _FIRST[len(written) :])
    except ValueError:
        pass
    else:
        if _TIME.fullmatch(written):
            return written
    sentence = f"{field} must be a time in UTC or its beginning, as in 2026-11-21 or 2026-11-21T09:30"
    raise Failure(Reason.FIELD_INVALID, sentence, field=field)


def _folder(settings: Settings) -> Path:
    if settings.audit is None:
        sentence = "audit must be given, the log's directory: --audit DIR or HUSHGATE_AUDIT"
        raise Failure(Reason.FIELD_REQUIRED, sentence, field="audit")
    if not settings.audit.is_dir():
        raise Failure(Reason.FIELD_INVALID, f"audit: {settings.audit} is no directory", field="audit")
    return settings.audit
