"""The command line: one function a command, each a thin edge around what answers it.

Modules that take their time to import are imported by the command that needs them.
"""

# ruff: noqa: PLC0415 - imports wait for their command
from __future__ import annotations

import io
import os
import signal
import stat
import sys
from contextlib import contextmanager
from enum import StrEnum
from functools import partial
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from hushgate.audit.command import audit
from hushgate.drift.command import drift
from hushgate.drill.command import drill
from hushgate.failure import Failure
from hushgate.options import AUDIT, READING, SESSIONS, takes
from hushgate.policy.commands import policies
from hushgate.server.agents import agents
from hushgate.server.commands import health, serve
from hushgate.server.operating import erase, keys, receipt, reveal
from hushgate.server.reviews import reviews
from hushgate.settings import Settings
from hushgate.tuning.command import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hushgate.gate import Gate

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,  # its traceback would show values
    help="Stands between a contact centre's data, its language model and its customers.",
)


class OnError(StrEnum):
    """What becomes of a line that cannot be redacted."""

    STOP = "stop"
    MARK = "mark"


class Format(StrEnum):
    """What a line is."""

    TEXT = "text"
    JSONL = "jsonl"


def main() -> None:
    """Run the command line. A failure is one sentence on stderr and exit code 2; no value is shown."""
    try:
        app()
    except Failure as failure:
        _end(failure.sentence, 2)
    except Exception as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "an unknown place"
        _end(f"internal error: {type(error).__name__} at {where}", 70)


def _end(sentence: str, code: int) -> NoReturn:
    print(f"hushgate: {sentence}", file=sys.stderr)
    sys.exit(code)


@app.command()
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
                    _end(f"{file}: {failure.sentence}" if file else failure.sentence, 2)
    if marked:
        count = "1 line" if marked == 1 else f"{marked} lines"
        _end(f"{count} could not be redacted; a marker stands in the place of each", 1)


@contextmanager
def _opened(file: Path | None) -> Iterator[Callable[[int], bytes]]:
    """What reads the file, or stdin; shows how far it is, on a terminal, where the end is known."""
    try:
        raw = file.open("rb", buffering=0) if file else io.FileIO(0, closefd=False)
    except OSError as error:
        _end(f"{file}: {error.strerror}", 2)
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


@app.command()
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
        _end("a ciphertext needs the master key: give --key-file", 2)
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
                _end(f"{file}: {error.strerror}", 2)
    if left:
        _end(
            f"{left} {'ciphertext does' if left == 1 else 'ciphertexts do'} not open under the given keys", 1
        )


@app.command()
@takes("profiles")
def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[DIR|FILE]...", help="Packs and policies; the shipped and set ones if not given."
        ),
    ] = None,
    *,
    settings: Settings,
) -> None:
    """Check packs and policies, and run every example of every rule. Exit code 1 if there is a problem."""
    from hushgate.lint import lint

    report = lint(paths or [], settings)
    for problem in report.problems:
        print(problem)
    print(report.summary, file=sys.stderr if report.problems else sys.stdout)
    sys.exit(1 if report.problems else 0)


@contextmanager
def _gate(settings: Settings) -> Iterator[Gate]:
    """A gate in this process, for one request."""
    from hushgate.server.assembly import assemble

    assembled = assemble(settings)
    try:
        yield assembled.gate
    finally:
        assembled.close()


@app.command()
@takes(*READING, *SESSIONS, *AUDIT)
def prepare(*, settings: Settings) -> None:
    """Prepare one request: a PrepareRequest as JSON on stdin, the PrepareResponse as JSON on stdout."""
    from hushgate.server import once

    with _gate(settings) as gate:
        print(once.prepare(gate, sys.stdin.read()))


@app.command()
@takes(*READING, *SESSIONS, *AUDIT)
def review(*, settings: Settings) -> None:
    """Review one draft: a ReviewRequest as JSON on stdin, the ReviewResponse as JSON on stdout.

    Exit code 0 if it passed or was redacted, 3 if it is blocked, 4 if it waits for a person. What an
    earlier `prepare` has seen is known only with the same `--store sqlite:///PATH` and key.
    """
    from hushgate.calls import Verdict
    from hushgate.server import once

    with _gate(settings) as gate:
        verdict, answer = once.review(gate, sys.stdin.read())
    print(answer)
    sys.exit({Verdict.BLOCKED: 3, Verdict.HELD: 4}.get(verdict, 0))


@app.command()
def demo() -> None:
    """Play a contact-centre conversation through a real server, shown before and after."""
    from hushgate.demo.play import play

    play()


app.command()(serve)
app.command()(health)
app.command()(evaluate)
app.command()(drift)
app.command()(drill)
app.command()(erase)
app.command()(receipt)
app.command()(reveal)
app.add_typer(keys, name="keys")
app.add_typer(audit, name="audit")
app.add_typer(agents, name="agents")
app.add_typer(policies, name="policies")
app.add_typer(reviews, name="reviews")


@app.command()
@takes(*READING)
def explain(
    text: Annotated[
        str, typer.Argument(help="What to look at; «marks» ask why a span was or was not found.")
    ],
    *,
    label: Annotated[str, typer.Option(help="Words that stand before it, for context only.")] = "",
    destination: Annotated[str, typer.Option(help="Where it is going.")] = "log",
    settings: Settings,
) -> None:
    """Tell why something in a text was found, or was not: rule, score, view and action."""
    from hushgate.detection.check import unmarked
    from hushgate.explain import Explainer, report

    plain, marked = unmarked(text)
    explanation = Explainer.load(settings).explain(plain, label=label, destination=destination, marked=marked)
    print(report(plain, explanation))
