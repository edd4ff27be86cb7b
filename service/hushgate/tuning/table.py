"""How a measurement is printed: tables on a terminal, plain columns in a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from hushgate.tuning.compare import GATED
from hushgate.tuning.figures import (
    METRIC_NAMES,
    NONE,
    bounds,
    change,
    change_bounds,
    count,
    milliseconds,
    share,
    short_bounds,
)
from hushgate.tuning.summary import TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import Console

    from hushgate.tuning.bootstrap import Estimate
    from hushgate.tuning.compare import Comparison, Difference
    from hushgate.tuning.summary import Summary

OVERLAP = ("precision", "recall", "f1", "f2", "leakage")
STRICT = ("strict_precision", "strict_recall", "strict_f1", "strict_f2")

PIPE_WIDTH = 200
"""Columns of what is no terminal: enough that no row breaks."""
_NARROW = 120
"""With fewer columns, intervals stand below their numbers."""


def print_summary(console: Console, summary: Summary) -> None:
    """The numbers of each entity and of the total, by overlap and strictly, files apart, and latency."""
    _titled(console, "Found where they overlap, %", _entities(console, summary, OVERLAP))
    _titled(console, "Found with the same bounds, %", _entities(console, summary, STRICT))
    if len(summary.by_file) > 1:
        _titled(console, "File by file, all entities, %", _files(console, summary))
    for sentence in (*sentences(summary), latency(summary)):
        _print(console, sentence)


def sentences(summary: Summary) -> Iterator[str]:
    """What the tables do not say."""
    counts, texts = summary.total.counts, len(summary.measured.rows)
    yield (
        f"{count(texts)} texts, {count(counts.support)} labels; {count(counts.leaked)} of their "
        f"{count(counts.characters)} letters and digits leak."
    )
    if unlabelled := summary.measured.unlabelled:
        listed = ", ".join(f"{entity} {count(number)}" for entity, number in unlabelled.items())
        yield f"Found, though no file labels such, and not counted: {listed}."


def latency(summary: Summary) -> str:
    """How long detection took."""
    each = ", ".join(f"p{quantile} {milliseconds(value)}" for quantile, value in summary.latency.items())
    return f"Detection of one text: {each}."


def print_comparison(console: Console, comparison: Comparison, notices: Sequence[str]) -> None:
    """What got better and what got worse, and by how much."""
    table = _table(console)
    table.add_column("entity", style="bold", overflow="fold")
    for metric in GATED:
        table.add_column(METRIC_NAMES[metric], justify="right")
    for entity, differences in changed(comparison).items():
        table.add_row(_name(entity), *(_change(differences[metric]) for metric in GATED))
    if table.row_count:
        _titled(console, f"Change against the baseline on {count(comparison.texts)} texts, points", table)
    if same := unchanged(comparison):
        _print(console, f"As in the baseline: {', '.join(same)}.")
    for notice in (*notices, *unshared(comparison)):
        _print(console, f"Note: {notice}.")


def _print(console: Console, sentence: str) -> None:
    console.print(sentence, soft_wrap=not console.is_terminal)


def changed(comparison: Comparison) -> Mapping[str, Mapping[str, Difference]]:
    """The differences of each entity that differs, by metric."""
    return {entity: each for entity, each in _by_entity(comparison).items() if _differs(each)}


def unchanged(comparison: Comparison) -> list[str]:
    """The entities that do not differ."""
    return [entity for entity, each in _by_entity(comparison).items() if not _differs(each)]


def _differs(differences: Mapping[str, Difference]) -> bool:
    return any(each.before != each.after for each in differences.values())


def _by_entity(comparison: Comparison) -> dict[str, dict[str, Difference]]:
    found: dict[str, dict[str, Difference]] = {}
    for each in comparison.differences:
        found.setdefault(each.entity, {})[each.metric] = each
    return found


def unshared(comparison: Comparison) -> Iterator[str]:
    """Sentences on the texts that could not be compared."""
    if comparison.only_before:
        yield f"{count(comparison.only_before)} texts of the baseline are not here, or labelled otherwise"
    if comparison.only_after:
        yield f"{count(comparison.only_after)} texts are not in the baseline, or labelled otherwise there"


def _entities(console: Console, summary: Summary, metrics: Sequence[str]) -> Table:
    table = _table(console)
    table.add_column("entity", style="bold", no_wrap=True)
    table.add_column("labels", justify="right", no_wrap=True)
    for metric in metrics:
        table.add_column(METRIC_NAMES[metric.removeprefix("strict_")], justify="right")
    for line in summary.lines:
        if line is summary.total:
            table.add_section()
        cells = (_estimate(console, line.estimates[metric]) for metric in metrics)
        table.add_row(_name(line.entity), count(line.counts.support), *cells)
    return table


def _files(console: Console, summary: Summary) -> Table:
    table = _table(console)
    table.add_column("file", style="bold", overflow="fold")
    for name in ("texts", "labels", *(METRIC_NAMES[metric] for metric in OVERLAP)):
        table.add_column(name, justify="right", no_wrap=True)
    for file, (counts, values) in summary.by_file.items():
        texts = count(len(summary.measured.files[file]))
        shares = (share(values.get(metric)) for metric in OVERLAP)
        table.add_row(Text(file.rpartition("/")[2]), texts, count(counts.support), *shares)
    return table


def _titled(console: Console, title: str, table: Table) -> None:
    console.print(Text(title, style="italic"))
    console.print(table)
    if not console.is_terminal:  # a table on a terminal ends with an empty line of its own
        console.print()


def _table(console: Console) -> Table:
    return Table(box=box.SIMPLE_HEAD if console.is_terminal else None, pad_edge=False, padding=(0, 2, 0, 0))


def _name(entity: str) -> Text:
    # As text: a name out of a file is no markup.
    return Text(entity, style="italic" if entity == TOTAL else "")


def _estimate(console: Console, estimate: Estimate | None) -> Text:
    if estimate is None:
        return Text(NONE)
    if console.width < _NARROW:
        return Text.assemble(share(estimate.value), ("\n" + short_bounds(estimate), "dim"))
    return Text.assemble(share(estimate.value), " ", (f"{bounds(estimate):>10}", "dim"))


def _change(difference: Difference) -> Text:
    verdict, style = "", ""
    if difference.is_worse:
        verdict, style = " worse", "bold red"
    if difference.is_better:
        verdict, style = " better", "green"
    if difference.change is None:
        return Text(NONE)
    if difference.before == difference.after:
        return Text("same", style="dim")
    within = change_bounds(difference.change)
    return Text.assemble((change(difference.change), style), (f"  {within}", "dim"), (verdict, style))
