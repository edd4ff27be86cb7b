"""The command ``hushgate evaluate``: options in, tables and files out, and with which code it ends."""

# ruff: noqa: PLC0415 - imports wait for their command
from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from hushgate.failure import Failure, Reason
from hushgate.options import READING, takes
from hushgate.settings import Settings  # noqa: TC001 - typer reads the annotations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from hushgate.tuning.compare import Comparison
    from hushgate.tuning.saved import Setup
    from hushgate.tuning.summary import Summary
    from hushgate.tuning.types import Types
    from hushgate.yamlfile import Problem

_SHOWN = 20
"""How many unread lines are listed."""


@takes(*READING)
def evaluate(
    data: Annotated[
        list[Path], typer.Argument(metavar="DATA...", help="Labelled JSON lines: id, text, spans, meta.")
    ],
    *,
    report: Annotated[Path | None, typer.Option(help="Write a page with charts here (HTML).")] = None,
    no_context: Annotated[
        bool, typer.Option("--no-context", help="Leave passages of the data out of the report.")
    ] = False,
    baseline: Annotated[
        Path | None, typer.Option(help="Compare with what an earlier run has saved here.")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Save the counts here, as a later baseline.")] = None,
    gate: Annotated[
        bool, typer.Option("--gate", help="End with 1 if an entity got worse, or a line cannot be read.")
    ] = False,
    types: Annotated[
        Path | None, typer.Option(help="YAML file of what labels count as, over the shipped one.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many texts of each file.")] = None,
    settings: Settings,
) -> None:
    """Measure detection on labelled texts: precision, recall, F1 and F2 of each entity, what leaks, latency.

    Each number stands beside its 95 % interval (bootstrap over texts). Lines that cannot be read are listed
    and not counted. Exit code 0; with --gate 1 if recall, F2 or leakage of an entity, or of all together, is
    certainly worse than in the baseline, or if a line is not counted; 2 if nothing could be measured.
    """
    from hushgate.tuning.types import read_types

    if gate and baseline is None:
        raise Failure(Reason.FIELD_REQUIRED, "--gate needs a --baseline to hold against", field="baseline")
    outputs = _Outputs(report, save, context=not no_context)
    sys.exit(_evaluate(data, settings, read_types(types), outputs, baseline, limit=limit, gate=gate))


class _Outputs(NamedTuple):
    """What is written beside the tables."""

    report: Path | None
    save: Path | None
    context: bool


def _evaluate(
    data: Sequence[Path],
    settings: Settings,
    types: Types,
    outputs: _Outputs,
    baseline: Path | None,
    *,
    limit: int | None,
    gate: bool,
) -> int:
    from hushgate.assembly import load_detector, load_policies
    from hushgate.tuning.compare import compare, notices
    from hushgate.tuning.running import run
    from hushgate.tuning.saved import Setup, read_saved
    from hushgate.tuning.summary import Summary

    earlier = read_saved(baseline) if baseline else None
    policy, *_ = load_policies(settings)
    detector = load_detector(settings)
    with _progress(data, limit) as said:
        done = run(data, detector, policy, types, limit=limit, said=said)
    _list(done.problems)
    if not done.measured.rows:
        raise Failure(Reason.FIELD_INVALID, "no labelled text could be measured", field="data")
    setup, summary = Setup(version("hushgate"), policy.version, types.digest), Summary(done.measured)
    comparison = compare(earlier, done.measured) if earlier else None
    notes = notices(earlier.setup, setup) if earlier else []
    _print(summary, comparison, notes)
    _write(outputs, summary, setup, comparison, notes)
    return _gated(comparison, done.problems) if gate and comparison else 0


def _print(summary: Summary, comparison: Comparison | None, notes: Sequence[str]) -> None:
    from rich.console import Console

    from hushgate.tuning.table import PIPE_WIDTH, print_comparison, print_summary

    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, emoji=False, width=PIPE_WIDTH, no_color=True)
    print_summary(console, summary)
    if comparison:
        print_comparison(console, comparison, notes)


def _write(
    outputs: _Outputs, summary: Summary, setup: Setup, comparison: Comparison | None, notes: Sequence[str]
) -> None:
    from hushgate.tuning.saved import saved_text

    if outputs.save:
        _put(outputs.save, saved_text(summary, setup), "save")
    if outputs.report:
        from hushgate.tuning.report import report_text

        made = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
        page = report_text(summary, setup, comparison, notes, made=made, context=outputs.context)
        _put(outputs.report, page, "report")


def _put(path: Path, content: str, field: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise Failure(
            Reason.FIELD_INVALID, f"{path} cannot be written: {error.strerror}", field=field
        ) from None
    _say(f"{field}: {path}")


def _list(problems: Sequence[Problem]) -> None:
    for problem in problems[:_SHOWN]:
        _say(str(problem))
    if len(problems) > _SHOWN:
        _say(f"and {len(problems) - _SHOWN} more like these")
    if problems:
        what = "1 line is" if len(problems) == 1 else f"{len(problems)} lines are"
        _say(f"{what} not counted")


def _gated(comparison: Comparison, problems: Sequence[Problem]) -> int:
    """0 if nothing certainly got worse and every line was counted; else 1, and it says why."""
    from hushgate.tuning.figures import METRIC_NAMES, change, change_bounds, share

    if not comparison.texts:
        raise Failure(Reason.FIELD_INVALID, "the baseline has none of these texts", field="baseline")
    for each in comparison.regressions:
        within = f"{change(each.change)} points, {change_bounds(each.change)}"
        _say(
            f"worse: {each.entity} {METRIC_NAMES[each.metric]} "
            f"{share(each.before)} to {share(each.after)} ({within})"
        )
    if problems:
        _say("the gate stays closed: not every line is counted")
    return 1 if comparison.regressions or problems else 0


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


@contextmanager
def _progress(files: Sequence[Path], limit: int | None) -> Iterator[Callable[[int], object]]:
    """Shows on a terminal how far it is."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("texts"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("texts", total=sum(_lines(file, limit) for file in files))
        yield lambda done: progress.update(task, completed=done)


def _lines(file: Path, limit: int | None) -> int:
    """About how many texts the file has; 0 where that takes reading it away."""
    if not file.is_file():
        return 0
    with file.open("rb") as lines:
        return sum(1 for _ in islice(lines, limit))
