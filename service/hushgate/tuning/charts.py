"""What the report's charts show: numbers with their intervals, thresholds, confusions and latency."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from hushgate.tuning.drawing import box, chart, line, linear, node, room, shortened, text
from hushgate.tuning.figures import bounds, count, milliseconds, share
from hushgate.tuning.scoring import MISSED
from hushgate.tuning.summary import QUANTILES
from hushgate.tuning.sweep import THRESHOLDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from xml.etree.ElementTree import Element

    from hushgate.tuning.bootstrap import Estimate
    from hushgate.tuning.drawing import Scale
    from hushgate.tuning.metrics import Array
    from hushgate.tuning.summary import Line

_ROW, _BAR = 34.0, 11.0


def bars(lines: Sequence[Line]) -> str:
    """Recall and precision of each entity as bars, with their intervals as whiskers."""
    left = room([shortened(each.entity) for each in lines]) + 14
    right, bottom = left + 640, 24 + _ROW * len(lines)
    x = linear(0, 1, left, right)
    drawn: list[Element] = []
    for tick in (0, 0.25, 0.5, 0.75, 1):
        drawn += [
            line(x(tick), 20, x(tick), bottom, "grid"),
            text(x(tick), 13, f"{tick:.0%}", class_="tick", anchor="middle"),
        ]
    for index, each in enumerate(lines):
        top = 26 + _ROW * index
        drawn.append(text(left - 10, top + 15, shortened(each.entity), class_="name", anchor="end"))
        for offset, metric in ((0.0, "recall"), (_BAR + 2, "precision")):
            estimate = each.estimates[metric]
            if estimate is not None:
                said = f"{each.entity}: {metric} {share(estimate.value)} %, {bounds(estimate)}"
                drawn += _bar(x, estimate, top + offset, metric, said=said)
                drawn.append(
                    text(right + 50, top + offset + 9, share(estimate.value), class_="tick", anchor="end")
                )
            elif metric == "precision":
                why = "no findings" if each.precise else "recall only"
                drawn.append(text(x(0) + 4, top + offset + 9, why, class_="tick"))
    return chart(right + 54, bottom + 4, "Recall and precision of each entity", *drawn)


def _bar(x: Scale, estimate: Estimate, top: float, metric: str, *, said: str) -> Iterator[Element]:
    low, high, middle = x(estimate.low), x(estimate.high), top + _BAR / 2
    yield box(x(0), top, x(estimate.value) - x(0), _BAR, metric, said=said)
    yield line(low, middle, high, middle, "whisker")
    yield line(low, middle - 3, low, middle + 3, "whisker")
    yield line(high, middle - 3, high, middle + 3, "whisker")


def thresholds(entity: str, curve: tuple[Array, Array], at: float | None) -> str:
    """Precision and recall of one entity at every threshold; a dashed line where the policy's is."""
    precision, recall = curve
    first = _first_shown(curve)
    left, right, top, bottom = 38.0, 232.0, 26.0, 122.0
    x, y = linear(THRESHOLDS[first], 1, left, right), linear(0, 1, bottom, top)
    drawn = [text(left, 14, shortened(entity, 28), class_="name")]
    for tick in (0, 0.5, 1):
        drawn += [
            line(left, y(tick), right, y(tick), "grid"),
            text(left - 5, y(tick) + 4, f"{tick:.0%}", class_="tick", anchor="end"),
        ]
    for tick in (THRESHOLDS[first], (THRESHOLDS[first] + 1) / 2, 1):
        drawn.append(
            text(x(tick), bottom + 15, f"{tick:.2f}".rstrip("0").rstrip("."), class_="tick", anchor="middle")
        )
    if at is not None and THRESHOLDS[first] <= at <= 1:
        drawn.append(line(x(at), top, x(at), bottom, "mark"))
    for values, metric in ((recall, "recall"), (precision, "precision")):
        points = [
            (x(threshold), y(value))
            for threshold, value in zip(THRESHOLDS[first:], values[first:].tolist(), strict=True)
            if not math.isnan(value)
        ]
        drawn.append(node("path", d=_steps(points), class_=f"curve {metric}-line"))
    return chart(246, 144, f"{entity}: precision and recall by threshold", *drawn)


def _first_shown(curve: tuple[Array, Array]) -> int:
    """From which threshold on there is something to see: a tenth before the first change."""
    changes = [np.flatnonzero(np.diff(np.nan_to_num(values, nan=-1.0))) for values in curve]
    first = min((int(each[0]) for each in changes if each.size), default=len(THRESHOLDS) // 2)
    return max(0, min(first - 5, 15))


def _steps(points: Sequence[tuple[float, float]]) -> str:
    if not points:
        return "M0 0"
    # What counts at a threshold counts down to the one before it.
    path = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    path += [f"V{py:.1f}H{px:.1f}" for px, py in points[1:]]
    return "".join(path)


_CELL_WIDTH, _CELL_HEIGHT = 46.0, 26.0
_OTHERS, _NO_FINDING, _NO_LABEL = "others", "not found", "no label"
_MOST = 15


def confusions(pairs: Mapping[tuple[str, str], int]) -> str:
    """What each label was found as: a row a labelled entity, a column a found one, false alarms last."""
    rows, columns, cells = grid(pairs)
    if not rows:
        return ""
    left, top = (
        room([shortened(name) for name in rows]) + 14,
        14 + 0.62 * room([shortened(name, 22) for name in columns]),
    )
    width, height = left + _CELL_WIDTH * len(columns), top + _CELL_HEIGHT * len(rows)
    drawn = []
    for index, name in enumerate(columns):
        x, y = left + _CELL_WIDTH * (index + 0.5), top - 7
        drawn.append(
            node(
                "text",
                shortened(name, 22),
                transform=f"translate({x + 4:.0f} {y:.0f}) rotate(-45)",
                class_="tick",
            )
        )
    for index, name in enumerate(rows):
        y = top + _CELL_HEIGHT * index
        drawn.append(text(left - 10, y + 17, shortened(name), class_="name", anchor="end"))
        whole = sum(cells[name, column] for column in columns)
        for place, column in enumerate(columns):
            drawn += _cell(left + _CELL_WIDTH * place, y, (name, column), cells[name, column], whole)
    return chart(
        width + 0.62 * room([shortened(columns[-1], 22)]) + 20,
        height + 4,
        "What each label was found as",
        *drawn,
    )


def _cell(x: float, y: float, names: tuple[str, str], number: int, whole: int) -> Iterator[Element]:
    (row, column), part = names, number / whole if whole else 0.0
    said = f"{row} found as {column}: {count(number)} of {count(whole)}"
    shade = box(
        x + 1, y + 1, _CELL_WIDTH - 2, _CELL_HEIGHT - 2, "hit" if row == column else "slip", said=said
    )
    shade.set("fill-opacity", f"{0.85 * part + 0.12 if number else 0.04:.2f}")
    yield shade
    if number:
        on = "cell on" if part > 0.55 else "cell"
        yield text(x + _CELL_WIDTH / 2, y + 17, _short(number), class_=on, anchor="middle")


def _short(number: int) -> str:
    return str(number) if number < 10_000 else f"{number / 1000:.0f}k"


def grid(pairs: Mapping[tuple[str, str], int]) -> tuple[list[str], list[str], Counter[tuple[str, str]]]:
    """Names of rows and columns, most frequent first, and the number in each cell.

    Only the most frequent labels have a row; of what has no column, "others" is found.
    """
    labelled, found = Counter[str](), Counter[str]()
    for (label, entity), number in pairs.items():
        if label != MISSED:
            labelled[label] += number
        if entity not in (MISSED, label):
            found[entity] += number
    rows = [name for name, _ in labelled.most_common(_MOST)]
    extra = [name for name, _ in found.most_common(_MOST) if name not in rows]
    columns = [*rows, *extra[: max(0, _MOST - len(rows))]]
    cells: Counter[tuple[str, str]] = Counter()
    for (label, entity), number in pairs.items():
        if label == MISSED or label in rows:
            column = _NO_FINDING if entity == MISSED else entity if entity in columns else _OTHERS
            cells[label or _NO_LABEL, column] += number
    rows += [_NO_LABEL] if any(row == _NO_LABEL for row, _ in cells) else []
    columns = [_NO_FINDING, *columns]
    columns += [_OTHERS] if any(column == _OTHERS for _, column in cells) else []
    return rows, columns, cells


def latency(values: Array) -> str:
    """How many texts took how long, on a logarithmic scale, with the 50th, 95th and 99th of a hundred."""
    low, high = (
        math.floor(math.log10(max(values.min(), 1e-3))),
        math.ceil(math.log10(max(values.max(), 2e-3))),
    )
    high = max(high, low + 1)
    edges = np.logspace(low, high, 10 * (high - low) + 1)
    numbers, _ = np.histogram(np.clip(values, edges[0], edges[-1]), bins=edges)
    left, right, top, bottom = 30.0, 650.0, 46.0, 170.0
    x, y = linear(low, high, left, right), linear(0, max(int(numbers.max()), 1), bottom, top)
    drawn = [line(left, bottom, right, bottom, "grid")]
    for power in range(low, high + 1):
        drawn.append(text(x(power), bottom + 16, _tick(power), class_="tick", anchor="middle"))
    for number, start, end in zip(numbers.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if number:
            said = f"{milliseconds(start)} to {milliseconds(end)}: {count(number)} texts"
            begin, stop = x(math.log10(start)), x(math.log10(end))
            drawn.append(
                box(begin + 0.5, y(number), stop - begin - 1, bottom - y(number), "recall", said=said)
            )
    for place, quantile in enumerate(QUANTILES):
        value = float(np.percentile(values, quantile))
        at, height = x(math.log10(max(value, 1e-3))), 12 + 12 * place
        drawn += [
            line(at, height + 3, at, bottom, "mark"),
            text(at + 4, height, f"p{quantile} {milliseconds(value)}", class_="tick"),
        ]
    return chart(right + 90, bottom + 24, "Latency of detection, text by text", *drawn)


def _tick(power: int) -> str:
    return f"{10**power:g} ms" if power < 3 else f"{10 ** (power - 3):g} s"
