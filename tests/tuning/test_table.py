"""How a measurement is printed: whole rows at every width, colours and boxes on a terminal alone."""

from __future__ import annotations

import io

import numpy as np
import pytest
from rich.console import Console

from hushgate.tuning.compare import compare
from hushgate.tuning.measuring import Measured
from hushgate.tuning.saved import Saved, Setup
from hushgate.tuning.scoring import Counts
from hushgate.tuning.summary import Summary
from hushgate.tuning.table import print_comparison, print_summary

HIT, MISS = Counts(1, 1, 1, 1, 1, 1, 8, 0), Counts(1, 0, 0, 0, 0, 0, 8, 8)
ENTITY = "US_BANK_NUMBER_PARTIAL"


def measured(missed: int = 10) -> Measured:
    texts = {str(index): ((ENTITY, MISS if index < missed else HIT),) for index in range(40)}
    return Measured(
        entities=(ENTITY,),
        precise=np.ones(1, dtype=bool),
        rows=texts,
        files={"one.jsonl": tuple(texts.values()), "[bold]two.jsonl": ()},
        unlabelled={"URL": 3},
        confusions={},
        misses=(),
        alarms=(),
        curves={},
        thresholds={},
        milliseconds=np.array([1.0, 2.0]),
    )


def printed(width: int, *, terminal: bool) -> str:
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=terminal,
        color_system=None,
        markup=False,
        highlight=False,
    )
    print_summary(console, Summary(measured()))
    before = Saved(Setup("", "", ""), frozenset({ENTITY}), measured(0).rows)
    print_comparison(console, compare(before, measured()), ["other types"])
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 100, 160])
def test_on_a_terminal_nothing_is_cut_and_no_line_too_long(width):
    shown = printed(width, terminal=True)

    assert max(map(len, shown.splitlines())) <= width
    assert "…" not in shown
    assert ENTITY in shown


def test_on_a_narrow_terminal_intervals_stand_below():
    lines = printed(80, terminal=True).splitlines()
    row = next(index for index, line in enumerate(lines) if ENTITY in line)

    assert "75.0" in lines[row]
    assert "–" not in lines[row]
    assert lines[row + 1].split()[1].count("–") == 1


def test_in_a_pipe_a_row_is_a_line_with_its_intervals():
    shown = printed(200, terminal=False)
    row = next(line for line in shown.splitlines() if line.startswith(ENTITY)).split()

    assert row[:3] == [ENTITY, "40", "100.0"]
    assert row[4] == "75.0"
    assert set("─━│┃╭\x1b").isdisjoint(shown)


def test_names_out_of_files_are_no_markup():
    assert "[bold]two.jsonl" in printed(200, terminal=False)


def test_what_got_worse_is_said_in_words():
    shown = printed(200, terminal=False)
    row = next(
        line for line in shown[shown.index("Change against") :].splitlines() if line.startswith(ENTITY)
    )

    assert row.count("worse") == 3
    assert "−25.0" in row
    assert "Note: other types." in shown


def test_what_no_file_labels_is_listed():
    assert "and not counted: URL 3." in printed(200, terminal=False)
