"""``hushgate redact`` and ``hushgate decrypt``: filters from stdin or files to stdout, line by line.

Modules that take their time to import are imported by the command that needs them.
"""

# ruff: noqa: PLC0415 - imports wait for their command
from __future__ import annotations

import gc
import io
import os
import signal
import stat
import sys
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from hushgate.ending import end
from hushgate.failure import Failure
from hushgate.options import READING, takes
from hushgate.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class OnError(StrEnum):
    """What becomes of a line that cannot be redacted."""

    STOP = "stop"
    MARK = "mark"


class Format(StrEnum):
    """What a line is."""

    TEXT = "text"
    JSONL = "jsonl"


@takes(*READING)
def redact(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="What to read; stdin if not given.")
    ] = None,
    *,
    format_: Annotated[Format, typer.Option("--format", help="What a line is: text or JSON.")] = Format.TEXT,
    findings: Annotated[
        bool,
        typer.Option(
            "--findings",
            help="Print JSON lines: id, redacted text, and findings with offsets in what was read.",
        ),
    ] = False,
    on_error: Annotated[
        OnError,
        typer.Option(
            help="A line that cannot be redacted: stop ends the run, mark puts a marker in its place."
        ),
    ] = OnError.STOP,
    settings: Settings,
) -> None:
    """Redact text lines or JSON lines: a filter from stdin or files to stdout.

    Lines come out in the order they came in, each as soon as it is there, with its own line ending. The
    first line that cannot be redacted ends the run with its number and exit code 2: nothing of it, and
    nothing after it, is printed. With `--on-error mark` the run goes on: in the line's place stands
    `[LINE NOT REDACTED]`, or in JSON lines `{"id": "7", "error": "JSON_INVALID"}` with its number; how many
    there were is said at the end, and the exit code is 1.

    A secret that goes over several lines is not seen line by line; redact such texts as JSON strings.
    """
    from hushgate import lines
    from hushgate.redactor import Redactor

    redactor = Redactor.load(settings=settings)
    gc.freeze()  # what is loaded stays: the collector need not go through it again and again
    if redactor.notice:
        print(f"hushgate: {redactor.notice}", file=sys.stderr)
    treat = {
        (Format.TEXT, False): lines.redact_texts,
        (Format.JSONL, False): lines.redact_documents,
        (Format.TEXT, True): lines.find_in_texts,
        (Format.JSONL, True): lines.find_in_documents,
    }[format_, findings]
    is_json = findings or format_ is Format.JSONL
    mark = {OnError.STOP: None, OnError.MARK: lines.mark_document if is_json else lines.mark_text}[on_error]
    marked = 0
    with _written() as write:
        for file in files or (None,):
            with _opened(file) as read:
                try:
                    marked += lines.redact_lines(
                        read, write, partial(treat, redactor), longest=settings.max_text, mark=mark
                    )
                except Failure as failure:
                    end(f"{file}: {failure.sentence}" if file else failure.sentence, 2)
    if marked:
        count = "1 line" if marked == 1 else f"{marked} lines"
        end(f"{count} could not be redacted; a marker stands in the place of each", 1)


@contextmanager
def _opened(file: Path | None) -> Iterator[Callable[[int], bytes]]:
    """What reads the file, or stdin; shows how far it is, on a terminal, where the end is known."""
    try:
        raw = file.open("rb", buffering=0) if file else io.FileIO(0, closefd=False)
    except OSError as error:
        end(f"{file}: {error.strerror}", 2)
    with raw:
        status = os.fstat(raw.fileno())
        if not stat.S_ISREG(status.st_mode) or not sys.stderr.isatty() or sys.stdout.isatty():
            yield raw.read
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task(file.name if file else "stdin", total=status.st_size)

            def read(length: int) -> bytes:
                chunk = raw.read(length)
                progress.advance(task, len(chunk))
                return chunk

            yield read


@contextmanager
def _written() -> Iterator[Callable[[bytes], None]]:
    """What writes to stdout at once; quiet when nobody reads on, as `head` does not."""
    out = sys.stdout.buffer

    def write(data: bytes) -> None:
        out.write(data)
        out.flush()

    try:
        yield write
    except BrokenPipeError:
        # Whatever is left in the buffer goes nowhere, so that the interpreter does not complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def decrypt(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="What to read; stdin if not given.")
    ] = None,
    *,
    key_file: Annotated[
        list[Path] | None,
        typer.Option(
            "--key-file", help="File that holds a master key, a retired one too, or a ring; repeatable."
        ),
    ] = None,
) -> None:
    """Open the ciphertexts that a policy's `encrypt` has left in a text: a filter from stdin or files.

    What no given key opens stays as it is, is counted on stderr, and makes the exit code 1.
    """
    from hushgate.assembly import load_ring
    from hushgate.transformation.joinable import Keys
    from hushgate.transformation.joinable import decrypt as opened

    each = [Settings.read(key_file=file) for file in (key_file or (None,))]
    masters = [key for settings in each if settings.master_key() for key in load_ring(settings).keys]
    if not masters:
        end("a ciphertext needs the master key: give --key-file", 2)
    ring = Keys.derive(*masters)
    left = 0
    with _written() as write:
        for file in files or (None,):
            try:
                with file.open("rb") if file else io.FileIO(0, closefd=False) as raw:
                    for line in io.BufferedReader(raw) if isinstance(raw, io.RawIOBase) else raw:
                        done = opened(line.decode("utf-8", "surrogateescape"), ring)
                        left += done.unopened
                        write(done.text.encode("utf-8", "surrogateescape"))
            except OSError as error:
                end(f"{file}: {error.strerror}", 2)
    if left:
        end(f"{left} {'ciphertext does' if left == 1 else 'ciphertexts do'} not open under the given keys", 1)
