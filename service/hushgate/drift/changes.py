"""In which weeks a series has moved: the test, and the thresholds that it has.

A change is found by splitting a series of weeks where the rates (or the means) of its two sides differ most,
as long as z = |difference| / standard error is at least ``LEAST_Z`` and the sides differ by a share or a step
that matters; then each side is looked at by itself (binary segmentation: Scott, Knott, Biometrics 30, 1974).

Counts come in bursts, so the standard error is that of a quasi-Poisson model: the Poisson variance times the
dispersion (Pearson's X² over its degrees of freedom; McCullagh, Nelder, 1989) that the days of the series
show round their own weeks, at least 1. Means of scores have the variance that their days show the same way.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from hushgate.drift.logs import Series

LEAST_Z: Final = 4.0
"""One split in 16,000 of an unchanged series reaches it by chance."""
LEAST_RATIO: Final = 1.25
"""Of the two rates; a smaller change of a rate is not reported."""
LEAST_STEP: Final = 0.02
"""Of the two mean scores; a smaller change of a score is not reported."""
LEAST_COUNT: Final = 20
"""Events (of scores: findings) in both sides together, below which nothing is said."""


@dataclass(frozen=True, slots=True)
class Change:
    """From ``week`` on, a series has another level than before."""

    series: str
    week: date
    before: float
    after: float
    z: float


def changes(one: Series) -> list[Change]:
    """Where the series has moved, by week."""
    weeks = list(one.weeks().items())
    return sorted(_split(one, weeks, one.dispersion()), key=lambda change: change.week)


def _split(one: Series, weeks: Sequence[tuple[date, tuple[float, float]]], dispersion: float) -> list[Change]:
    best: tuple[int, Change] | None = None
    for at in range(1, len(weeks)):
        change = _difference(one, weeks[:at], weeks[at:], dispersion)
        if change and (best is None or change.z > best[1].z):
            best = (at, change)
    if best is None:
        return []
    at, change = best
    return [*_split(one, weeks[:at], dispersion), change, *_split(one, weeks[at:], dispersion)]


def _difference(
    one: Series,
    before: Sequence[tuple[date, tuple[float, float]]],
    after: Sequence[tuple[date, tuple[float, float]]],
    dispersion: float,
) -> Change | None:
    """How the two sides differ; None if they do not, as far as can be told."""
    (v1, w1), (v2, w2) = _sum(before), _sum(after)
    level1, level2 = v1 / w1, v2 / w2
    if one.mean:
        enough = w1 + w2 >= LEAST_COUNT and abs(level2 - level1) >= LEAST_STEP
        error = math.sqrt(dispersion * (1 / w1 + 1 / w2))
    else:
        low, high = sorted((level1, level2))
        enough = v1 + v2 >= LEAST_COUNT and high >= LEAST_RATIO * low
        pooled = (v1 + v2) / (w1 + w2)  # under the hypothesis that nothing has changed
        error = math.sqrt(dispersion * pooled * (1 / w1 + 1 / w2))
    z = abs(level2 - level1) / error if error else 0.0
    return Change(one.name, after[0][0], level1, level2, z) if enough and z >= LEAST_Z else None


def _sum(weeks: Sequence[tuple[date, tuple[float, float]]]) -> tuple[float, float]:
    return sum(value for _, (value, _) in weeks), sum(weight for _, (_, weight) in weeks)
