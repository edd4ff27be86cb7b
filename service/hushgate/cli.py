"""The command line: one function a command, each a thin edge around what answers it.

Modules that take their time to import are imported by the command that needs them.
"""

# ruff: noqa: PLC0415 - imports wait for their command
from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from hushgate.audit.command import audit
from hushgate.drift.command import drift
from hushgate.drill.command import drill
from hushgate.ending import end
from hushgate.failure import Failure
from hushgate.filters import decrypt, redact
from hushgate.options import AUDIT, READING, SESSIONS, takes
from hushgate.policy.commands import policies
from hushgate.server.agents import agents
from hushgate.server.commands import health, serve
from hushgate.server.operating import erase, keys, receipt, reveal
from hushgate.server.reviews import reviews
from hushgate.settings import Settings  # noqa: TC001 - typer reads the annotations
from hushgate.tuning.command import evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hushgate.gate import Gate

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,  # its traceback would show values
    help="Stands between a contact centre's data, its language model and its customers.",
)


def main() -> None:
    """Run the command line. A failure is one sentence on stderr and exit code 2; no value is shown."""
    try:
        app()
    except Failure as failure:
        end(failure.sentence)
    except Exception as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "an unknown place"
        end(f"internal error: {type(error).__name__} at {where}", 70)


app.command()(redact)
app.command()(decrypt)


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
@takes(*READING, "note_model", *SESSIONS, *AUDIT)
def prepare(*, settings: Settings) -> None:
    """Prepare one request: a PrepareRequest as JSON on stdin, the PrepareResponse as JSON on stdout."""
    from hushgate.server import once

    call = once.prepare_call(sys.stdin.read())
    with _gate(settings) as gate:
        print(once.prepare(gate, call))


@app.command()
@takes(*READING, "note_model", *SESSIONS, *AUDIT)
def review(*, settings: Settings) -> None:
    """Review one draft: a ReviewRequest as JSON on stdin, the ReviewResponse as JSON on stdout.

    Exit code 0 if it passed or was redacted, 3 if it is blocked, 4 if it waits for a person. What an
    earlier `prepare` has seen is known only with the same `--store sqlite:///PATH` and key.
    """
    from hushgate.calls import Verdict
    from hushgate.server import once

    call = once.review_call(sys.stdin.read())
    with _gate(settings) as gate:
        verdict, answer = once.review(gate, call)
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
