"""``hushgate drift``: the logs read, and the report as a table or as JSON."""

# ruff: noqa: PLC0415 - imports wait for their command
from __future__ import annotations

import io
import json
import sys
from dataclasses import asdict
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from hushgate.ending import end

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from hushgate.drift.changes import Change
    from hushgate.drift.logs import Series

_WEEKS = 6
"""How many weeks the table shows, the last ones."""


def drift(
    logs: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[LOG]...", help="Call logs or an audit log's files or directory; or stdin."),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print all weeks and changes as JSON.")] = False,
) -> None:
    """Report by week what a gate has found, blocked and handed to people, and where that has changed.

    Rates are per decision (of entities), per draft (blocked, escalated) or per call (failed); scores are
    means by rule, which only the call log has. Exit code 1 if there is no call in the logs.
    """
    from hushgate.drift.changes import changes
    from hushgate.drift.logs import calls, series

    found = series(calls(_lines(logs or [])))
    if not found:
        end("no calls in these logs", 1)
    moved = [change for one in found for change in changes(one)]
    print(_document(found, moved) if as_json else _table(found, moved))


def _lines(logs: list[Path]) -> Iterator[str]:
    if not logs:
        yield from io.TextIOWrapper(sys.stdin.buffer, "utf-8", "replace")
    for log in logs:
        for file in sorted(each for each in log.rglob("*.jsonl")) if log.is_dir() else [log]:
            try:
                with file.open(encoding="utf-8", errors="replace") as lines:
                    yield from lines
            except OSError as error:
                end(f"{file}: {error.strerror}")


def _document(found: list[Series], moved: list[Change]) -> str:
    weeks = [
        {"series": one.name, "week": _week(week), "level": value / weight, "over": weight}
        for one in found
        for week, (value, weight) in one.weeks().items()
    ]
    told = [{**asdict(change), "week": _week(change.week)} for change in moved]
    return json.dumps({"weeks": weeks, "changes": told}, indent=1)


def _table(found: list[Series], moved: list[Change]) -> str:
    weeks = sorted({week for one in found for week in one.weeks()})[-_WEEKS:]
    width = max(len(one.name) for one in found)
    lines = ["  ".join([" " * width, *(f"{_week(week):>8}" for week in weeks)])]
    for one in found:
        levels = one.weeks()
        cells = [f"{levels[w][0] / levels[w][1]:8.3f}" if w in levels else " " * 8 for w in weeks]
        lines.append("  ".join([f"{one.name:{width}}", *cells]))
    lines += ["", "changes" if moved else "no change"]
    lines += [
        f"  {_week(c.week)}  {c.series}: {c.before:.3f} to {c.after:.3f} (z {c.z:.1f})"
        for c in sorted(moved, key=lambda c: (c.week, -c.z))
    ]
    return "\n".join(lines)


def _week(monday: date) -> str:
    """As ISO 8601 writes it."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"
